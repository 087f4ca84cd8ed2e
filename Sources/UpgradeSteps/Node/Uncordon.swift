import UpgradeCore

/// Takes our cordon away; anybody else's stays.
struct Uncordon: Step {
    let id: StepID = "uncordon"
    let title = "Uncordon the node, if the cordon is ours"

    func probes(_ context: StepContext) -> [Probe] { [.node(context.nodeName)] }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        let node = try WorkerState.node(seen, context)
        guard context.isOurCordon(node), let mark = node.cordonMark else { return [] }
        return [.uncordon(node: node.name, mark: mark)]
    }
}
