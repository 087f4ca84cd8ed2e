import UpgradeCore

/// The place of the conversion of Helm 2 releases to Helm 3; refuses, and `components-supported` refuses before it.
struct HelmMigration: Step {
    let id: StepID = "helm-migration"
    let title = "Convert Helm 2 releases to Helm 3"

    /// What an operator is told.
    static let unmet = Unmet.notSupportedYet(
        feature: "the conversion of Helm 2 releases to Helm 3 (`helm.migrate-at`)",
        until: "the Helm migration lands"
    )

    func probes(_ context: StepContext) -> [Probe] { [] }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        throw .unmet(Self.unmet)
    }
}
