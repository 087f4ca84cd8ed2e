import UpgradeCore

/// Reads every converted release back and compares it with Helm 2's, part by part.
struct HelmVerify: Step {
    let id: StepID = "helm-verify"
    let title = "Helm 3 holds what Helm 2 holds"

    func probes(_ context: StepContext) -> [Probe] { [.helmReleases(compares: true)] }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        guard let options = context.playbook.helm else { return [] }
        let decision = HelmDecision(try seen.helmReleases(compares: true), options, mark: context.run)
        let differences = decision.differences
        guard differences.isEmpty else { throw .unmet(.helmDiffers(differences)) }
        return []
    }
}
