import UpgradeCore

/// The decision and the gate that the two restarts of controllers share.
struct ControllerRestart {
    /// Unit and leader lock have the same name.
    var unit: String
    /// What the step knows.
    var context: StepContext

    private var decision: RestartDecision { RestartDecision(host: context.hostName, unit: unit) }

    /// The questions it needs.
    var probes: [Probe] { decision.probes }

    /// What is left to do.
    func actions(_ seen: Observation) throws(StepError) -> [Action] {
        try decision.actions(seen, context)
    }

    /// Waits until the controller runs its new version and some host leads.
    var gate: Gate {
        let unit = unit
        let context = context
        let decision = decision
        return Gate(
            probes: decision.probes + [.leader(component: unit)],
            deadline: context.playbook.deadlines.daemon,
            interval: GateInterval.daemon,
            measured: { (seen) throws(StepError) in
                let state = try seen.unit(unit, on: context.hostName)
                return [
                    try GateReadings.unit(decision, seen, context),
                    try GateReadings.leader(unit, seen, since: state),
                ]
            },
            verdict: { (seen) throws(StepError) -> Verdict in
                if let unmet = try decision.unmet(seen, context) { return .waiting(unmet) }
                let state = try seen.unit(unit, on: context.hostName)
                if let unmet = try LeaderCheck.unmet(unit, since: state, seen) { return .waiting(unmet) }
                return .open
            }
        )
    }
}
