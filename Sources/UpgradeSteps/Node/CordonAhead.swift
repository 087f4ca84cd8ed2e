import UpgradeCore

/// Cordons the old nodes of a wave before its first lane begins, so that pods are evicted to nodes that are new already.
///
/// With nothing new that is Ready it cordons nothing, and as many nodes as the first batch needs for its pods stay
/// schedulable: those that are walked last. Who is cordoned is decided once: what has begun is ended as it was decided,
/// whatever pods do meanwhile. A node that somebody has cordoned stays as it is.
struct CordonAhead: Step {
    let id: StepID = "cordon-ahead"
    let title = "Cordon the old nodes of the wave, as far as there is room elsewhere"

    func probes(_ context: StepContext) -> [Probe] { [.nodes, .pods] }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        let target = try context.targetKubernetes()
        let nodes = try seen.nodes()
        let byName = Dictionary(nodes.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let isDone = { (node: NodeState) in node.kubeletVersion == target }
        let wave = Self.wave(context)
        let mark = CordonMark.ahead(of: context.run)
        let walked = wave.hosts.compactMap { byName[$0.node] }
        let chosen: [NodeState]
        if let last = walked.lastIndex(where: { Self.isBegun($0, mark, context) }) {
            // The last one is cordoned first: up to there it was decided.
            chosen = Array(walked[...last])
        } else {
            let new = context.playbook.hosts(.worker).compactMap { byName[$0.node] }
            guard new.contains(where: { isDone($0) && $0.isReady && !$0.isCordoned }) else { return [] }
            let room = RoomAhead(nodes: nodes, pods: try seen.podsByNode())
            chosen = room.cordonable(walked.filter { !isDone($0) }, batch: wave.batch)
        }
        return chosen.reversed().filter { !isDone($0) && !$0.isCordoned }.map { .cordon(node: $0.name, mark: mark) }
    }

    private static func isBegun(_ node: NodeState, _ mark: String, _ context: StepContext) -> Bool {
        context.ledger.entries.contains { entry in
            entry.key == context.key && entry.effect == .cordon(node: node.name, mark: mark)
        }
    }

    /// The hosts of the wave in the order in which they are begun, and how many are worked on at once: as the plan has it.
    private static func wave(_ context: StepContext) -> (hosts: [Host], batch: Int) {
        let phases = context.plan.hops.first { $0.id == context.key.hop }?.phases ?? []
        guard let phase = phases.first(where: { $0.id == context.key.phase.waveAhead }) else { return ([], 1) }
        let hosts = phase.lanes.compactMap { lane -> Host? in
            guard case .host(let name) = lane.target else { return nil }
            return context.playbook.host(name)
        }
        return (hosts, phase.batch)
    }
}
