import UpgradeCore

@testable import UpgradeKnowledge

/// Every path of a lattice, by trying all: what the search is held against.
enum Paths {
    /// The paths to the goal with at most so many moves that are no farther out of range than a limit.
    static func all(_ lattice: Lattice, moves: Int, farthest: Int) -> [[PathStep]] {
        var found: [[PathStep]] = []
        var steps: [PathStep] = []
        var known: [ClusterPoint: [(move: PathMove, to: ClusterPoint)]] = [:]
        var stays: [PathState: Int] = [:]
        func stay(_ point: ClusterPoint, _ place: PathPlace) -> Int {
            let state = PathState(point: point, place: place)
            let distance = stays[state] ?? lattice.cost(point, place).distance
            stays[state] = distance
            return distance
        }
        func walk(_ point: ClusterPoint, _ distance: Int) {
            guard distance <= farthest else { return }
            if lattice.request.isReached(point) {
                found.append(steps)
                return
            }
            guard steps.count < moves else { return }
            let next = known[point] ?? lattice.moves(from: point)
            known[point] = next
            for (move, to) in next where steps.allSatisfy({ $0.after != to }) && to != lattice.start {
                var further = distance + stay(to, .at(to.kubernetes))
                if case .hop(let hop) = move { further += stay(point, .during(hop)) }
                steps.append(PathStep(move: move, after: to))
                walk(to, further)
                steps.removeLast()
            }
        }
        walk(lattice.start, stay(lattice.start, .at(lattice.start.kubernetes)))
        return found
    }
}
