import UpgradeCore

/// Takes our cordon away; anybody else's stays.
struct Uncordon: Step {
    let id: StepID = "uncordon"
    let title = "Uncordon the node, if the cordon is ours"

    func probes(_ context: StepContext) -> [Probe] { [.node(context.nodeName)] }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        let node = try WorkerState.node(seen, context)
        guard let mark = node.cordonMark, context.isOurMark(mark, of: node) else { return [] }
        // Somebody else has uncordoned it: with our mark left, their next cordon would be taken for ours.
        return [
            node.isCordoned ? .uncordon(node: node.name, mark: mark) : .dropMark(.cordon(node: node.name, mark: mark))
        ]
    }
}
