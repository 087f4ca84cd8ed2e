internal import UpgradeCore

extension Lattice {
    /// The cheapest path from the start to the goal.
    ///
    /// - Parameter forbidden: ids of violations that the path must not have.
    /// - Returns: the path; `nil` where there is none.
    public func cheapest(without forbidden: Set<String> = []) -> UpgradePath? {
        cheapest(without: forbidden, PathParts())
    }

    /// The same, with what searches through this lattice have found before.
    func cheapest(without forbidden: Set<String> = [], _ parts: PathParts) -> UpgradePath? {
        PathSearch(lattice: self, forbidden: forbidden, parts: parts).cheapest()
    }
}

/// What searches through one lattice find again and again: the moves from parts of points, and what a stay there costs.
final class PathParts {
    struct Stay: Hashable {
        var part: ClusterPoint
        var place: PathPlace
    }

    var legal: [ClusterPoint: [PathStep]] = [:]
    /// With the ids of what is out of range there.
    var prices: [Stay: (cost: PathCost, violations: [String])] = [:]
}

/// One search through a lattice: A* with what is surely left as its estimate: how far out of range (`PathBounds`), and moves.
///
/// Each part of the cost is a sum over states and moves and none is negative; the estimate never falls by more than the
/// one move that is made costs. So what is settled first is cheapest. Equal costs are settled in the order in which they were
/// found, which is fixed.
struct PathSearch {
    let lattice: Lattice
    let forbidden: Set<String>
    let parts: PathParts

    private struct Found {
        var cost: PathCost
        var from: (point: ClusterPoint, move: PathMove)?
        var isSettled = false
    }

    func cheapest() -> UpgradePath? {
        let start = lattice.start
        let bounds = PathBounds(self)
        guard lattice.broken(by: start) == nil, let first = price(start, .at(start.kubernetes)),
            let whole = bounds.left(start)
        else { return nil }
        var found: [ClusterPoint: Found] = [start: Found(cost: first)]
        var queue = PathQueue()
        queue.insert(start, first + whole + estimate(start))
        while let point = queue.popFirst() {
            guard let here = found[point], !here.isSettled else { continue }
            found[point]?.isSettled = true
            if lattice.request.isReached(point) { return path(to: point, found, here.cost) }
            for step in steps(from: point) {
                if let known = found[step.after], known.isSettled { continue }
                guard let price = price(of: step, from: point), let left = bounds.left(step.after) else { continue }
                let sum = here.cost + price
                if let known = found[step.after], known.cost <= sum { continue }
                found[step.after] = Found(cost: sum, from: (point, step.move))
                queue.insert(step.after, sum + left + estimate(step.after))
            }
        }
        return nil
    }

    private func path(to end: ClusterPoint, _ found: [ClusterPoint: Found], _ cost: PathCost) -> UpgradePath {
        var steps: [PathStep] = []
        var point = end
        while let from = found[point]?.from {
            steps.append(PathStep(move: from.move, after: point))
            point = from.point
        }
        return UpgradePath(start: point, steps: steps.reversed(), cost: cost)
    }

    /// The moves that are left at least: each changes one part.
    private func estimate(_ point: ClusterPoint) -> PathCost {
        let goal = lattice.request.goal
        func differs<Value: Equatable>(_ wanted: Value?, _ there: Value?) -> Int {
            wanted.map { $0 == there ? 0 : 1 } ?? 0
        }
        let helm = max(differs(goal.helm, point.helm?.version), point.helm?.isFrozen == true ? 1 : 0)
        return PathCost(
            moves: max(0, goal.kubernetes.minor - point.kubernetes.minor)
                + differs(goal.calico, point.calico?.version) + helm + differs(goal.helmfile, point.helmfile)
                + differs(goal.etcd, point.etcd?.version)
        )
    }

    // MARK: Parts

    // No rule and no range ties Calico or etcd to Helm or helmfile, so that what is found for one half of a point holds
    // with every other half.

