public import UpgradeCore

/// What the planner says of a request.
public struct PathReport: Hashable, Sendable {
    /// The day of the data.
    public var asOf: CalendarDay
    /// What was asked.
    public var request: PathRequest
    /// The cheapest path.
    public var path: UpgradePath
    /// What it violates, each once, in the order of the path.
    public var violations: [ChargedViolation]
    /// The ids that it would violate with Helm in use where it keeps Helm frozen, each once, in the order of the path: a playbook
    /// has no word for a Helm that nobody uses.
    public var whileFrozen: [String]
    /// The releases of Kubernetes on it that upstream no longer supports on the day asked for.
    public var unsupported: [UnsupportedRelease]
    /// The releases of Kubernetes on it of which the data is not sure.
    public var uncertain: [MinorRelease]
    /// Versions that it lands on and of which nobody knows whether they are out on the day asked for.
    public var undated: [String]
    /// Other ways.
    public var alternatives: [PathAlternative]

    /// Whether every component is in range all the way and upstream supports every release.
    public var isFullySupported: Bool { violations.isEmpty && unsupported.isEmpty }
}

/// A violation of a path, and why the path has it.
public struct ChargedViolation: Hashable, Sendable {
    /// The violation.
    public var violation: PathViolation
    /// In how many states of the path the cluster has it.
    public var states: Int
    /// Why it is there.
    public var proof: Proof

    /// Why a violation is there: what the search found with it forbidden.
    public enum Proof: Hashable, Sendable {
        /// It is where the cluster stands.
        case start
        /// There is no path without it.
        case unsolvable
        /// Every path without it costs more; so do the paths without those that could stand in its place.
        case dearer(UpgradePath, likewise: [PathViolation])
    }
}

extension ChargedViolation.Proof {
    /// Why, in words.
    public func text(than cost: PathCost) -> String {
        switch self {
        case .start:
            "it is where the cluster stands"
        case .unsolvable:
            "no path leads around it"
        case .dearer(let path, let likewise):
            "the best path around it"
                + likewise.map { ", and around \($0.component.title) \($0.version.release) in its place" }.joined()
                + (likewise.isEmpty ? "" : ",")
                + " costs \(path.cost) instead of \(cost)"
        }
    }
}

extension PathCost: CustomStringConvertible {
    /// `distance 10 in 2 states, 9 moves`.
    public var description: String {
        "distance \(distance) in \(states) state\(states == 1 ? "" : "s"), \(moves) move\(moves == 1 ? "" : "s")"
    }
}

/// A release of Kubernetes that upstream does not support on a day.
public struct UnsupportedRelease: Hashable, Sendable {
    /// The release.
    public var release: MinorRelease
    /// What is known of its maintenance.
    public var maintenance: Maintenance
}

/// Another way than the cheapest.
public struct PathAlternative: Hashable, Sendable {
    /// Its name, such as `freeze-helm`.
    public var id: String
    /// What it means.
    public var summary: String
    /// The cheapest path of this kind; `nil` where there is none, or where it is not a path.
    public var path: UpgradePath?
    /// Where it ends when it is not a path but a new cluster.
    public var end: ClusterPoint?
}
