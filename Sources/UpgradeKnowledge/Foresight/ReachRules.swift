internal import UpgradeCore

/// Kubelets that a control-plane host cannot reach: a packet filter that does not know it, most often.
enum ReachRules {
    @Sendable
    static func findings(_ facts: ClusterFacts, _ path: [HopID], _ knowledge: Breakage) -> [Finding] {
        guard let hop = path.first else { return [] }
        let rule = knowledge.requirements.kubelet_port
        // A node that is not Ready is found as such; one that the playbook does not name is not upgraded.
        let ready = Set(facts.nodes.filter(\.isReady).map(\.name)).intersection(
            facts.playbook.hosts(.worker).map(\.node)
        )
        return facts.unreachedKubelets.compactMap { host, kubelets in
            let untried = kubelets.contains { $0.reason == .untried }
            let found = kubelets.filter { ready.contains($0.node) }
            guard untried || !found.isEmpty else { return nil }
            let places = found.map {
                Finding.Place(host: host, object: "to \($0.node), \($0.address): \($0.reason.words)")
            }
            return Finding(
                id: "kubelet-port/\(host)",
                title: found.isEmpty
                    ? "not every kubelet could be tried from \(host)"
                    : "\(host) gets no connection to \(found.count == 1 ? "a kubelet" : "\(found.count) kubelets")",
                places: places.isEmpty ? [Finding.Place(host: host)] : places,
                reason: rule.rule,
                hop: hop,
                severity: found.isEmpty ? .worthKnowing : .changesBehaviour,
                cure: "let \(host) in by the packet filter of the node, and of what is between them",
                source: rule.source
            )
        }
    }
}

extension UnreachedKubelet.Reason {
    /// The reason in words.
    fileprivate var words: String {
        switch self {
        case .timeout: "no answer"
        case .refused: "connection refused"
        case .unreachable: "no way to the host"
        case .failed: "no connection"
        case .untried: "not tried"
        }
    }
}
