import UpgradeCore
import UpgradeKnowledge

/// Writes deployed releases anew that name APIs which the hop takes away, each as a revision that supersedes the old one.
///
/// What runs is not touched. Without it the next upgrade and every rollback of such a release fail after the hop, because
/// Helm asks the API for the objects of the stored manifest by the version that stands there.
struct HelmMap: Step {
    let id: StepID = "helm-map"
    let title = "Write releases anew with the APIs that stay"

    func probes(_ context: StepContext) -> [Probe] { [.helmReleases(compares: false)] }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        guard let options = context.playbook.helm, options.mapsAPIs else { return [] }
        let decision = HelmMapDecision(
            try seen.helmReleases(compares: false),
            options,
            at: context.key.hop,
            try BreakageData.known(context.playbook),
            mark: context.run
        )
        let findings = decision.findings
        guard findings.isEmpty else { throw .unmet(.helmUnmappable(findings)) }
        return decision.mappings.map(Action.mapHelmRelease)
    }
}
