import UpgradeCore

/// What the next node waits for once Calico is new on this one, whoever runs it: as many BGP sessions as before the run, and
/// pods on other nodes that answer as before the run.
///
/// Of the nodes that were reached then those are asked that still have a pod to ask: pods move with every drain.
struct CalicoGate {
    private let host: String
    private let node: String
    private let deadline: Duration
    /// How many sessions the host had before the run.
    private let sessions: Int
    /// The nodes that it reached before the run.
    private let reached: Set<String>

    init(_ context: StepContext) {
        host = context.hostName
        node = context.nodeName
        deadline = context.playbook.deadlines.nodeReady
        sessions = context.plan.baseline.bgpSessions?[host] ?? 0
        reached = Set(context.plan.baseline.podsReached?[host] ?? [])
    }

    /// The gate, with what is asked of who runs Calico here.
    ///
    /// - Parameters:
    ///   - probes: the questions about that.
    ///   - measured: what they measure.
    ///   - unmet: why it is not the new Calico yet; `nil` where it is.
    /// - Returns: the gate, which asks for sessions and pods only where there were some before the run.
    func gate(
        _ probes: [Probe],
        measured: @escaping @Sendable (Observation) throws(StepError) -> [GateReading],
        unmet: @escaping @Sendable (Observation) throws(StepError) -> Unmet?
    ) -> Gate {
        Gate(
            probes: probes + (sessions > 0 ? [.bgpPeers(host: host)] : [])
                + (reached.isEmpty ? [] : [.podReach(host: host, node: node)]),
            deadline: deadline,
            interval: GateInterval.node,
            measured: { (seen) throws(StepError) in
                try measured(seen)
                    + (sessions > 0 ? [GateReading("BGP sessions established", try up(seen).count, of: sessions)] : [])
                    + (reached.isEmpty ? [] : [Self.reading(try reach(seen))])
            },
            verdict: { (seen) throws(StepError) -> Verdict in
                if let unmet = try unmet(seen) { return .waiting(unmet) }
                let established = sessions > 0 ? try up(seen).count : 0
                guard established >= sessions else {
                    let others = (try seen.bgpPeers(on: host) ?? []).filter { !$0.isEstablished }
                    return .waiting(
                        .bgpSessionsDown(host: host, established: established, before: sessions, others: others)
                    )
                }
                let pods = try reach(seen)
                guard pods.down.isEmpty else {
                    return .waiting(.podsUnreached(node: node, from: pods.from, silent: pods.down))
                }
                return .open
            }
        )
    }

    private func up(_ seen: Observation) throws(StepError) -> [BGPPeer] {
        (try seen.bgpPeers(on: host) ?? []).filter(\.isEstablished)
    }

    private typealias Reach = (from: String?, up: Int, down: [PodReach.Target])

    private func reach(_ seen: Observation) throws(StepError) -> Reach {
        guard !reached.isEmpty else { return (nil, 0, []) }
        let found = try seen.podReach(from: node, on: host)
        let up = found.reached.count { reached.contains($0) }
        return (found.from, up, found.silent.filter { reached.contains($0.node) })
    }

    private static func reading(_ found: Reach) -> GateReading {
        GateReading(
            "pods reached on other nodes, from \(found.from ?? "the host")",
            found.up,
            of: found.up + found.down.count
        )
    }
}
