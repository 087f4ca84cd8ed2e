extension ClusterState {
    /// The pods of a node that a drain has to move, as kubectl chooses them.
    func podsToMove(from node: String) -> [PodState] {
        (pods[node] ?? []).filter { !$0.isMirror && !$0.isOfDaemonSet && !$0.isFinished }
    }

    /// Who cannot be evicted now; a budget that allows as many disruptions as it has pods here does not block.
    func blocks(on node: String, _ options: DrainOptions) throws(AccessError) -> [PodBlock] {
        let moving = podsToMove(from: node)
        if let bare = moving.first(where: { $0.owner == nil }), !options.deletesBarePods {
            throw .refusedBySimulation(reason: "pod \(bare.path) has no controller (use --force to override)")
        }
        if let local = moving.first(where: \.hasEmptyDir), !options.deletesEmptyDirData {
            throw .refusedBySimulation(reason: "pod \(local.path) has local storage (use --delete-local-data)")
        }
        return moving.compactMap { pod in
            guard let budget = budgets.first(where: { $0.covers(pod) && $0.disruptionsAllowed < 1 }) else { return nil }
            return PodBlock(pod: pod.path, owner: pod.owner, budget: budget.path, disruptionsAllowed: 0)
        }
    }

    /// Moves pods away: those with a controller come back, Ready, on the schedulable node with the fewest pods.
    mutating func evict(_ node: String, _ options: DrainOptions) throws(AccessError) {
        let blocked = try blocks(on: node, options)
        guard blocked.isEmpty else { throw .drainBlocked(node: node, by: blocked, deadline: options.deadline) }
        let moving = podsToMove(from: node)
        pods[node]?.removeAll { pod in moving.contains { $0.path == pod.path } }
        for var pod in moving where pod.owner != nil {
            let free = nodes.values.filter { !$0.isCordoned && $0.isReady }.map(\.name).sorted()
            guard let next = free.min(by: { (pods[$0]?.count ?? 0, $0) < (pods[$1]?.count ?? 0, $1) }) else {
                lose(pod)
                continue
            }
            pod.uid += "+"
            pods[next, default: []].append(pod)
        }
    }

    /// A pod that finds no node stays Pending; its budgets count one healthy pod less.
    private mutating func lose(_ pod: PodState) {
        for index in budgets.indices where budgets[index].covers(pod) {
            budgets[index].currentHealthy -= 1
            budgets[index].disruptionsAllowed = max(0, budgets[index].currentHealthy - budgets[index].desiredHealthy)
        }
    }

    /// A deleted pod of a DaemonSet comes back on its node with the image of the template.
    mutating func recreate(namespace: String, name: String, uid: String) {
        for node in pods.keys {
            pods[node]?.removeAll { $0.namespace == namespace && $0.name == name && $0.uid == uid && !$0.isOfDaemonSet }
        }
        for key in daemonSets.keys {
            guard let found = daemonSets[key]?.pods.first(where: { $0.value.name == name && $0.value.uid == uid }),
                let image = daemonSets[key]?.image
            else { continue }
            var pod = found.value
            pod.uid += "+"
            pod.image = image
            daemonSets[key]?.pods[found.key] = pod
        }
    }
}
