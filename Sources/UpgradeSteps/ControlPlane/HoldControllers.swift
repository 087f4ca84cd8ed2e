import UpgradeCore

/// Masks controller-manager and scheduler, so that no maintainer script starts the new ones while an API server is old.
///
/// One package holds all three daemons, and its scripts may restart them or not.
struct HoldControllers: Step {
    let id: StepID = "hold-controllers"
    let title = "Keep the new controllers from starting early"

    func probes(_ context: StepContext) -> [Probe] {
        UnitName.controllers.map { .unit(host: context.hostName, unit: $0) }
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        let host = context.hostName
        var actions: [Action] = []
        for unit in UnitName.controllers {
            let state = try seen.unit(unit, on: host)
            guard state.exists else { throw .unmet(.unitMissing(host: host, unit: unit)) }
            if state.isMasked {
                guard context.isOurMask(host: host, unit: unit) else {
                    throw .unmet(.unitMasked(host: host, unit: unit))
                }
                continue
            }
            let isNew = try RestartDecision(host: host, unit: unit).isRunning(state, context)
            if !isNew { actions.append(.mask(host: host, unit: unit)) }
        }
        return actions
    }
}
