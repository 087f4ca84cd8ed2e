internal import UpgradeCore

extension ClusterFacts {
    /// The nodes of the workers as the playbook takes them out: those that are out together.
    var waves: [[String]] {
        // Where the workers cannot be divided no plan is made; the planner says why.
        let waves = (try? playbook.waves(among: nodes)) ?? [playbook.wholeWave]
        return waves.flatMap { wave in
            let workers = wave.hosts.map(\.node)
            let size = max(1, wave.batch)
            return stride(from: 0, to: workers.count, by: size).map {
                Array(workers[$0..<min($0 + size, workers.count)])
            }
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
