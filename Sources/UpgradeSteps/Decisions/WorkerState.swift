import UpgradeCore

/// Whether a worker has anything left to do in the hop.
///
/// A worker that is wholly at the target is neither cordoned nor drained, whoever brought it there.
enum WorkerState {
    /// The questions it needs.
    static func probes(_ context: StepContext) -> [Probe] {
        [
            .node(context.nodeName),
            .packages(host: context.hostName, names: context.playbook.packages.node),
            .unit(host: context.hostName, unit: UnitName.kubelet),
            .unit(host: context.hostName, unit: UnitName.kubeProxy),
        ]
    }

    /// The worker's Node object.
    ///
    /// - Throws: `.nodeMissing` where there is none.
    static func node(_ seen: Observation, _ context: StepContext) throws(StepError) -> NodeState {
        guard let node = try seen.node(context.nodeName) else {
            throw .unmet(.nodeMissing(node: context.nodeName))
        }
        return node
    }

    /// Whether packages, kubelet, kube-proxy and what the node reports are all at the target.
    static func isDone(_ seen: Observation, _ context: StepContext) throws(StepError) -> Bool {
        let host = context.hostName
        let packages = PackageDecision(
            context,
            names: context.playbook.packages.node,
            version: try context.target()
        )
        guard try packages.isDone(seen) else { return false }
        for unit in [UnitName.kubelet, UnitName.kubeProxy] {
            let state = try seen.unit(unit, on: host)
            guard try RestartDecision(host: host, unit: unit).isRunning(state, context) else { return false }
        }
        let node = try node(seen, context)
        return try node.kubeletVersion == context.targetKubernetes()
    }
}
