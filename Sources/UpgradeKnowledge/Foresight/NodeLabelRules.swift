internal import UpgradeCore

/// Labels that a kubelet may no longer give itself, and what depends on them.
enum NodeLabelRules {
    @Sendable
    static func findings(_ facts: ClusterFacts, _ path: [HopID], _ knowledge: Breakage) -> [Finding] {
        let rule = knowledge.requirements.node_labels
        guard let hop = path.arriving(at: rule.release) else { return [] }
        var found: [Finding] = []
        var lost: Set<String> = []
        for (host, configuration) in facts.hosts {
            guard let daemon = configuration.daemon(NodeUnit.kubelet.rawValue) else { continue }
            for argument in facts.arguments(of: daemon, on: host.name)
            where argument.flag == "--node-labels" {
                for key in keys(argument.value ?? "") where !rule.allows(key) {
                    lost.insert(key)
                    found.append(
                        Finding(
                            id: "node-label/kubelet/\(key)",
                            title: "kubelet of \(hop.to) does not start with --node-labels=\(key)",
                            places: [argument.place],
                            reason: rule.rule,
                            hop: hop,
                            severity: .killsDaemon,
                            cure: "take the label out of --node-labels and set it with `kubectl label node`",
                            source: rule.source
                        )
                    )
                }
            }
        }
        return found + selectors(lost, facts, hop, rule)
    }

    private static func keys(_ value: String) -> [String] {
        value.split(separator: ",").compactMap { pair in
            // The kubelet takes blanks off (Kubernetes 1.12 pkg/util/flag/configuration_map.go).
            pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).first
                .map { $0.filter { !$0.isWhitespace } }
        }
    }

    /// Pods that want a label which nobody gives their nodes any more, once the flag is cured.
    private static func selectors(
        _ lost: Set<String>,
        _ facts: ClusterFacts,
        _ hop: HopID,
        _ rule: Requirements.NodeLabels
    ) -> [Finding] {
        facts.objects.applied.flatMap { object in
            lost.intersection(Array(object.nodeSelector.keys) + object.affinityKeys).sorted().map { key in
                Finding(
                    id: "node-selector/\(key)",
                    title: "workloads select nodes by \(key), which kubelets of \(hop.to) do not set",
                    places: [Finding.Place(object: object.path)],
                    reason: "a node that registers anew has no such label, and the pods find no node",
                    hop: hop,
                    severity: .changesBehaviour,
                    cure: "label the nodes with `kubectl label node`, or select by another label",
                    source: rule.source
                )
            }
        }
    }
}
