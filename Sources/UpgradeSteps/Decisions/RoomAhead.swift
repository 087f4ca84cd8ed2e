import UpgradeCore

/// How many nodes of a wave can be cordoned at once, so that the pods of its first batch still find a place.
///
/// By requests, node labels and taints, as foresight has it; a node that does not say what it can give is taken to have
/// room. Affinities, volumes and what others make meanwhile stay unseen: a pod that finds no place is Pending until a lane
/// ends, and its budget holds the drain meanwhile.
struct RoomAhead {
    /// Every node.
    var nodes: [NodeState]
    /// Every pod, by node.
    var pods: [String: [PodState]]

    /// The first of these nodes, up to the one behind which the others are needed.
    ///
    /// - Parameters:
    ///   - old: the nodes of the wave that are not new yet, in the order in which they are walked.
    ///   - batch: how many are emptied at once.
    /// - Returns: all of them where the others have room enough.
    func cordonable(_ old: [NodeState], batch: Int) -> [NodeState] {
        let first = old.prefix(batch)
        let names = Set(old.map(\.name))
        var places = nodes.filter { !names.contains($0.name) && takesPods($0) }.map(place)
        // Those that may stay schedulable, the one that is walked last first.
        let others = old.dropFirst(batch).reversed().filter(takesPods)
        var spared = 0
        for pod in first.flatMap({ moving($0) }) {
            if put(pod, into: &places) { continue }
            guard let needed = others.indices.dropFirst(spared).first(where: { place(others[$0]).takes(pod) }) else {
                // It finds no place whatever is cordoned; preflight and the drain say so.
                continue
            }
            places += others[spared...needed].map(place)
            spared = needed + 1
            _ = put(pod, into: &places)
        }
        guard spared > 0, let end = old.firstIndex(where: { $0.name == others[spared - 1].name }) else { return old }
        return Array(old[..<end])
    }

    /// What is left on a node.
    private struct Place {
        var node: NodeState
        /// `nil` where the node does not say.
        var room: Resources?

        func takes(_ pod: PodState) -> Bool {
            guard pod.nodeSelector.allSatisfy({ node.labels[$0.key] == $0.value }),
                node.taints.allSatisfy(pod.tolerations.contains)
            else { return false }
            guard let room else { return true }
            let needs = pod.requests
            return needs.cpu <= room.cpu && needs.memory <= room.memory && needs.pods <= room.pods
        }
    }

    private func takesPods(_ node: NodeState) -> Bool { node.isReady && !node.isCordoned }

    private func place(_ node: NodeState) -> Place {
        let room = node.room.flatMap { $0 == Resources() ? nil : $0 }
        let used = (pods[node.name] ?? []).filter { !$0.isFinished }.map(\.requests)
        return Place(node: node, room: room.map { used.reduce($0) { $0 - $1 } })
    }

    /// The largest first: what is left over then is of use to the small ones.
    private func moving(_ node: NodeState) -> [PodState] {
        DrainDecision(node: node.name, pods: pods[node.name] ?? []).toMove.filter { $0.owner != nil }
            .sorted { ($0.requests.memory.bytes, $0.requests.cpu) > ($1.requests.memory.bytes, $1.requests.cpu) }
    }

    private func put(_ pod: PodState, into places: inout [Place]) -> Bool {
        guard let index = places.firstIndex(where: { $0.takes(pod) }) else { return false }
        places[index].room = places[index].room.map { $0 - pod.requests }
        return true
    }
}
