import UpgradeCore

/// Looks at every release of Helm 2; refuses while one cannot be converted and is not excluded by name.
struct HelmInventoryStep: Step {
    let id: StepID = "helm-inventory"
    let title = "Every Helm 2 release can be converted"

    func probes(_ context: StepContext) -> [Probe] { [.helmReleases(compares: false)] }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        guard let options = context.playbook.helm else { return [] }
        let decision = HelmDecision(try seen.helmReleases(compares: false), options, mark: context.run)
        let findings = decision.findings
        guard findings.isEmpty else { throw .unmet(.helmUnconvertible(findings)) }
        return []
    }
}
