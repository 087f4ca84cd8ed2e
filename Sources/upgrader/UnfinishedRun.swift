internal import UpgradeCore

/// A run that has left something of its own on the cluster, however old it is, and the way on from it.
///
/// A restore or rollback that is unfinished comes before the run that it takes back: of that one neither a resume nor a cleanup is
/// to be had until then.
struct UnfinishedRun {
    /// Where it is kept.
    let directory: RunDirectory
    /// The name of the run that it takes back; `nil` for an upgrade.
    let takesBack: String?
    /// What it may have left, the first of it.
    let why: String
    private let path: Path

    private enum Path {
        /// All steps are done; of one that was left out something is there.
        case complete
        /// It can go on, or be given up.
        case either
        /// It can only go on.
        case resume
    }

    /// Reads a run; `nil` where it has left nothing.
    ///
    /// Of one that is complete, too: a step that was left out may have been the one to take it away.
    /// - Throws: `JournalError`.
    init?(_ directory: RunDirectory) throws {
        let history = try directory.history()
        let plan = try directory.plan()
        let record = history.state
        let hasMoved = record.stop != .completed && plan.restores != nil && Restores.hasSwapped(history)
        guard hasMoved || record.mayHaveLeftSomething else { return nil }
        self.directory = directory
        takesBack = plan.takesBack
        path = record.stop == .completed ? .complete : hasMoved ? .resume : .either
        let left = record.ledger.entries.first?.effect.title ?? "a step of it may still be under way"
        switch plan.takesBack {
        case let name? where hasMoved:
            why = "it restores etcd to before \(name) and has moved data: its end alone leads to a cluster that works"
        case let name?: why = "it takes back what \(name) had begun: \(left)"
        case nil: why = left
        }
    }

    /// Those among the runs of a cluster: what takes a run back first, and not the run that is taken back.
    ///
    /// - Throws: `JournalError`.
    static func all(_ directories: [RunDirectory]) throws -> [UnfinishedRun] {
        inOrder(try directories.compactMap { try UnfinishedRun($0) })
    }

    /// The same, of those that can be read.
    static func readable(_ clusterPath: String) -> [UnfinishedRun] {
        inOrder(RunDirectory.all(clusterPath).compactMap { (try? UnfinishedRun($0)) ?? nil })
    }

    /// The restore or rollback of a run that is unfinished; `nil` for none, and where it cannot be read.
    static func takingBack(_ upgrade: RunDirectory) -> UnfinishedRun? {
        directories(takingBack: upgrade).compactMap { (try? UnfinishedRun($0)) ?? nil }.first { $0.path != .complete }
    }

    /// By their plans, which are short: their journals need not be.
    ///
    /// A later run whose plan cannot be read may be one, half way through: the plan is on disk before anything is done by it.
    static func directories(takingBack upgrade: RunDirectory) -> [RunDirectory] {
        var isLater = false
        return RunDirectory.all(upgrade.clusterPath).filter { one in
            if one.run == upgrade.run { isLater = true }
            guard let plan = try? one.plan() else { return isLater && one.run != upgrade.run }
            return plan.takesBack == upgrade.run
        }
    }

    private static func inOrder(_ runs: [UnfinishedRun]) -> [UnfinishedRun] {
        let taken = Set(runs.compactMap { $0.path == .complete ? nil : $0.takesBack })
        return runs.filter { $0.takesBack != nil }
            + runs.filter { $0.takesBack == nil && !taken.contains($0.directory.run) }
    }

    private var cleanup: String { "`upgrader cleanup \(directory.path)`" }
    private var resume: String { "`upgrader resume \(directory.path)`" }

    /// What can be done about it, in a note.
    var ways: String {
        switch path {
        case .complete: "\(cleanup) takes it away"
        case .either: "\(resume) goes on with it, \(cleanup) gives it up"
        case .resume: "\(resume) ends it"
        }
    }

    /// What is to be done before another run can begin.
    private var next: String {
        switch path {
        case .complete: "\(cleanup) takes away what it left"
        case .either: "\(resume), or \(cleanup) to give it up"
        case .resume: "\(resume) ends it; it cannot be given up"
        }
    }

    /// Refuses whatever cannot be done beside it.
    var refusal: Complaint {
        Complaint(
            FiveLines(
                error: "the run \(directory.path) is unfinished",
                why: why,
                state: "nothing was changed now",
                next: next
            ),
            .drift
        )
    }

    /// Refuses to clean up a run that an unfinished restore or rollback takes back: that one works with what is there.
    ///
    /// - Throws: `Complaint`.
    static func refuseCleanup(_ upgrade: RunDirectory) throws {
        // One whose journal cannot be read may be half way through.
        if let one = try all(directories(takingBack: upgrade)).first(where: { $0.path != .complete }) {
            throw one.refusal
        }
    }
}

extension RunDirectory {
    /// What has taken a run back, or takes it back and is unfinished, by its path; and why one that takes another back is past.
    func takenBack(
        _ plan: Plan,
        _ history: JournalReader.History
    ) -> (restoredBy: String?, takenBackBy: String?, superseded: String?) {
        guard plan.takesBack == nil else { return (nil, nil, RollbackSubject.superseded(plan, self, history)) }
        return (Restores.restored(self)?.path, UnfinishedRun.takingBack(self)?.directory.path, nil)
    }
}
