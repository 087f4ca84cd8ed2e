internal import UpgradeCore

/// Turns the failures of a run into what the operator sees.
struct FailureReport {
    /// The plan, for the place of a step in it.
    var plan: Plan
    /// The steps, for their titles.
    var steps: StepSet
    /// Where the run is kept; `nil` where there is none yet.
    var directory: RunDirectory?
    /// What is ours on the cluster.
    var ledger: Ledger

    /// The blocks of the failed steps, in the order of the plan.
    func blocks(_ failures: [StepKey: Failure]) -> [FiveLines] {
        plan.keys.enumerated().compactMap { number, key in
            failures[key].map { block(key, number + 1, $0) }
        }
    }

    /// How the program ends when these steps have failed.
    ///
    /// After a change, that is when more than preflight is in `done`, a later hop's preflight only pauses the run.
    static func ending(_ failures: [StepKey: Failure], after done: Set<StepKey> = []) -> Ending {
        if failures.values.contains(where: { if case .bug = $0 { true } else { false } }) { return .bug }
        if failures.values.contains(where: \.isUnreachable) { return .unreachable }
        if failures.values.contains(where: \.isDrift) { return .drift }
        return done.union(failures.keys).allSatisfy { $0.phase == "preflight" } ? .refused : .paused
    }

    /// The five lines of a step that has failed.
    func block(_ key: StepKey, _ number: Int, _ failure: Failure) -> FiveLines {
        let place = "\(key.hop.from) → \(key.hop.to), \(key.phase), step \(number) of \(plan.keys.count)"
        let title = steps.steps[key.step]?.title ?? key.step.description
        return FiveLines(
            error: "\(key.step) on \(key.target) failed  (\(place): \(title))",
            why: failure.why,
            ran: failure.ran,
            state: state(key),
            next: next(key, failure)
        )
    }

    private func state(_ key: StepKey) -> String {
        // What a phase has made on the cluster concerns each of its hosts.
        let ours = ledger.entries.filter { $0.key.target == key.target || $0.key.target == .cluster }
        if directory == nil, key.phase != "preflight" { return "nothing was begun: the plan was only rehearsed" }
        if !ours.isEmpty { return ours.map(\.effect.title).joined(separator: "; ") }
        return key.phase == "preflight" ? "nothing was changed in this hop" : "nothing of ours is left on \(key.target)"
    }

    /// Whether cleanup is to be had: not of a restore from where it moves the data of etcd.
    private func mayGiveUp(_ key: StepKey) -> Bool {
        guard plan.restores != nil, let swap = plan.keys.firstIndex(where: { $0.step == "swap-etcd" }) else {
            return true
        }
        return plan.keys[..<swap].contains(key)
    }

    private func next(_ key: StepKey, _ failure: Failure) -> String {
        guard let directory else { return "\(failure.next), then try again" }
        if case .unmet(let unmet) = failure, unmet.mayChangePlaybook {
            return "\(failure.next), then `upgrader resume \(directory.path)`; after a change of the playbook "
                + "`upgrader cleanup \(directory.path)`, and run it anew"
        }
        let cleanup = ledger.entries.isEmpty || !mayGiveUp(key) ? "" : ", or `upgrader cleanup \(directory.path)`"
        return "\(failure.next), then `upgrader resume \(directory.path)`\(cleanup)"
    }
}
