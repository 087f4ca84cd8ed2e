/// Undoes what the ledger says is ours, and nothing else.
public enum Cleanup {
    /// What became of one side effect.
    public enum Outcome: Hashable, Sendable {
        /// It was there, unchanged, and is undone.
        case undone(SideEffect)
        /// It was not there any more, or somebody else has changed it; it was left alone.
        case notOurs(SideEffect)
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
    ///   - target: the node or host to clean up; `nil` for all.
    ///   - report: is told what an action waits for.
    /// - Returns: what became of each, in the order in which they were undone.
    /// - Throws: `JournalError` when nothing more can be recorded.
    public static func perform(
        run: String,
        recorder: any Recorder,
        access: any ClusterAccess,
        target: String? = nil,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(JournalError) -> [Outcome] {
        var outcomes: [Outcome] = []
        for (key, inFlight) in recorder.state.inFlight.sorted(by: { $0.key.description < $1.key.description }) {
            guard let action = inFlight.intended, action.isJob else { continue }
            let job = JobID(run: run, key: key, attempt: inFlight.attempt, index: inFlight.nextIndex)
            do {
                try await access.settle(action, as: job, report: report)
            } catch {
                // One that has ended badly is settled, too; what it left is looked at like everything else.
                if error.isUnreachable { outcomes.append(.unsettled(key, error)) }
            }
        }
        for entry in recorder.state.ledger.entries.reversed() where target == nil || entry.effect.isAbout(target ?? "")
        {
            let effect = entry.effect
            switch await look(at: effect, access) {
            case .failure(let error):
                outcomes.append(.failed(effect, error))
            case .success(false):
                try recorder.append([.struck(effect, undone: false)])
                outcomes.append(.notOurs(effect))
            case .success(true):
                try recorder.append([.undoing(effect)])
                let job = JobID(run: run, key: entry.key, attempt: 0, index: 0)
                do {
                    try await access.perform(effect.inverse, as: job, report: report)
                } catch {
                    outcomes.append(.failed(effect, error))
                    continue
                }
                try recorder.append([.struck(effect, undone: true)])
                outcomes.append(.undone(effect))
            }
        }
        let isClean = outcomes.allSatisfy(\.isSettled)
        let released = recorder.state.inFlight.keys.filter {
            isClean && (target == nil || $0.target.description == target)
        }
        if !released.isEmpty {
            try recorder.append(released.sorted { $0.description < $1.description }.map { .released($0) })
        }
        return outcomes
    }

    private static func look(at effect: SideEffect, _ access: any ClusterAccess) async -> Result<Bool, AccessError> {
        do {
            let seen = try await access.answer([effect.probe])
            return .success(seen.answers[effect.probe].map(effect.isStillOurs) ?? false)
        } catch {
            return .failure(error)
        }
    }
}

extension Cleanup.Outcome {
    /// Whether nothing is left to be done about it.
    var isSettled: Bool {
        switch self {
        case .undone, .notOurs: true
        case .failed, .unsettled: false
        }
    }
}

extension SideEffect {
    /// Whether it is about the node or host of this name.
    func isAbout(_ target: String) -> Bool {
        switch self {
        case .cordon(let node, _): node == target || node.hasPrefix(target + ".")
        case .mask(let host, _): host == target
        case .updateStrategy(let namespace, let daemonSet, _, _): "\(namespace)/\(daemonSet)" == target
        }
    }
}
