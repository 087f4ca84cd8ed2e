import UpgradeCore
import UpgradeKnowledge

/// Checks that nothing on the whole path will keep a daemon from starting or be refused by the API.
struct ForeseenBreakage: Step {
    let id: StepID = "foresight"
    let title = "Nothing on the path is known to break"

    func probes(_ context: StepContext) -> [Probe] { Foresight.probes(context.playbook) }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        let facts = ClusterFacts(playbook: context.playbook, seen: seen)
        let path = context.plan.hops.map(\.id).filter { $0 >= context.key.hop }
        let knowledge = try BreakageData.known(context.playbook)
        let findings = Foresight.findings(facts, path: path, knowledge: knowledge)
        if let unmet = Foreseen.unmet(findings, facts) { throw .unmet(unmet) }
        return []
    }
}
