internal import UpgradeCore

/// How far out of range a path is at least from each point on, by its halves: a search without it looks at every combination of
/// versions that costs less than the best path, and between distant releases there are a hundred thousand.
///
/// Each half goes its own way to the goal here, as if the other cost nothing. A path of both goes both ways, and what a half
/// costs while the other moves only adds; a state counts once for both, so that of the two numbers of states the higher one holds.
struct PathBounds {
    /// By half of a point: distance and states; a half that has no way to the goal is absent.
    private let network: [ClusterPoint: PathCost]
    private let tools: [ClusterPoint: PathCost]

    init(_ search: PathSearch) {
        let request = search.lattice.request
        var (networkGoal, toolsGoal) = (request, request)
        (networkGoal.goal.helm, networkGoal.goal.helmfile) = (nil, nil)
        (toolsGoal.goal.calico, toolsGoal.goal.etcd, toolsGoal.goal.datastore) = (nil, nil, nil)
        let start = search.lattice.start
        network = Self.left(search, from: PathSearch.network(start)) { networkGoal.isReached($0) }
        tools = Self.left(search, from: PathSearch.tools(start)) { toolsGoal.isReached($0) }
    }

    /// What is left at least; `nil` where no way leads to the goal.
    func left(_ point: ClusterPoint) -> PathCost? {
        guard let network = network[PathSearch.network(point)], let tools = tools[PathSearch.tools(point)] else {
            return nil
        }
        return PathCost(distance: network.distance + tools.distance, states: max(network.states, tools.states))
    }

    /// The cheapest way of one half from each of its points to the goal: found backwards, from the ends.
    private static func left(
        _ search: PathSearch,
        from start: ClusterPoint,
        _ isReached: (ClusterPoint) -> Bool
    ) -> [ClusterPoint: PathCost] {
        var arrivals: [ClusterPoint: [(from: ClusterPoint, cost: PathCost)]] = [start: []]
        var queue = PathQueue()
        var left: [ClusterPoint: PathCost] = [:]
        var open = [start]
        while let point = open.popLast() {
            if isReached(point) {
                left[point] = PathCost()
                queue.insert(point, PathCost())
            }
            for step in search.legal(point) {
                guard let cost = search.stays(of: step, from: point) else { continue }
                if arrivals[step.after] == nil { open.append(step.after) }
                arrivals[step.after, default: []].append((point, cost))
            }
        }
        var settled: Set<ClusterPoint> = []
        while let point = queue.popFirst() {
            guard settled.insert(point).inserted, let here = left[point] else { continue }
            for arrival in arrivals[point] ?? [] {
                let sum = here + arrival.cost
                if let known = left[arrival.from], known <= sum { continue }
                left[arrival.from] = sum
                queue.insert(arrival.from, sum)
            }
        }
        return left
    }
}
