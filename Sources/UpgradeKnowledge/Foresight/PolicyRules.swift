internal import UpgradeCore

/// Network policy that has no effect, or whose controller goes blind.
enum PolicyRules {
    @Sendable
    static func findings(_ facts: ClusterFacts, _ path: [HopID], _ knowledge: Breakage) -> [Finding] {
        defaultDeny(facts, path, knowledge.requirements.default_deny)
            + controllers(facts, path, knowledge.requirements.policy_controllers)
    }

    private static func defaultDeny(_ facts: ClusterFacts, _ path: [HopID], _ rule: Requirements.Rule) -> [Finding] {
        guard let hop = path.first else { return [] }
        // Where somebody has written a policy since, the annotation is a leftover.
        let policied = Set(facts.objects.applied.filter { $0.kind == "NetworkPolicy" }.map(\.namespace))
        return facts.objects.defaultDeny.filter { !policied.contains($0) }.map { namespace in
            Finding(
                id: "default-deny/\(namespace)",
                title: "namespace \(namespace) asks for DefaultDeny by an annotation",
                places: [Finding.Place(object: "Namespace \(namespace)")],
                reason: rule.rule,
                hop: hop,
                severity: .ignored,
                cure: "make a NetworkPolicy that selects every pod of it and allows nothing",
                source: rule.source
            )
        }
    }

    private static func controllers(
        _ facts: ClusterFacts,
        _ path: [HopID],
        _ rule: Requirements.Controllers
    ) -> [Finding] {
        guard let hop = path.arriving(at: rule.release), let least = VersionText(rule.below) else { return [] }
        return facts.objects.applied.flatMap { object in
            object.images.filter { isBlind($0, least, rule.images) }.map { image in
                Finding(
                    id: "policy-controller/\(object.namespace)/\(object.name)",
                    title: "the policy controller \(image) sees no NetworkPolicy on \(hop.to)",
                    places: [Finding.Place(object: object.path)],
                    reason: rule.rule,
                    hop: hop,
                    severity: .refusedByAPI,
                    cure: "bring Calico to \(rule.below) or newer before the hop",
                    source: rule.source
                )
            }
        }
    }

    private static func isBlind(_ image: String, _ least: VersionText, _ names: [String]) -> Bool {
        let tag = image.split(separator: ":").last ?? ""
        let name = image.dropLast(tag.count + 1)
        guard names.contains(where: { name == $0 || name.hasSuffix("/\($0)") }) else { return false }
        return VersionText(tag).map { $0 < least } ?? false
    }
}
