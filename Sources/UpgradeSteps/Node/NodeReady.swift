import UpgradeCore

/// Waits until a worker is Ready and reports the hop's version.
struct NodeReady: Step {
    let id: StepID = "node-ready"
    let title = "The node is Ready at its new version"

    func probes(_ context: StepContext) -> [Probe] { [] }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] { [] }

    func gate(_ context: StepContext) -> Gate? {
        let name = context.nodeName
        return Gate(
            probes: [.node(name)],
            deadline: context.playbook.deadlines.nodeReady,
            interval: GateInterval.node,
            measured: { (seen) throws(StepError) in
                let node = try seen.node(name)
                return [
                    GateReadings.version("kubelet", node?.kubeletVersion, needs: try context.targetKubernetes()),
                    GateReading("node", node.map { $0.isReady ? "Ready" : "not Ready" } ?? "missing", needs: "Ready"),
                ]
            },
            verdict: { (seen) throws(StepError) -> Verdict in
                guard let node = try seen.node(name) else { return .waiting(.nodeMissing(node: name)) }
                let target = try context.targetKubernetes()
                guard node.kubeletVersion == target else {
                    return .waiting(.kubeletVersion(node: name, found: node.kubeletVersion, expected: target))
                }
                return node.isReady ? .open : .waiting(.nodeNotReady(node: name))
            }
        )
    }
}
