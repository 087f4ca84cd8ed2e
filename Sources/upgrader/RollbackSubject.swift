internal import UpgradeCore
internal import UpgradeSteps

/// What of an upgrade can be taken back: a worker of the hop in hand, before what comes after the workers has begun; or all
/// from a step on, as far as nothing was changed for good since.
struct RollbackSubject {
    private let playbook: Playbook
    private let plan: Plan
    private let history: JournalReader.History
    private let directory: RunDirectory

    /// - Throws: `JournalError` where the journal of the upgrade is damaged.
    init(_ playbook: Playbook, _ plan: Plan, _ directory: RunDirectory) throws {
        self.init(playbook, plan, directory, try directory.history())
    }

    /// Judges by a journal that was read already.
    init(_ playbook: Playbook, _ plan: Plan, _ directory: RunDirectory, _ history: JournalReader.History) {
        self.playbook = playbook
        self.plan = plan
        self.directory = directory
        self.history = history
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
        try refuseRollback()
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
        let lane = StepKey.isOfWorker(host.name)
        let touched = plan.keys.filter { lane($0) && history.state.hasBegun($0) }
        guard let hop = touched.last?.hop else {
            throw refusal(
                "no hop of \(directory.run) has begun with \(worker)",
                "`upgrader resume \(directory.path)` goes on"
            )
        }
        try refuseBeyond(hop)
        return PlannedHop(id: hop, phases: StepCatalog.rollback(of: [host], playbook))
    }

    /// The way back to a step, or to the beginning of a phase.
    ///
    /// - Throws: `Complaint` that says why there is none.
    func wayBack(to name: String) throws -> WayBack {
        try refuseRollback()
        let begun = plan.keys.filter { $0.onTarget == name && history.state.hasBegun($0) }
        guard begun.count <= 1 else {
            throw stepRefusal(
                "\(directory.run) has begun \(begun.map(\.description).joined(separator: " and "))",
                "name one of them as it stands here",
                .usage
            )
        }
        let known = begun.first ?? plan.keys.first { $0.onTarget == name }
        guard let first = plan.beginning(of: known?.description ?? name) else {
            throw stepRefusal(
                "the plan of \(directory.run) has no step or phase \(name)",
                "name one as `upgrader log \(directory.path)` prints it, such as STEP@HOST, HOP/PHASE/STEP@HOST, or HOP/PHASE",
                .usage
            )
        }
        do throws(WayBack.Refusal) {
            return try wayBack(to: first)
        } catch {
            throw refusal(error)
        }
    }

    private func wayBack(to first: StepKey) throws(WayBack.Refusal) -> WayBack {
        try WayBack(
            to: first,
            of: plan,
            history.state,
            history.records.lazy.map(\.record),
            playbook,
            StepCatalog.all(for: playbook)
        )
    }

    private func refusal(_ refusal: WayBack.Refusal) -> Complaint {
        let resume = "`upgrader resume \(directory.path)`"
        switch refusal {
        case .notReached(let step):
            return stepRefusal("\(directory.run) has begun nothing from \(step) on", "\(resume) goes on")
        case .changedForGood(let step, let why):
            return stepRefusal(
                "what \(step) has done has no inverse: \(why)",
                "what came after it can be taken back; what came before it is mended on the newer release, then \(resume)"
            )
        case .runsAPIServer(let host):
            return stepRefusal(
                "\(host) runs an API server too, and what a newer one has stored an older one may not read",
                "mend it on the newer release, then \(resume)"
            )
        case .pointOfNoReturn(let point):
            return stepRefusal(
                "\(point.key) is a point of no return: \(point.why)",
                "what came after it can be taken back; or mend it on the newer release, then \(resume); "
                    + "`upgrader restore-etcd --hop \(point.key.hop) \(directory.path)` leads back to the beginning of the hop, "
                    + "without what was written since"
            )
        }
    }

    private func stepRefusal(_ why: String, _ next: String, _ ending: Ending = .refused) -> Complaint {
        refusal(why, next, ending, what: "this step")
    }

    private func refuseRollback() throws {
        guard plan.takesBack == nil else {
            throw refusal("the run \(directory.path) is a rollback itself", "name the run of the upgrade", .usage)
        }
    }

    /// Refuses where the upgrade has come further: what follows the workers of a hop is not walked again by a resume.
    private func refuseBeyond(_ hop: HopID) throws {
        let keys = plan.keys
        let end = keys.lastIndex { $0.hop == hop && $0.phase.kind == StepCatalog.workers } ?? keys.endIndex
        guard let later = keys.dropFirst(end + 1).first(where: history.state.hasBegun) else { return }
        throw refusal(
            "\(directory.run) is beyond the workers of \(hop): it has come to \(later)",
            "mend the worker on the newer release, or make it anew there"
        )
    }

    /// Refuses to resume an upgrade under a rollback of it that is half done, and a rollback whose upgrade has gone on.
    ///
    /// - Throws: `Complaint`, `JournalError`.
    static func refuse(_ playbook: Playbook, _ plan: Plan, _ directory: RunDirectory) throws {
        if plan.restores != nil {
            try Restores.refuseOutrun(plan, directory)
        } else if let upgrade = plan.takesBack {
            let above = RunDirectory(path: "\(directory.clusterPath)/\(upgrade)")
            try RollbackSubject(playbook, try above.plan(), above).refuseOutrun(plan)
        } else {
            try Restores.refuseRestored(directory)
            try Beginning.refuseUnfinished(UnfinishedRun.directories(takingBack: directory))
        }
    }

    /// Why a restore or rollback that is not complete would not be resumed: what it takes back has gone on since; `nil` where it would.
    static func superseded(_ plan: Plan, _ directory: RunDirectory, _ history: JournalReader.History) -> String? {
        guard plan.takesBack != nil, history.state.stop != .completed, !Restores.hasSwapped(history) else { return nil }
        do {
            try refuse(try Session(of: directory, plan).playbook, plan, directory)
            return nil
        } catch {
            // What cannot be read is told by the command that needs it.
            return (error as? Complaint)?.blocks.first?.why
        }
    }

    /// Refuses a rollback whose upgrade was resumed, and has come to what the rollback does not take back.
    private func refuseOutrun(_ rollback: Plan) throws {
        guard let first = rollback.takesBackTo else {
            if let hop = StepCatalog.workersTakenBack(by: rollback).first?.hop { try refuseBeyond(hop) }
            return
        }
        do throws(WayBack.Refusal) {
            let left = Set(try wayBack(to: first).hop.keys).subtracting(rollback.keys)
            guard let step = left.first(where: { $0.phase.kind == StepCatalog.workers }) else { return }
            throw WayBack.Refusal.changedForGood(step, why: "\(directory.run) was resumed and has begun with it since")
        } catch .notReached {
            // Taken back already.
        } catch {
            throw refusal(error)
        }
    }

    private func refusal(
        _ why: String,
        _ next: String,
        _ ending: Ending = .refused,
        what: String = "this worker"
    ) -> Complaint {
        Complaint(
            FiveLines(error: "\(what) cannot be taken back", why: why, state: "nothing was changed", next: next),
            ending
        )
    }
}

extension StepKey {
    /// Whether a step is of the upgrade of this worker.
    static func isOfWorker(_ host: String) -> (StepKey) -> Bool {
        { $0.phase.kind == StepCatalog.workers && $0.target == .host(host) }
    }
}
