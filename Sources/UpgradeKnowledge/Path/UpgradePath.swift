public import UpgradeCore

/// A path through the lattice.
public struct UpgradePath: Hashable, Sendable {
    /// Where it begins.
    public var start: ClusterPoint
    /// Its steps, in order.
    public var steps: [PathStep]
    /// What it costs.
    public var cost: PathCost

    /// Makes a path.
    public init(start: ClusterPoint, steps: [PathStep], cost: PathCost) {
        self.start = start
        self.steps = steps
        self.cost = cost
    }

    /// Where it ends.
    public var end: ClusterPoint { steps.last?.after ?? start }

    /// Every state that the cluster is in, in order; a hop has one in which both releases are live.
    public var states: [PathState] {
        var states = [PathState(point: start, place: .at(start.kubernetes))]
        var point = start
        for step in steps {
            if case .hop(let hop) = step.move { states.append(PathState(point: point, place: .during(hop))) }
            states.append(PathState(point: step.after, place: .at(step.after.kubernetes)))
            point = step.after
        }
        return states
    }

    /// The releases of Kubernetes that it runs, in order.
    public var releases: [MinorRelease] {
        var releases = [start.kubernetes]
        for step in steps where step.after.kubernetes != releases.last { releases.append(step.after.kubernetes) }
        return releases
    }

    /// How many of its moves change a component.
    public func moves(of component: PathComponent) -> Int { steps.count { $0.move.component == component } }
}

/// One move of a path, with what the cluster runs after it.
public struct PathStep: Hashable, Sendable {
    /// The move.
    public var move: PathMove
    /// What runs after it.
    public var after: ClusterPoint

    /// Makes a step.
    public init(move: PathMove, after: ClusterPoint) {
        self.move = move
        self.after = after
    }
}

/// A state of a cluster on a path.
public struct PathState: Hashable, Sendable {
    /// What it runs; during a hop, what it ran before.
    public var point: ClusterPoint
    /// What of Kubernetes is live.
    public var place: PathPlace
}
