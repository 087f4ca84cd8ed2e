import UpgradeCore

@testable import UpgradeKnowledge

/// Lattices of two hops, four releases of Calico and four of Helm with ranges by chance; the seed makes them.
struct SmallLattice {
    var lattice: Lattice
    /// The same by hand.
    var hand: HandLattice

    static func make(seed: Int) throws -> Lattice { try SmallLattice(seed: seed).lattice }

    init(seed: Int) throws {
        var chance = SplitMix(state: UInt64(seed))
        var knowledge = try VersionKnowledge.embedded()
        // The rules of 1.16 have to do with one in two.
        let first = 13 + chance.next(2)
        let landing = chance.next(2) == 0 ? (3_04_04, "3.4") : (3_00_12, "3.0")
        let calico = [(2_06_12, "2.6"), landing, (3_07_05, "3.7"), (3_10_04, "3.10")].map { number, name in
            // 2.6 and 3.0 have no list; the newest that was named is 1.8.
            (release: HandLattice.Release(number, number < 3_01_00 ? 0...8 : chance.range(from: first - 1)), name: name)
        }
        let helm = [(2_13_01, "2.13"), (2_15_02, "2.15"), (3_00_03, "3.0"), (3_02_04, "3.2")].map { number, name in
            (release: HandLattice.Release(number, chance.range(from: first - 1)), name: name)
        }
        knowledge.calico = calico.compactMap { drawn, name in
            guard var release = knowledge.calico.first(where: { $0.version.description == name }) else { return nil }
            if drawn.range.lowerBound > 0 {
                release.kubernetes.tested = Self.range(drawn)
                release.kubernetes.history = []
            }
            return release
        }
        knowledge.helm = helm.compactMap { drawn, name in
            guard var release = knowledge.helm.first(where: { $0.version.description == name }) else { return nil }
            release.kubernetes = Self.range(drawn)
            return release
        }
        let (from, helmFrom) = (chance.next(2), chance.next(2))
        let start = ClusterPoint(
            kubernetes: MinorRelease(major: 1, minor: first),
            calico: CalicoPoint(version: knowledge.calico[from].patch, datastore: knowledge.calico[from].datastores[0]),
            helm: HelmPoint(version: knowledge.helm[helmFrom].last.tag)
        )
        hand = HandLattice(
            calico: calico.map(\.release),
            helm: helm.map(\.release),
            last: first + 2,
            goalCalico: nil,
            goalHelm: nil,
            start: .init(kubernetes: first, calico: calico[from].release.version, helm: helm[helmFrom].release.version)
        )
        var goal = PathGoal(kubernetes: MinorRelease(major: 1, minor: first + 2))
        if chance.next(2) == 0 {
            let index = 2 + chance.next(2)
            goal.calico = knowledge.calico[index].patch
            hand.goalCalico = calico[index].release.version
        }
        if chance.next(2) == 0 {
            let index = 1 + chance.next(3)
            goal.helm = knowledge.helm[index].last.tag
            hand.goalHelm = helm[index].release.version
        }
        // Now and then an end that no documented way leads to.
        if chance.next(8) == 0 {
            goal.calico = knowledge.calico[0].patch
            goal.datastore = .etcdv3
            hand.isImpossible = true
        }
        let uses: [(HelmUse, HandLattice.Use)] = [
            (.automatic, .automatic), (.active, .active), (.frozen, .frozen), (.downgrade, .downgrade),
        ]
        let use = uses[chance.next(4)]
        hand.use = use.1
        hand.start.isFrozen = HandLattice.isFrozen(hand.start, helm[helmFrom].release.range, use.1)
        let request = PathRequest(from: start, to: goal, helm: use.0)
        lattice = Lattice(request, knowledge: knowledge, rules: try .embedded())
    }

    private static func range(_ drawn: HandLattice.Release) -> ReleaseRange {
        ReleaseRange(
            min: MinorRelease(major: 1, minor: drawn.range.lowerBound),
            max: MinorRelease(major: 1, minor: drawn.range.upperBound)
        )
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

    mutating func range(from least: Int) -> ClosedRange<Int> {
        let first = least + next(4)
        return first...(first + next(3))
    }
}
