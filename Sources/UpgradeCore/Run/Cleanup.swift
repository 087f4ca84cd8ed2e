/// Undoes what the ledger says is ours, and nothing else.
public enum Cleanup {
    /// What became of one side effect.
    public enum Outcome: Hashable, Sendable {
        /// It was there, unchanged, and is undone.
        case undone(SideEffect)
        /// It was not there any more, or somebody else has changed it; it was left alone.
        case notOurs(SideEffect)
        /// It is there, and to undo it now would do harm; it stays in the ledger.
        case kept(SideEffect, why: String, next: String)
        /// It could not be looked at or undone; it stays in the ledger.
        case failed(SideEffect, AccessError)
        /// A job of this step may still run, and could not be waited for.
        case unsettled(StepKey, AccessError)
    }

    /// Walks the ledger backwards: looks at each side effect, and undoes it only when it is still ours and unchanged.
    ///
    /// Jobs that may still run are waited for first. One that cannot be undone does not keep the others. Afterwards no
    /// step is in doubt any more, unless something could not be waited for or undone.
    /// - Parameters:
    ///   - run: the run's name, as its side effects are marked with it.
    ///   - recorder: holds the ledger; what is undone is made durable in it, before and after.
    ///   - access: the cluster.
    ///   - targets: the names of the node or host to clean up; `nil` for all.
    ///   - machineIDs: which machine each host was at the survey. A unit that is masked on another machine is not ours:
    ///     unlike a cordon, a mask does not say whose it is.
    ///   - report: is told what an action waits for.
    /// - Returns: what became of each, in the order in which they were undone.
    /// - Throws: `JournalError` when nothing more can be recorded.
    public static func perform(
        run: String,
        recorder: any Recorder,
        access: any ClusterAccess,
        targets: Set<String>? = nil,
        machineIDs: [String: String] = [:],
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(JournalError) -> [Outcome] {
        var outcomes = await settle(run: run, recorder.state, access, report: report)
        let underWay = outcomes.compactMap { outcome -> StepKey? in
            if case .unsettled(let key, _) = outcome { key } else { nil }
        }
        outcomes += try await undo(run: run, recorder: recorder, access: access, machineIDs: machineIDs, report: report)
        {
            entry in
            // A node that may still be drained stays cordoned.
            !underWay.contains(where: entry.key.isOfLane) && (targets.map(entry.effect.isAbout) ?? true)
        }
        outcomes += try missTheirs(recorder, run: run, targets)
        let isClean = outcomes.allSatisfy(\.isSettled)
        let released = Set(recorder.state.inFlight.keys).union(recorder.state.unsettled.keys).filter {
            isClean && (targets?.contains($0.target.description) ?? true)
        }
        if !released.isEmpty {
            try recorder.append(released.sorted { $0.description < $1.description }.map { .released($0) })
        }
        return outcomes
    }

    /// Waits for the jobs of a run that may still be under way.
    ///
    /// - Parameters:
    ///   - run: the run's name.
    ///   - state: what its journal says.
    ///   - access: the cluster.
    ///   - isMeant: the steps whose jobs are waited for; all when not given.
    ///   - report: is told what is waited for.
    /// - Returns: those that could not be waited for.
    public static func settle(
        run: String,
        _ state: RunState,
        _ access: any ClusterAccess,
        of isMeant: (StepKey) -> Bool = { _ in true },
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async -> [Outcome] {
        var outcomes: [Outcome] = []
        let meant = jobs(state).filter { isMeant($0.key) }
        for (key, left) in meant.sorted(by: { $0.key.description < $1.key.description }) {
            let job = JobID(run: run, key: key, attempt: left.attempt, index: left.index)
            do {
                try await access.settle(left.action, as: job, report: report)
            } catch {
                // One that has ended badly is settled, too; what it left is looked at like everything else.
                if !Failure.access(error).tellsTheEnd { outcomes.append(.unsettled(key, error)) }
            }
        }
        return outcomes
    }

    /// Ends a cleanup that was killed: undoes what it was about to undo, so that the run can go on from there.
    ///
    /// - Returns: what became of each; empty when no cleanup was killed.
    /// - Throws: `JournalError` when nothing more can be recorded.
    public static func finish(
        run: String,
        recorder: any Recorder,
        access: any ClusterAccess,
        machineIDs: [String: String] = [:],
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(JournalError) -> [Outcome] {
        let begun = recorder.state.undoing
        return try await undo(run: run, recorder: recorder, access: access, machineIDs: machineIDs, report: report) {
            begun.contains($0.effect)
        }
    }

    /// Notes that a cordon is gone which was there before ours and was never in the ledger: a step has missed it, and
    /// what was done on the strength of it begins anew.
    private static func missTheirs(
        _ recorder: any Recorder,
        run: String,
        _ targets: Set<String>?
    ) throws(JournalError) -> [Outcome] {
        let state = recorder.state
        let missed = state.failed.compactMap { key, failed -> SideEffect? in
            guard case .unmet(.mustBeCordoned(let node)) = failed.failure, state.done.contains(where: key.isOfLane)
            else {
                return nil
            }
            let effect = SideEffect.cordon(node: node, mark: run)
            return targets.map(effect.isAbout) ?? true ? effect : nil
        }
        let effects = missed.sorted { $0.title < $1.title }.filter { !state.ledger.contains($0) }
        if !effects.isEmpty { try recorder.append(effects.map { .struck($0, undone: false) }) }
        return effects.map { .notOurs($0) }
    }

    /// Walks the ledger backwards, and undoes those entries that are meant, where they are still ours and unchanged.
    ///
    /// Waits for nothing first: see `settle`.
    /// - Returns: what became of each, in the order in which they were undone.
    /// - Throws: `JournalError` when nothing more can be recorded.
    public static func undo(
        run: String,
        recorder: any Recorder,
        access: any ClusterAccess,
        machineIDs: [String: String] = [:],
        report: @escaping @Sendable (ActionProgress) -> Void,
        where isMeant: (Ledger.Entry) -> Bool
    ) async throws(JournalError) -> [Outcome] {
        var outcomes: [Outcome] = []
        for entry in recorder.state.ledger.entries.reversed() where isMeant(entry) {
            let effect = entry.effect
            let answer: Answer?
            do {
                answer = try await look(at: effect, machineIDs, access)
            } catch {
                outcomes.append(.failed(effect, error))
                continue
            }
            switch answer.map(effect.standing) ?? .theirs {
            case .kept(let why, let next):
                outcomes.append(.kept(effect, why: why, next: next))
            case .over:
                try recorder.append([.struck(effect, undone: false)])
            case .theirs:
                // It would be taken for ours by whoever has only the marks to go by.
                if effect.mayLeaveMark(answer),
                    let error = await drop(effect, entry.key, run, machineIDs, access, report)
                {
                    outcomes.append(.failed(effect, error))
                    continue
                }
                try recorder.append([.struck(effect, undone: false)])
                outcomes.append(.notOurs(effect))
            case .ours:
                try recorder.append([.undoing(effect)])
                let inverse = effect.inverse
                let machine = inverse.host.flatMap { machineIDs[$0] }
                let job = JobID(run: run, key: entry.key, attempt: 0, index: 0, machine: machine)
                do {
                    try await access.perform(inverse, as: job, report: report)
                } catch {
                    outcomes.append(.failed(effect, error))
                    continue
                }
                try recorder.append([.struck(effect, undone: true)])
                outcomes.append(.undone(effect))
            }
        }
        return outcomes
    }

    /// Takes away the mark of an effect that is not ours any more.
    ///
    /// - Returns: why that could not be done; `nil` also on another machine, where there is none of ours.
    private static func drop(
        _ effect: SideEffect,
        _ key: StepKey,
        _ run: String,
        _ machineIDs: [String: String],
        _ access: any ClusterAccess,
        _ report: @escaping @Sendable (ActionProgress) -> Void
    ) async -> AccessError? {
        let machine = effect.machine.flatMap { machineIDs[$0] }
        let job = JobID(run: run, key: key, attempt: 0, index: 0, machine: machine)
        do throws(AccessError) {
            try await access.perform(.dropMark(effect), as: job, report: report)
            return nil
        } catch {
            if case .remote(.anotherMachine) = error { return nil }
            return error
        }
    }

    /// What may still run of steps in flight and of attempts that are given up.
    private static func jobs(_ state: RunState) -> [StepKey: RunState.Unsettled] {
        let inFlight = state.inFlight.compactMapValues { inFlight in
            inFlight.intended.map {
                RunState.Unsettled(attempt: inFlight.attempt, index: inFlight.nextIndex, action: $0)
            }
        }
        return inFlight.merging(state.unsettled) { first, _ in first }.filter { $0.value.action.isJob }
    }

    /// Asks how an effect stands; `nil` for a host that is another machine now.
    private static func look(
        at effect: SideEffect,
        _ machineIDs: [String: String],
        _ access: any ClusterAccess
    ) async throws(AccessError) -> Answer? {
        if let host = effect.machine, let expected = machineIDs[host] {
            let identity = Probe.identity(host: host)
            guard case .identity(let found) = try await access.answer([identity]).answers[identity],
                found.machineID == expected
            else { return nil }
        }
        return try await access.answer([effect.probe]).answers[effect.probe]
    }
}

extension Cleanup.Outcome {
    /// Whether nothing is left to be done about it.
    public var isSettled: Bool {
        switch self {
        case .undone, .notOurs: true
        case .kept, .failed, .unsettled: false
        }
    }
}

extension SideEffect {
    /// The host of an effect that does not say whose it is.
    fileprivate var machine: String? {
        switch self {
        case .mask(let host, _), .pause(let host, _), .liftedHold(let host, _): host
        case .cordon, .updateStrategy, .silence, .calicoPaused, .templateImage, .templateVariable: nil
        }
    }

    /// Whether it is about the node, host or DaemonSet of one of these names.
    func isAbout(_ names: Set<String>) -> Bool {
        switch self {
        case .cordon(let node, _): names.contains(node)
        case .mask(let host, _), .pause(let host, _), .liftedHold(let host, _): names.contains(host)
        case .updateStrategy(let namespace, let daemonSet, _, _),
            .templateImage(let namespace, let daemonSet, _, _, _),
            .templateVariable(let namespace, let daemonSet, _, _, _, _):
            names.contains("\(namespace)/\(daemonSet)")
        case .silence(let silence): names.contains(silence.name)
        case .calicoPaused(let host, _, _): names.contains(host)
        }
    }
}
