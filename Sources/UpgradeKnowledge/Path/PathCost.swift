/// What a path costs; the first difference decides.
///
/// Hard rules come before all of this: a path that breaks one is no path.
public struct PathCost: Hashable, Sendable, Comparable {
    /// How far out of range the components are, in minor releases of Kubernetes, summed over the states.
    public var distance = 0
    /// How many states are out of range: how long the cluster is there.
    public var states = 0
    /// How many moves there are.
    public var moves = 0
    /// In how many states Helm is frozen.
    public var frozen = 0
    /// How far the releases moved to are behind the newest known, summed: of equal paths the newer releases win.
    public var age = 0

    /// Makes a cost.
    public init(distance: Int = 0, states: Int = 0, moves: Int = 0, frozen: Int = 0, age: Int = 0) {
        self.distance = distance
        self.states = states
        self.moves = moves
        self.frozen = frozen
        self.age = age
    }

    /// Whether another cost differs in what breaks ties only.
    func isLike(_ other: PathCost) -> Bool {
        (distance, states, moves) == (other.distance, other.states, other.moves)
    }

    /// The cost of both.
    public static func + (left: PathCost, right: PathCost) -> PathCost {
        PathCost(
            distance: left.distance + right.distance,
            states: left.states + right.states,
            moves: left.moves + right.moves,
            frozen: left.frozen + right.frozen,
            age: left.age + right.age
        )
    }

    /// Orders by distance, then by states out of range, moves, frozen states and age.
    public static func < (left: PathCost, right: PathCost) -> Bool {
        (left.distance, left.states, left.moves, left.frozen, left.age)
            < (right.distance, right.states, right.moves, right.frozen, right.age)
    }
}
