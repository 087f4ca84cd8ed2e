import UpgradeCore

/// Cordons a worker and marks the cordon as ours.
///
/// A node that somebody else has cordoned since the preflight stops the lane, as it would have stopped the run there; where the
/// playbook keeps such cordons it stays as it is. A cordon that this run has set ahead gets the mark of the lane. A node with
/// nothing left to do is left alone.
struct Cordon: Step {
    let id: StepID = "cordon"
    let title = "Cordon the node"

    func probes(_ context: StepContext) -> [Probe] { WorkerState.probes(context) }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        let node = try WorkerState.node(seen, context)
        if node.isCordoned, node.cordonMark == CordonMark.ahead(of: context.run) {
            return [.cordon(node: node.name, mark: context.run)]
        }
        if try WorkerState.isDone(seen, context) { return [] }
        try context.requireNoForeignCordon(node)
        return node.isCordoned ? [] : [.cordon(node: node.name, mark: context.run)]
    }
}
