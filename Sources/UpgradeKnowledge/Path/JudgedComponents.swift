internal import UpgradeCore

/// Of which components a path says whether they are in range, and of which it cannot.
public struct JudgedComponents: Hashable, Sendable {
    /// Those whose version is known.
    public var judged: [PathComponent]
    /// Those of which no version was given or detected.
    public var notJudged: [PathComponent]

    /// What every path may have besides Kubernetes; the container runtime is asked about by foresight.
    private static let all: [PathComponent] = [.calico, .helm, .helmfile, .etcd]

    /// Tells them apart by the states of a path.
    public init(_ states: [PathState]) {
        let points = states.map(\.point)
        let known = Self.all.filter { component in
            points.contains { point in
                switch component {
                case .calico: point.calico != nil
                case .helm: point.helm != nil
                case .helmfile: point.helmfile != nil && point.helm != nil
                case .etcd: point.etcd != nil
                case .kubernetes: true
                }
            }
        }
        judged = known
        notJudged = Self.all.filter { !known.contains($0) }
    }
}

extension UpgradePath {
    /// Of which components it says whether they are in range.
    public var components: JudgedComponents { JudgedComponents(states) }
}

extension StatedPath {
    /// Of which components it says whether they are in range.
    public var components: JudgedComponents { JudgedComponents(states) }
}
