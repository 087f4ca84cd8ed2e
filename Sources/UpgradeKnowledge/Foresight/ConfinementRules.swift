internal import UpgradeCore

/// Pods that want a profile of AppArmor, and nodes that cannot give it to them.
enum ConfinementRules {
    @Sendable
    static func findings(_ facts: ClusterFacts, _ path: [HopID], _ knowledge: Breakage) -> [Finding] {
        let wanting = facts.objects.applied.filter { $0.wantsAppArmor == true }.map(\.path).sorted()
        // A node that is not ready says nothing.
        let without = facts.nodes.filter { $0.confinesPods == false }.map(\.name).sorted()
        guard let hop = path.first, let first = wanting.first, !without.isEmpty else { return [] }
        let rule = knowledge.requirements.apparmor
        return [
            Finding(
                id: "apparmor/blocked",
                title: "\(without.count) of \(facts.nodes.count) nodes start no pod that names a profile of AppArmor",
                places: without.map { Finding.Place(object: "node \($0)") }
                    + wanting.map { Finding.Place(object: $0) },
                reason: "\(first)\(wanting.count > 1 ? " and \(wanting.count - 1) more" : "") want one; \(rule.rule)",
                hop: hop,
                severity: .changesBehaviour,
                cure: "before the run, bring AppArmor to every node, or take the profiles out of pods and policies",
                source: rule.source
            )
        ]
    }
}
