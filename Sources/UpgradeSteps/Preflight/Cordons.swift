import UpgradeCore

/// Checks that no worker is cordoned by somebody else, unless the playbook keeps such cordons.
struct Cordons: Step {
    let id: StepID = "cordons"
    let title = "Nobody else has cordoned a worker"

    func probes(_ context: StepContext) -> [Probe] { [.nodes] }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        let workers = Set(context.playbook.hosts(.worker).map(\.node))
        for node in try seen.nodes() where workers.contains(node.name) {
            try context.requireNoForeignCordon(node)
        }
        return []
    }
}
