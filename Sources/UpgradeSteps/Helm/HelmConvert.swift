import UpgradeCore

/// Writes each revision of each Helm 2 release as the Secret of Helm 3, one namespace after the other.
///
/// The objects of Helm 2 stay, and what runs in the cluster is not touched. What is there already is left as it is.
struct HelmConvert: Step {
    let id: StepID = "helm-convert"
    let title = "Convert Helm 2 releases to Helm 3"

    // Compared, because what Helm 3 has upgraded meanwhile is known by what it holds alone.
    func probes(_ context: StepContext) -> [Probe] { [.helmReleases(compares: true)] }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        guard let options = context.playbook.helm else { return [] }
        let decision = HelmDecision(try seen.helmReleases(compares: true), options, mark: context.run)
        let findings = decision.findings
        guard findings.isEmpty else { throw .unmet(.helmUnconvertible(findings)) }
        return decision.conversions.map(Action.convertHelmRelease)
    }
}
