internal import UpgradeCore

/// Objects, Helm releases and manifests of APIs that a release of the path does not serve.
enum APIRules {
    @Sendable
    static func findings(_ facts: ClusterFacts, _ path: [HopID], _ knowledge: Breakage) -> [Finding] {
        func found(_ apiVersion: String?, _ kind: String, _ place: String) -> [Finding] {
            apiVersion.flatMap { finding($0, kind, place, facts.switches, path, knowledge) }.map { [$0] } ?? []
        }
        let applied = facts.objects.applied.flatMap { object in
            found(object.appliedVersion, object.kind, "last applied: \(object.path)")
                + target(object, facts.switches, path, knowledge)
        }
        let stored = facts.helm.flatMap { release in
            (release.objects ?? []).flatMap { reference in
                let place =
                    "Helm \(release.helm) release \(release.namespace)/\(release.name): \(reference.kind) \(reference.name)"
                if let mapped = mapped(release, reference, place, facts, path, knowledge) { return [mapped] }
                return found(reference.apiVersion, reference.kind, place)
            }
        }
        let files = facts.manifests.flatMap { file, objects in
            objects.flatMap { found($0.apiVersion, $0.kind, "\(file): \($0.kind) \($0.name)") }
        }
        return applied + stored + files + aggregated(facts, path) + unreadable(facts, path)
    }

    /// What the run itself writes anew before the hop; whether it can be is asked by `components-supported`.
    private static func mapped(
        _ release: HelmManifest,
        _ reference: ClusterObjects.Reference,
        _ place: String,
        _ facts: ClusterFacts,
        _ path: [HopID],
        _ knowledge: Breakage
    ) -> Finding? {
        guard let options = facts.playbook.helm, options.mapsAPIs,
            !options.excluded.contains(where: { $0.names(release.release, in: release.storage) }),
            let hop = path.first(where: { knowledge.apis.takesAway(reference.apiVersion, reference.kind, $0) }),
            case .moves(let move) = knowledge.fate(of: reference.apiVersion, reference.kind, at: hop)
        else { return nil }
        return Finding(
            id: "helm-map/\(move.from)/\(move.kind)",
            title:
                "releases name \(move.kind) of \(move.from), which \(hop.to) does not serve; the run writes them anew",
            places: [Finding.Place(object: place)],
            reason: "`helm.map-apis` says so; the chart of the release has to name \(move.to) at its next upgrade",
            hop: hop,
            severity: .worthKnowing,
            cure: "change the chart before the release is upgraded the next time",
            source: knowledge.apis.source
        )
    }

    /// What is to be said of an object of a kind: that it goes, that it is only kept, or that it is not there.
    private static func finding(
        _ apiVersion: String,
        _ kind: String,
        _ place: String,
        _ switches: APISwitches,
        _ path: [HopID],
        _ knowledge: Breakage
    ) -> Finding? {
        let apis = knowledge.apis
        let named = NamedAPI(apiVersion: apiVersion, kind: kind, place: place, apis: apis)
        if let hop = path.first(where: { apis.takesAway(apiVersion, kind, $0, switches) }) { return named.removed(hop) }
        guard let first = path.first else { return nil }
        if let hop = path.first(where: { apis.takesAway(apiVersion, kind, $0) }) { return named.kept(hop) }
        guard !apis.serves(apiVersion, kind, first.from, switches) else { return nil }
        if let since = apis.introduction(apiVersion, kind), first.from < since { return named.early(since, path) }
        return named.absent(first)
    }

    /// An autoscaler asks for its target by the version that it names.
    private static func target(
        _ object: ClusterObjects.Applied,
        _ switches: APISwitches,
        _ path: [HopID],
        _ knowledge: Breakage
    ) -> [Finding] {
        guard let target = object.target,
            let hop = path.first(where: { knowledge.apis.takesAway(target.apiVersion, target.kind, $0, switches) })
        else { return [] }
        return [
            Finding(
                id: "scale-target/\(target.apiVersion)/\(target.kind)",
                title: "autoscalers name \(target.kind) of \(target.apiVersion), which \(hop.to) does not serve",
                places: [Finding.Place(object: object.path)],
                reason: "the controller finds the target by that version and stops scaling it",
                hop: hop,
                severity: .refusedByAPI,
                cure:
                    "name \(knowledge.apis.removal(target.apiVersion, target.kind)?.replacement?.api_version ?? "a served version") "
                    + "in spec.scaleTargetRef.apiVersion",
                source: knowledge.apis.source
            )
        ]
    }

    private static func aggregated(_ facts: ClusterFacts, _ path: [HopID]) -> [Finding] {
        guard let hop = path.first else { return [] }
        return facts.objects.aggregated.filter { !$0.isAvailable }.map { api in
            Finding(
                id: "aggregated-api/\(api.name)",
                title: "the aggregated API \(api.name) does not answer",
                places: [Finding.Place(object: "service \(api.service)")],
                reason: "discovery stays incomplete: namespaces do not end, and controllers that list all APIs stop",
                hop: hop,
                severity: .changesBehaviour,
                cure: "mend the service, or delete the APIService",
                source: "urgent-notes.yaml: k114-aggregated-openapi, k116-discovery-timeout"
            )
        }
    }

    private static func unreadable(_ facts: ClusterFacts, _ path: [HopID]) -> [Finding] {
        guard let hop = path.first else { return [] }
        return facts.helm.filter { $0.objects == nil }.map { release in
            Finding(
                id: "helm-unreadable/\(release.namespace)/\(release.name)",
                title: "the stored Helm release \(release.namespace)/\(release.name) could not be read",
                places: [Finding.Place(object: "Helm \(release.helm) release \(release.namespace)/\(release.name)")],
                reason: "what it holds was not looked at; it may name APIs that go away",
                hop: hop,
                severity: .worthKnowing,
                cure: "see `helm get manifest` of it",
                source: "helm.yaml: storage formats"
            )
        }
    }
}
