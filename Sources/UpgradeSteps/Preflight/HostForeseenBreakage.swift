import UpgradeCore
import UpgradeKnowledge

/// Looks again, before a host is touched, whether its daemons will start with the release of this hop.
///
/// Somebody may have changed a flag since preflight; what the host alone tells is cheap to ask.
struct HostForeseenBreakage: Step {
    let id: StepID = "host-foresight"
    let title = "The daemons of the host will start"

    func probes(_ context: StepContext) -> [Probe] { [.hostConfiguration(host: context.hostName)] }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        let facts = ClusterFacts(playbook: context.playbook, seen: seen)
        let path = [context.key.hop]
        let knowledge = try BreakageData.known(context.playbook)
        let findings = Foresight.hostFindings(facts, path: path, knowledge: knowledge)
        if let unmet = Foreseen.unmet(findings, facts) { throw .unmet(unmet) }
        return []
    }
}
