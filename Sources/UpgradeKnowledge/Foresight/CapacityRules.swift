internal import UpgradeCore

/// Whether the rest of the cluster can take the pods of each wave.
enum CapacityRules {
    @Sendable
    static func findings(_ facts: ClusterFacts, _ path: [HopID], _ knowledge: Breakage) -> [Finding] {
        guard let hop = path.first else { return [] }
        let room = facts.room
        let free = room.compactMapValues { $0 }
        // Where one node does not say there is no sum.
        guard free.count == room.count else { return [] }
        let all = free.values.reduce(Resources(), +)
        for wave in facts.outTogether() {
            let moving = wave.flatMap { node in
                (facts.pods[node] ?? []).filter {
                    !$0.isMirror && !$0.isOfDaemonSet && !$0.isFinished && $0.owner != nil
                }
            }
            let needed = moving.map(\.requests).reduce(Resources(), +)
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
}
