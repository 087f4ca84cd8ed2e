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
    }

    /// Walks the ledger backwards: looks at each side effect, and undoes it only when it is still ours and unchanged.
    ///
    /// Jobs that may still run are waited for first. One that cannot be undone does not keep the others.
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
        for (key, inFlight) in recorder.state.inFlight {
            guard let action = inFlight.intended, action.isJob else { continue }
            let job = JobID(run: run, key: key, attempt: inFlight.attempt, index: inFlight.nextIndex)
            // A host that cannot be asked is told below, where its side effects are looked at.
            try? await access.settle(action, as: job, report: report)
        }
        var outcomes: [Outcome] = []
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
