import UpgradeCore

@testable import UpgradeKnowledge

extension HandLattice {
    /// The lattice of a state as a person types it; `nil` for what is not among the tables.
    init?(from point: ClusterPoint, use: Use = .automatic) {
        var start = Point(point)
        guard let range = Self.helm.first(where: { $0.version == start.helm })?.range,
            Self.calico.contains(where: { $0.version == start.calico })
        else { return nil }
        start.isFrozen = Self.isFrozen(start, range, use)
        self.init(use: use, start: start)
    }

    /// What the policy says of Helm 2 that is newer than its range: it is not used, because it does not go down.
    static func isFrozen(_ start: Point, _ range: ClosedRange<Int>, _ use: Use) -> Bool {
        guard start.helm < 3_00_00 else { return false }
        switch use {
        case .active, .downgrade: return false
        case .frozen: return true
        case .automatic: return start.kubernetes < range.lowerBound
        }
    }
}

extension HandLattice.Point {
    /// The same point in numbers.
    ///
    /// Data where its Calico does not keep it makes a version that is on no table.
    init(_ point: ClusterPoint) {
        func number(_ version: PatchVersion) -> Int {
            version.release.major * 10_000 + version.release.minor * 100 + version.patch
        }
        let calico = point.calico.map { calico in
            calico.datastore == (calico.version.release.major == 2 ? .etcdv2 : .etcdv3) ? number(calico.version) : -1
        }
        self.init(
            kubernetes: point.kubernetes.minor,
            calico: calico ?? 0,
            helm: point.helm.map { number($0.version) } ?? 0,
            isFrozen: point.helm?.isFrozen == true
        )
    }
}

extension PathCost {
    /// The three that decide, as `HandLattice` counts them.
    var byHand: Int { 10_000 * distance + 100 * states + moves }
}
