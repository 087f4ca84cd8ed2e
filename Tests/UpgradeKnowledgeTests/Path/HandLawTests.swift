import Testing
import UpgradeCore

@testable import UpgradeKnowledge

/// The planner held against tables, rules and a search that share nothing with it.
@Suite("Paths judged by hand")
struct HandLawTests {
    @Test("on small lattices the planner knows exactly the moves of the derivation", arguments: 0..<120)
    func moves(seed: Int) throws {
        let small = try SmallLattice(seed: seed)
        #expect(HandLattice.Point(small.lattice.start) == small.hand.start)
        var seen: Set<ClusterPoint> = [small.lattice.start]
        var waiting = [small.lattice.start]
        while let point = waiting.popLast() {
            let found = small.lattice.moves(from: point).map(\.to)
            #expect(Set(found.map(HandLattice.Point.init)) == small.hand.next(.init(point)), "from \(point)")
            waiting += found.filter { seen.insert($0).inserted }
        }
        #expect(Set(seen.map(HandLattice.Point.init)) == Set(small.hand.costs().keys))
    }

    @Test("on small lattices no path is cheaper, by rules and distance that are not the planner's", arguments: 0..<120)
    func cheapest(seed: Int) throws {
        let small = try SmallLattice(seed: seed)
        let best = small.lattice.cheapest()
        #expect(best?.cost.byHand == small.hand.costs().filter { small.hand.isReached($0.key) }.values.min())
        if let best { try judge(best, small.hand) }
    }

    /// Every state of the policy's clusters, and some beside them.
    static let starts: [String] = [
        ("1.12", ["2.2", "2.6.4", "2.6", "3.1", "3.3", "3.5", "3.7"], ["2.6.2", "2.13", "2.16"]),
        ("1.13", ["2.2", "3.5", "3.7"], ["2.13", "2.14", "2.16"]),
        ("1.14", ["2.6", "3.7", "3.10"], ["2.14", "3.0"]),
        ("1.15", ["2.6", "3.12"], ["2.16", "3.1"]),
    ].flatMap { kubernetes, calico, helm in
        calico.flatMap { calico in helm.map { "kubernetes=\(kubernetes),calico=\(calico),helm=\($0)" } }
    }

    @Test("no path that is printed breaks a rule, and none that is shorter exists", arguments: starts)
    func printed(start: String) throws {
        let report = try PathScene().plan(start)
        let hand = try #require(HandLattice(from: report.path.start))
        #expect(HandLattice.Point(report.path.start) == hand.start)
        try judge(report.path, hand)
        #expect(report.path.cost.byHand == hand.costs().filter { hand.isReached($0.key) }.values.min())
        let frozen = try #require(HandLattice(from: report.path.start, use: .frozen))
        let down = try #require(HandLattice(from: report.path.start, use: .downgrade))
        let active = try #require(HandLattice(from: report.path.start, use: .active))
        for alternative in report.alternatives {
            guard let path = alternative.path else { continue }
            // A way that goes down, and one that begins with a Helm that is used, are judged by what they ask for.
            let asked =
                switch alternative.id {
                case "downgrade-helm": down
                case "freeze-helm": frozen
                default: path.start.helm?.isFrozen == true ? hand : active
                }
            try judge(path, asked)
        }
    }

    /// Whether each step is a move, the end is the end, and the cost that is printed is what it costs.
    private func judge(_ path: UpgradePath, _ hand: HandLattice) throws {
        var point = HandLattice.Point(path.start)
        #expect(point == hand.start)
        var cost = hand.cost(point, live: [point.kubernetes])
        for step in path.steps {
            let next = HandLattice.Point(step.after)
            #expect(hand.next(point).contains(next), "\(step.move)")
            cost += hand.cost(from: point, to: next)
            point = next
        }
        #expect(cost == path.cost.byHand)
        #expect(hand.isReached(point))
    }
}
