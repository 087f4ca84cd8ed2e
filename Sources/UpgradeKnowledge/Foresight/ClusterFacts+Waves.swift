internal import UpgradeCore

extension ClusterFacts {
    /// The nodes of the workers that may be out together, in the order in which the playbook takes them out.
    ///
    /// As many as a wave works on at once, and as many as its failure budget lets fail before, which stay out. A lane begins as
    /// soon as another ends, so that each worker is out together with those before it and with those behind it.
    var outTogether: [[String]] {
        // Where the workers cannot be divided no plan is made; the planner says why.
        let waves = (try? playbook.waves(among: nodes)) ?? [playbook.wholeWave]
        return waves.flatMap { wave in
            let workers = wave.hosts.map(\.node)
            let size = min(workers.count, max(1, wave.batch) + wave.failureBudget)
            return workers.isEmpty ? [] : (0...(workers.count - size)).map { Array(workers[$0..<($0 + size)]) }
        }
    }

    /// What is left on each node that takes pods; `nil` where a node does not say.
    var room: [String: Resources?] {
        Dictionary(
            nodes.filter { $0.isReady && !$0.isCordoned }.map { node in
                let used = (pods[node.name] ?? []).filter { !$0.isFinished }.map(\.requests)
                let room = node.room.flatMap { $0 == Resources() ? nil : $0 }
                return (node.name, room.map { used.reduce($0) { $0 - $1 } })
            },
            uniquingKeysWith: { first, _ in first }
        )
    }
}
