internal import UpgradeCore

extension ClusterFacts {
    /// The waves of the workers; `nil` where they cannot be divided: no plan is made then, and the planner says why.
    var waves: [WorkerWave]? { try? playbook.waves(among: nodes) }

    /// The nodes of the workers that may be out together, in the order in which the playbook takes them out.
    ///
    /// A lane begins as soon as another ends, so that each worker is out together with those before it and with those behind it.
    /// - Parameter failed: whether as many as the failure budget lets fail are out besides: they stay as they are.
    /// - Returns: each set of them, which overlap.
    func outTogether(failed: Bool = false) -> [[String]] {
        (waves ?? [playbook.wholeWave]).flatMap { wave -> [[String]] in
            let workers = wave.hosts.map(\.node)
            let size = min(workers.count, max(1, wave.batch) + (failed ? wave.failureBudget : 0))
            if workers.isEmpty { return [] }
            // Which ones fail is not known: with those a batch apart large budgets are looked at in the time that there is.
            let step = failed ? max(1, wave.batch, size / 8) : 1
            return stride(from: 0, through: workers.count - size, by: step).map { Array(workers[$0..<($0 + size)]) }
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
