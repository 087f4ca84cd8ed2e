import UpgradeCore

/// Moves the pods of a worker elsewhere.
///
/// Needs the node cordoned. Mirror pods and pods of a DaemonSet stay. A node with nothing left to do is left alone.
/// - Source: kubectl drain, Kubernetes 1.14 pkg/kubectl/drain/filters.go
struct Drain: Step {
    let id: StepID = "drain"
    let title = "Drain the node"

    func longest(_ context: StepContext) -> Duration { context.playbook.drain.deadline }

    let renews: StepID? = ClusterHealth.look

    func probes(_ context: StepContext) -> [Probe] {
        WorkerState.probes(context) + [.podsOnNode(context.nodeName)]
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        if try WorkerState.isDone(seen, context) { return [] }
        let node = try WorkerState.node(seen, context)
        guard node.isCordoned else { throw .unmet(.mustBeCordoned(node: node.name)) }
        let drain = DrainDecision(node: node.name, pods: try seen.pods(on: node.name))
        if let unmet = drain.refusal(context.playbook.drain) { throw .unmet(unmet) }
        return drain.toMove.isEmpty ? [] : [.drain(node: node.name, options: context.playbook.drain)]
    }
}
