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

    /// Evicts pods one after another: those with a controller come back, Ready, on a schedulable node that `placement` chooses,
    /// and wait where there is none; those whose budget allows no more disruptions by then stay.
    mutating func evict(_ node: String, _ options: DrainOptions) throws(AccessError) {
        // What kubectl refuses before it evicts anything.
        _ = try blocks(on: node, options)
        for pod in podsToMove(from: node) where budgets.allSatisfy({ !$0.covers(pod) || $0.disruptionsAllowed > 0 }) {
            pods[node]?.removeAll { $0.path == pod.path }
            guard pod.owner != nil else { continue }
            var next = pod
            next.uid += "+"
            if !place(next) {
                pending = (pending ?? []) + [next]
                count(next, healthy: -1)
            }
        }
        let blocked = try blocks(on: node, options)
        guard blocked.isEmpty else { throw .drainBlocked(node: node, by: blocked, deadline: options.deadline) }
    }

    /// Pods that found no node go where there is room now, as the scheduler sees to once a node is uncordoned or Ready.
    public mutating func schedule() {
        guard let waiting = pending else { return }
        let left = waiting.filter { pod in
            guard place(pod) else { return true }
            count(pod, healthy: 1)
            return false
        }
        pending = left.isEmpty ? nil : left
    }

    /// Puts a pod on a schedulable node, the one with the fewest pods where nothing else is said; `false` where there is none.
    private mutating func place(_ pod: PodState) -> Bool {
        let free = nodes.values.filter { !$0.isCordoned && $0.isReady && !isKubeletDown($0.name) }.map(\.name).sorted()
        func count(_ node: String) -> Int { pods[node]?.count ?? 0 }
        let next =
            switch placement ?? .fewestPods {
            case .fewestPods: free.min { (count($0), $0) < (count($1), $1) }
            case .mostPods: free.filter { count($0) < nodes[$0]?.room?.pods ?? .max }.max { count($0) < count($1) }
            }
        guard let next else { return false }
        pods[next, default: []].append(pod)
        return true
    }

    /// Whether nothing would start a pod there; a real node is not Ready then, forty seconds later.
    private func isKubeletDown(_ node: String) -> Bool {
        packaging.hostOfNode[node].flatMap { hosts[$0]?.units[NodeUnit.kubelet.rawValue]?.isActive } == false
    }

    /// What the budgets of a pod count: a Pending one is not healthy.
    private mutating func count(_ pod: PodState, healthy change: Int) {
        for index in budgets.indices where budgets[index].covers(pod) {
            budgets[index].currentHealthy += change
            budgets[index].disruptionsAllowed = max(0, budgets[index].currentHealthy - budgets[index].desiredHealthy)
        }
    }

    /// What a host's container runtime is known to have.
    mutating func setImage(_ image: String, _ found: NodeImage, on host: String) {
        var known = hosts[host]?.images ?? [:]
        known[image] = found
        hosts[host]?.images = known
    }

    /// What a node reaches of the others that have pods besides those of DaemonSets; simulated pods have no addresses, and
    /// all answer but those of `unreachedPods`.
    func podReach(from node: String) -> PodReach {
        func asked(_ node: String) -> PodState? {
            pods[node]?.filter { !$0.isOfDaemonSet && !$0.isMirror && $0.isReady && !$0.isFinished }
                .min { $0.path < $1.path }
        }
        var reach = PodReach(from: asked(node)?.path)
        for other in pods.keys.filter({ $0 != node }).sorted() {
            guard let pod = asked(other) else { continue }
            if unreachedPods?.contains("\(node) \(other)") == true {
                reach.silent.append(PodReach.Target(node: other, pod: pod.path, address: "simulated"))
            } else {
                reach.reached.append(other)
            }
        }
        return reach
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
