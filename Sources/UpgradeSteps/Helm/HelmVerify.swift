import UpgradeCore

/// Reads every converted release back and compares it with Helm 2's, part by part; tells which objects of its manifest the
/// cluster does not have.
///
/// What is not there shuts nothing: Helm makes it anew at the next upgrade, and who deleted it may have had a reason.
///
/// It is a gate that is open or never will be, so that the journal's reader finds what was counted.
struct HelmVerify: Step {
    let id: StepID = "helm-verify"
    let title = "Helm 3 holds what Helm 2 holds"

    func probes(_ context: StepContext) -> [Probe] { [] }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] { [] }

    func gate(_ context: StepContext) -> Gate? {
        guard let options = context.playbook.helm else { return nil }
        let run = context.run
        let playbook = context.playbook
        return Gate(
            probes: [.helmReleases(compares: true), .helmPresence],
            deadline: context.playbook.deadlines.backup,
            interval: GateInterval.daemon,
            measured: { (seen) throws(StepError) in
                let decision = HelmDecision(try seen.helmReleases(compares: true), options, mark: run)
                let count = decision.selected.count
                let presence = try HelmObjectsDecision(try seen.helmPresence(), decision, playbook)
                return [GateReading("revisions that are the same", count - decision.differences.count, of: count)]
                    + presence.readings + HelmBinaries(options).readings
            },
            verdict: { (seen) throws(StepError) -> Verdict in
                let decision = HelmDecision(try seen.helmReleases(compares: true), options, mark: run)
                let differences = decision.differences
                guard differences.isEmpty else { throw .unmet(.helmDiffers(differences)) }
                return .open
            }
        )
    }
}
