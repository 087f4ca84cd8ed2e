import UpgradeCore

/// Checks that every worker has a Node object that is Ready.
///
/// A node that was not Ready before the run is refused as well: the run would stop at it later, with the control plane
/// changed. Control-plane hosts need no Node object.
struct NodesKnown: Step {
    let id: StepID = "nodes-known"
    let title = "Every worker has a Ready Node object"

    func probes(_ context: StepContext) -> [Probe] { [.nodes] }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        let nodes = try seen.nodes()
        for host in context.playbook.hosts(.worker) {
            guard let node = nodes.first(where: { $0.name == host.node }) else {
                throw .unmet(.nodeMissing(node: host.node))
            }
            guard node.isReady else { throw .unmet(.nodeNotReady(node: host.node)) }
        }
        return []
    }
}
