internal import UpgradeCore

extension ClusterFacts {
    /// The nodes of the workers as the playbook takes them out: those of one wave together.
    var waves: [[String]] {
        let workers = playbook.hosts(.worker).map(\.node)
        let size = max(1, playbook.workerBatch)
        return stride(from: 0, to: workers.count, by: size).map {
            Array(workers[$0..<min($0 + size, workers.count)])
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
