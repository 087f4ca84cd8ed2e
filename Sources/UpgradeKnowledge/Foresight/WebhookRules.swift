internal import UpgradeCore

/// Admission webhooks that refuse requests while the node of their only backend is drained.
enum WebhookRules {
    @Sendable
    static func findings(_ facts: ClusterFacts, _ path: [HopID], _ knowledge: Breakage) -> [Finding] {
        guard let hop = path.first else { return [] }
        let waves = facts.outTogether().map(Set.init)
        return facts.objects.webhooks.filter(\.failsClosed).compactMap { hook in
            let selector = facts.objects.services[hook.service]
            // Without a selector somebody else says what is behind the service.
            if selector?.isEmpty == true { return nil }
            let places = selector.map { backends(of: hook.service, $0, facts) } ?? []
            guard places.isEmpty || waves.contains(where: { $0.isSuperset(of: places) }) else { return nil }
            let backend =
                selector == nil
                ? "its service is not there"
                : "its backend runs \(places.isEmpty ? "nowhere" : "on \(places.joined(separator: ", "))")"
            let refused = "the API refuses what it is asked about (\(hook.resources.joined(separator: ", ")))"
            return Finding(
                id: "webhook/\(hook.name)",
                title: "webhook \(hook.name) fails closed and \(backend)",
                places: [Finding.Place(object: "service \(hook.service)")],
                reason: places.isEmpty
                    ? "\(refused) today already, and so what a drain asks of it"
                    : "while that wave is drained \(refused), which may hold its own pod back for good",
                hop: hop,
                severity: .refusedByAPI,
                cure: places.isEmpty
                    ? "bring its backend up, or delete the webhook"
                    : "run its backend on nodes of two waves, or set failurePolicy to Ignore for the run",
                source:
                    "kubernetes documentation, Dynamic Admission Control, failure policy; digitalocean/clusterlint#180"
            )
        }
    }

    /// The nodes with an endpoint of the service; a pod that is not ready, or on no node yet, is none.
    static func backends(
        of service: String,
        _ selector: [String: String],
        _ facts: ClusterFacts
    ) -> [String] {
        let namespace = service.prefix { $0 != "/" }
        return facts.pods.filter { node, pods in
            !node.isEmpty
                && pods.contains { pod in
                    pod.namespace == namespace && pod.isReady && !pod.isFinished && !pod.isTerminating
                        && selector.allSatisfy { pod.labels[$0.key] == $0.value }
                }
        }.map(\.key).sorted()
    }
}
