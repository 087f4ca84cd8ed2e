internal import UpgradeCore

/// Whether the rest of the cluster can take the pods of each wave.
enum CapacityRules {
    @Sendable
    static func findings(_ facts: ClusterFacts, _ path: [HopID], _ knowledge: Breakage) -> [Finding] {
        guard let hop = path.first else { return [] }
        let open = facts.nodes.filter { $0.isReady && !$0.isCordoned }
        var free: [String: Resources] = [:]
        for node in open {
            guard let room = node.room, room != Resources() else { return [] }
            free[node.name] = used(facts.pods[node.name] ?? []).reduce(room) { $0 - $1 }
        }
        let all = free.values.reduce(Resources(), +)
        let workers = facts.playbook.hosts(.worker).map(\.node)
        let size = max(1, facts.playbook.workerBatch)
        for start in stride(from: 0, to: workers.count, by: size) {
            let wave = workers[start..<min(start + size, workers.count)]
            let moving = wave.flatMap { node in
                (facts.pods[node] ?? []).filter {
                    !$0.isMirror && !$0.isOfDaemonSet && !$0.isFinished && $0.owner != nil
                }
            }
            let needed = used(moving).reduce(Resources(), +)
            let rest = wave.reduce(all) { $0 - (free[$1] ?? Resources()) }
            let short = [
                needed.cpu > rest.cpu ? "\(needed.cpu - rest.cpu) millicores of processor" : nil,
                needed.memory > rest.memory ? "\((needed - rest).memory) of memory" : nil,
                needed.pods > rest.pods ? "\(needed.pods - rest.pods) places for pods" : nil,
            ].compactMap { $0 }
            guard !short.isEmpty else { continue }
            // The first wave that does not fit says it; the others are much like it.
            return [
                Finding(
                    id: "capacity/wave-of-\(wave.first ?? "")",
                    title: "the cluster has too little room while \(wave.joined(separator: ", ")) is out",
                    places: [Finding.Place(object: "short of \(short.joined(separator: ", "))")],
                    reason: "pods of the wave stay Pending, and budgets then hold the waves after it",
                    hop: hop,
                    severity: .changesBehaviour,
                    cure: "add a node, shrink workloads, or make `workers.batch` smaller",
                    source: "arithmetic over requests and allocatable"
                )
            ]
        }
        return []
    }

    private static func used(_ pods: [PodState]) -> [Resources] {
        pods.filter { !$0.isFinished }.map(\.requests)
    }
}
