import UpgradeCore

/// Refuses, before anything is changed, what the playbook asks for and cannot be done: Helm 2 releases that cannot be
/// converted and are not excluded by name.
struct ComponentsSupported: Step {
    let id: StepID = "components-supported"
    let title = "All that the playbook asks for can be done"

    func probes(_ context: StepContext) -> [Probe] {
        converts(context) ? [.helmReleases(compares: false)] : []
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        guard converts(context) else { return [] }
        return try HelmInventoryStep().actions(seen, context)
    }

    /// Whether the conversion is still ahead.
    private func converts(_ context: StepContext) -> Bool {
        guard let release = context.playbook.helm?.migrateAt else { return false }
        return release > context.key.hop.from && release <= context.playbook.target
    }
}