    static func network(_ point: ClusterPoint) -> ClusterPoint {
        ClusterPoint(kubernetes: point.kubernetes, etcd: point.etcd, calico: point.calico)
    }

    static func tools(_ point: ClusterPoint) -> ClusterPoint {
        ClusterPoint(kubernetes: point.kubernetes, helm: point.helm, helmfile: point.helmfile)
    }

    private func steps(from point: ClusterPoint) -> [PathStep] {
        let network = legal(Self.network(point))
        let tools = legal(Self.tools(point))
        var steps: [PathStep] = []
        for step in network {
            var next = point
            next.etcd = step.after.etcd
            next.calico = step.after.calico
            if case .hop = step.move {
                // A hop is one only where both halves may make it.
                guard tools.contains(where: { $0.move == step.move }) else { continue }
                next.kubernetes = step.after.kubernetes
            }
            steps.append(PathStep(move: step.move, after: next))
        }
        for step in tools {
            if case .hop = step.move { continue }
            var next = point
            next.helm = step.after.helm
            next.helmfile = step.after.helmfile
            steps.append(PathStep(move: step.move, after: next))
        }
        return steps
    }

    func legal(_ part: ClusterPoint) -> [PathStep] {
        if let known = parts.legal[part] { return known }
        let steps = lattice.moves(from: part).map { PathStep(move: $0.move, after: $0.to) }
        parts.legal[part] = steps
        return steps
    }

    // MARK: Prices

    /// What a move and the states that it leads through cost; `nil` where one of them has a forbidden violation.
    private func price(of step: PathStep, from point: ClusterPoint) -> PathCost? {
        guard let arrival = price(step.after, .at(step.after.kubernetes)) else { return nil }
        let sum = lattice.cost(of: step.move) + arrival
        guard case .hop(let hop) = step.move else { return sum }
        return price(point, .during(hop)).map { sum + $0 }
    }

    /// How far out of range a half is in the states that a move leads it through; `nil` where one has a forbidden violation.
    func stays(of step: PathStep, from half: ClusterPoint) -> PathCost? {
        guard var sum = stay(step.after, .at(step.after.kubernetes)) else { return nil }
        if case .hop(let hop) = step.move {
            guard let during = stay(half, .during(hop)) else { return nil }
            sum = sum + during
        }
        return PathCost(distance: sum.distance, states: sum.states)
    }

    private func price(_ point: ClusterPoint, _ place: PathPlace) -> PathCost? {
        guard let network = stay(Self.network(point), place), let tools = stay(Self.tools(point), place) else {
            return nil
        }
        // A state is out of range once, however many components are.
        var sum = network + tools
        sum.states = max(network.states, tools.states)
        return sum
    }

    private func stay(_ part: ClusterPoint, _ place: PathPlace) -> PathCost? {
        // Without the release, a hop's part and the one that arrives would not be told apart.
        let stay = PathParts.Stay(part: part, place: place)
        let price: (cost: PathCost, violations: [String])
        if let known = parts.prices[stay] {
            price = known
        } else {
            price = (lattice.cost(part, place), lattice.violations(part, place).map(\.id))
            parts.prices[stay] = price
        }
        return price.violations.contains(where: forbidden.contains) ? nil : price.cost
    }
}

/// Points by cost; of equal costs the one inserted first comes first.
struct PathQueue {
    private var heap: [(point: ClusterPoint, cost: PathCost, number: Int)] = []
    private var inserted = 0

    mutating func insert(_ point: ClusterPoint, _ cost: PathCost) {
        heap.append((point, cost, inserted))
        inserted += 1
        var child = heap.count - 1
        while child > 0, isBefore(child, (child - 1) / 2) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func popFirst() -> ClusterPoint? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return first.point }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && isBefore(child, least) {
                least = child
            }
            if least == parent { break }
            heap.swapAt(least, parent)
            parent = least
        }
        return first.point
    }

    private func isBefore(_ left: Int, _ right: Int) -> Bool {
        heap[left].cost == heap[right].cost
            ? heap[left].number < heap[right].number : heap[left].cost < heap[right].cost
    }
}
