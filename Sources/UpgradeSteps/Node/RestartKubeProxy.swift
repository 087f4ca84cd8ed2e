import UpgradeCore

/// Restarts the kube-proxy of a worker where the running one is not new, and waits until it runs.
struct RestartKubeProxy: Step {
    let id: StepID = "restart-kube-proxy"
    let title = "Restart kube-proxy"

    func longest(_ context: StepContext) -> Duration { context.playbook.deadlines.daemon * 2 }

    func probes(_ context: StepContext) -> [Probe] { decision(context).probes }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        try decision(context).actions(seen, context)
    }

    func gate(_ context: StepContext) -> Gate? {
        let decision = decision(context)
        return Gate(
            probes: decision.probes,
            deadline: context.playbook.deadlines.daemon,
            interval: GateInterval.daemon,
            measured: { (seen) throws(StepError) in
                [try GateReadings.unit(decision, seen, context)]
            },
            verdict: { (seen) throws(StepError) -> Verdict in
                if let unmet = try decision.unmet(seen, context) { return .waiting(unmet) }
                return .open
            }
        )
    }

    private func decision(_ context: StepContext) -> RestartDecision {
        RestartDecision(host: context.hostName, unit: UnitName.kubeProxy)
    }
}
