import UpgradeCore

/// Checks that every worker can be drained at all: permissions of the playbook and arithmetic of the budgets.
struct Budgets: Step {
    let id: StepID = "budgets"
    let title = "Every worker can be drained"

    func probes(_ context: StepContext) -> [Probe] {
        [.budgets] + context.playbook.hosts(.worker).map { .podsOnNode($0.node) }
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        let budgets = try seen.budgets()
        for host in context.playbook.hosts(.worker) {
            let drain = DrainDecision(node: host.node, pods: try seen.pods(on: host.node))
            if let unmet = drain.refusal(context.playbook.drain) ?? drain.hopelessBudget(budgets) {
                throw .unmet(unmet)
            }
        }
        return []
    }
}
