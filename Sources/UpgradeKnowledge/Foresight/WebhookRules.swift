internal import UpgradeCore

/// Admission webhooks that refuse requests while the node of their only backend is drained.
enum WebhookRules {
    @Sendable
    static func findings(_ facts: ClusterFacts, _ path: [HopID], _ knowledge: Breakage) -> [Finding] {
        guard let hop = path.first else { return [] }
        let workers = facts.playbook.hosts(.worker).map(\.node)
        // Nodes of one wave are out together; a backend that is all in one wave is away with it.
        let size = max(1, facts.playbook.workerBatch)
        let waves = Dictionary(
            workers.enumerated().map { ($0.element, $0.offset / size) },
            uniquingKeysWith: { first, _ in first }
        )
        return facts.objects.webhooks.filter(\.failsClosed).compactMap { hook in
            guard let selector = facts.objects.services[hook.service] else { return nil }
            let namespace = hook.service.prefix { $0 != "/" }
            // A pod that is not ready, or on no node yet, is no endpoint of the service.
            let places = facts.pods.filter { node, pods in
                !node.isEmpty && pods.contains { pod in
                    pod.namespace == namespace && pod.isReady && !pod.isFinished && !pod.isTerminating
                        && selector.allSatisfy { pod.labels[$0.key] == $0.value }
                }
            }.map(\.key).sorted()
            let touched = Set(places.map { waves[$0] })
            guard places.isEmpty || (touched.count == 1 && touched.first != .some(nil)) else { return nil }
            let where_ = places.isEmpty ? "nowhere" : "on \(places.joined(separator: ", "))"
            return Finding(
                id: "webhook/\(hook.name)",
                title: "webhook \(hook.name) fails closed and its backend runs \(where_)",
                places: [Finding.Place(object: "service \(hook.service)")],
                reason: "while that wave is drained the API refuses what it is asked about "
                    + "(\(hook.resources.joined(separator: ", "))), which may hold its own pod back for good",
                hop: hop,
                severity: .refusedByAPI,
                cure: "run its backend on nodes of two waves, or set failurePolicy to Ignore for the run",
                source:
                    "kubernetes documentation, Dynamic Admission Control, failure policy; digitalocean/clusterlint#180"
            )
        }
    }
}
