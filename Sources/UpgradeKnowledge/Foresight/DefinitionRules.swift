internal import UpgradeCore

/// Custom resources stored in a version that their definition no longer has, and APIs that nobody keeps up.
enum DefinitionRules {
    @Sendable
    static func findings(_ facts: ClusterFacts, _ path: [HopID], _ knowledge: Breakage) -> [Finding] {
        stored(facts, path, knowledge.requirements.stored_versions) + unmanaged(facts, path, knowledge)
    }

    private static func stored(_ facts: ClusterFacts, _ path: [HopID], _ rule: Requirements.Rule) -> [Finding] {
        guard let hop = path.first else { return [] }
        return facts.objects.definitionVersions.flatMap { definition in
            definition.stored.filter { !definition.versions.contains($0) }.map { version in
                Finding(
                    id: "stored-version/\(definition.name)/\(version)",
                    title: "\(definition.name) may be stored as \(version), which its definition does not have",
                    places: [Finding.Place(object: "CustomResourceDefinition \(definition.name)")],
                    reason: rule.rule,
                    hop: hop,
                    severity: .refusedByAPI,
                    cure: "add \(version) to spec.versions again, write every object anew, then take it out of "
                        + "status.storedVersions",
                    source: rule.source
                )
            }
        }
    }

    private static func unmanaged(_ facts: ClusterFacts, _ path: [HopID], _ knowledge: Breakage) -> [Finding] {
        let rule = knowledge.requirements.unmanaged_apis
        return facts.objects.unmanagedAPIs.compactMap { version in
            guard let hop = path.first(where: { knowledge.apis.stopsServing(version, $0, facts.switches) }) else {
                return nil
            }
            return Finding(
                id: "api-service/\(version)",
                title: "an APIService made by hand announces \(version), which \(hop.to) does not serve",
                places: [Finding.Place(object: "APIService of \(version)")],
                reason: rule.rule,
                hop: hop,
                severity: .changesBehaviour,
                cure: "delete the APIService",
                source: rule.source
            )
        }
    }
}
