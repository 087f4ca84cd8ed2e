import UpgradeCore

/// What is left to do so that units are stopped and stay so.
enum PauseDecision {
    /// Stops and masks those that are not; one that is down is masked as well, for a restart of the host would start it.
    ///
    /// A mask of somebody else is left as it is where the unit is down.
    static func actions(
        _ units: [String],
        _ seen: Observation,
        _ context: StepContext
    ) throws(StepError) -> [Action] {
        let host = context.hostName
        var actions: [Action] = []
        for unit in units {
            let state = try seen.unit(unit, on: host)
            guard state.exists else { throw .unmet(.unitMissing(host: host, unit: unit)) }
            if state.isActive || !state.isMasked { actions.append(.pause(host: host, unit: unit)) }
        }
        return actions
    }
}
