internal import UpgradeCore
internal import UpgradeSteps

/// What of an upgrade can be taken back: a worker of the hop in hand, before what comes after the workers has begun.
struct RollbackSubject {
    private let playbook: Playbook
    private let plan: Plan
    private let record: RunState
    private let directory: RunDirectory

    /// - Throws: `JournalError` where the journal of the upgrade is damaged.
    init(_ playbook: Playbook, _ plan: Plan, _ directory: RunDirectory) throws {
        self.init(playbook, plan, directory, try directory.history().state)
    }

    /// Judges by a journal that was read already.
    init(_ playbook: Playbook, _ plan: Plan, _ directory: RunDirectory, _ record: RunState) {
        self.playbook = playbook
        self.plan = plan
        self.directory = directory
        self.record = record
    }

    /// Whether a worker can be taken back; why not is for whoever asks for it.
    func isPossible(_ worker: String) -> Bool {
        do {
            _ = try hop(worker)
            return true
        } catch {
            return false
        }
    }

    /// The hop and the phases that take a worker back.
    ///
    /// - Throws: `Complaint` that says why it cannot be taken back.
    func hop(_ worker: String) throws -> PlannedHop {
        guard plan.takesBack == nil else {
            throw refusal("the run \(directory.path) is a rollback itself", "name the run of the upgrade", .usage)
        }
        guard let host = playbook.hosts.first(where: { $0.name == worker || $0.node == worker }),
            host.roles.contains(.worker)
        else {
            let workers = playbook.hosts(.worker).map(\.name).joined(separator: ", ")
            let isHost = playbook.hosts.contains { $0.name == worker }
            let why =
                "\(worker) is no worker: only workers are taken back, for older servers may not read what newer ones stored"
            throw refusal(isHost ? why : "the playbook has no worker \(worker)", "name one of \(workers)", .usage)
        }
        guard !host.roles.contains(.controlPlane) else {
            throw refusal(
                "\(worker) runs an API server too, and what a newer one has stored an older one may not read",
                "mend it on the newer release, then `upgrader resume \(directory.path)`"
            )
        }
        let touched = touched
        let lane = StepKey.isOfWorker(host.name)
        guard let hop = plan.hops.last(where: { hop in touched.contains { $0.hop == hop.id && lane($0) } }) else {
            throw refusal(
                "no hop of \(directory.run) has begun with \(worker)",
                "`upgrader resume \(directory.path)` goes on"
            )
        }
        try refuseBeyond(hop.id)
        return PlannedHop(id: hop.id, phases: StepCatalog.rollback(of: host, playbook))
    }

    /// Refuses where the upgrade has come further: what follows the workers of a hop is not walked again by a resume.
    private func refuseBeyond(_ hop: HopID) throws {
        let keys = plan.keys
        let end = keys.lastIndex { $0.hop == hop && $0.phase == StepCatalog.workers } ?? keys.endIndex
        guard let later = keys.dropFirst(end + 1).first(where: touched.contains) else { return }
        throw refusal(
            "\(directory.run) is beyond the workers of \(hop): it has come to \(later)",
            "mend the worker on the newer release, or make it anew there"
        )
    }

    private var touched: Set<StepKey> {
        record.done.union(record.inFlight.keys).union(record.failed.keys).union(record.skipped.keys)
    }

    /// Refuses to resume an upgrade under a rollback of it that is half done, and a rollback whose upgrade has gone on.
    ///
    /// - Throws: `Complaint`, `JournalError`.
    static func refuse(_ playbook: Playbook, _ plan: Plan, _ directory: RunDirectory) throws {
        if let upgrade = plan.takesBack, let hop = StepCatalog.laneTakenBack(by: plan)?.hop {
            let above = RunDirectory(path: "\(directory.clusterPath)/\(upgrade)")
            try RollbackSubject(playbook, try above.plan(), above).refuseBeyond(hop)
        } else {
            // A directory whose plan cannot be read is not one of a rollback that has begun.
            let rollbacks = RunDirectory.all(directory.clusterPath).filter {
                (try? $0.plan())?.takesBack == directory.run
            }
            try Beginning.refuseUnfinished(rollbacks)
        }
    }

    private func refusal(_ why: String, _ next: String, _ ending: Ending = .refused) -> Complaint {
        Complaint(
            FiveLines(error: "this worker cannot be taken back", why: why, state: "nothing was changed", next: next),
            ending
        )
    }
}

extension StepKey {
    /// Whether a step is of the upgrade of this worker.
    static func isOfWorker(_ host: String) -> (StepKey) -> Bool {
        { $0.phase == StepCatalog.workers && $0.target == .host(host) }
    }
}
