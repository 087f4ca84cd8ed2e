import UpgradeCore

/// What is left to do so that a unit runs the version that the hop leads to.
///
/// Looks at the running process: an installed package is not a running one.
struct RestartDecision {
    /// The host.
    var host: String
    /// The unit.
    var unit: String

    /// The questions it needs.
    var probes: [Probe] { [.unit(host: host, unit: unit)] }

    /// What is left to do; our own mask is taken away first.
    ///
    /// - Throws: `.unitMissing`, and `.unitMasked` for a mask that is not ours.
    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        let state = try seen.unit(unit, on: host)
        guard state.exists else { throw .unmet(.unitMissing(host: host, unit: unit)) }
        var actions: [Action] = []
        if state.isMasked {
            guard context.isOurMask(host: host, unit: unit) else {
                throw .unmet(.unitMasked(host: host, unit: unit))
            }
            let effect = SideEffect.pause(host: host, unit: unit)
            // Started with it, at the version that is installed.
            if context.ledger.contains(effect) { return [effect.inverse] }
            actions.append(.unmask(host: host, unit: unit))
        }
        if try !isRunning(state, context) { actions.append(.restart(host: host, unit: unit)) }
        return actions
    }

    /// Whether the unit runs the version that the hop leads to.
    func isRunning(_ state: UnitState, _ context: StepContext) throws(StepError) -> Bool {
        let target = try context.targetKubernetes()
        return state.isActive && state.runningVersion == target
    }

    /// What is wrong while the unit does not run that version; `nil` when it does.
    func unmet(_ seen: Observation, _ context: StepContext) throws(StepError) -> Unmet? {
        let state = try seen.unit(unit, on: host)
        if try isRunning(state, context) { return nil }
        return .unitNotRunning(
            host: host,
            unit: unit,
            found: state.isActive ? state.runningVersion : nil,
            expected: try context.targetKubernetes()
        )
    }
}
