import UpgradeCore

/// Refuses, before anything is changed, what the playbook asks for and this version does not do.
struct ComponentsSupported: Step {
    let id: StepID = "components-supported"
    let title = "All that the playbook asks for is supported"

    func probes(_ context: StepContext) -> [Probe] { [] }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        if let release = context.playbook.helm?.migrateAt, release > context.key.hop.from,
            release <= context.playbook.target
        {
            throw .unmet(HelmMigration.unmet)
        }
        return []
    }
}
