import UpgradeCore

@testable import UpgradeKnowledge

/// Lattices of two hops, four releases of Calico and four of Helm with ranges by chance; the seed makes them.
enum SmallLattice {
    static func make(seed: Int) throws -> Lattice {
        var chance = SplitMix(state: UInt64(seed))
        var knowledge = try VersionKnowledge.embedded()
        knowledge.calico = knowledge.calico.filter { ["2.6", "3.4", "3.7", "3.10"].contains($0.version.description) }
            .map { release in
                var release = release
                if release.kubernetes.tested != nil {
                    release.kubernetes.tested = chance.range()
                    release.kubernetes.history = []
                }
                return release
            }
        knowledge.helm = knowledge.helm.filter { ["2.13", "2.15", "3.0", "3.2"].contains($0.version.description) }
            .map { release in
                var release = release
                release.kubernetes = chance.range()
                return release
            }
        let calico = knowledge.calico[chance.next(2)]
        let helm = knowledge.helm[chance.next(2)]
        let start = ClusterPoint(
            kubernetes: MinorRelease(major: 1, minor: 13),
            calico: CalicoPoint(version: calico.patch, datastore: calico.datastores[0]),
            helm: HelmPoint(version: helm.last.tag)
        )
        var goal = PathGoal(kubernetes: MinorRelease(major: 1, minor: 15))
        if chance.next(2) == 0 { goal.calico = knowledge.calico[2 + chance.next(2)].patch }
        if chance.next(2) == 0 { goal.helm = knowledge.helm[1 + chance.next(3)].last.tag }
        // Now and then an end that no documented way leads to.
        if chance.next(8) == 0 {
            goal.calico = knowledge.calico[0].patch
            goal.datastore = .etcdv3
        }
        let uses: [HelmUse] = [.automatic, .active, .frozen, .downgrade]
        let request = PathRequest(from: start, to: goal, helm: uses[chance.next(4)])
        return Lattice(request, knowledge: knowledge, rules: try .embedded())
    }
}

/// - Source: Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014.
private struct SplitMix {
    var state: UInt64

    mutating func next(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 31
        return Int(mixed % UInt64(bound))
    }

    mutating func range() -> ReleaseRange {
        let first = 12 + next(4)
        return ReleaseRange(
            min: MinorRelease(major: 1, minor: first),
            max: MinorRelease(major: 1, minor: first + next(3))
        )
    }
}
