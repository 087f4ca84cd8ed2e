import UpgradeCore

/// Restarts the kubelet of a worker where the running one is not new.
///
/// Needs the node cordoned for that: a kubelet of another minor release may restart every container on its node.
/// - Source: kubernetes/kubernetes issue 23104.
struct RestartKubelet: Step {
    let id: StepID = "restart-kubelet"
    let title = "Restart the kubelet"

    func longest(_ context: StepContext) -> Duration { context.playbook.deadlines.daemon }

    func probes(_ context: StepContext) -> [Probe] {
        decision(context).probes + [.node(context.nodeName)]
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        let actions = try decision(context).actions(seen, context)
        // A kubelet that is down may have lost its Node object; it comes back with the restart.
        if !actions.isEmpty, let node = try seen.node(context.nodeName), !node.isCordoned {
            throw .unmet(.mustBeCordoned(node: node.name))
        }
        return actions
    }

    private func decision(_ context: StepContext) -> RestartDecision {
        RestartDecision(host: context.hostName, unit: UnitName.kubelet)
    }
}
