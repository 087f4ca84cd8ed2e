import Testing
import UpgradeCore

@testable import UpgradeKnowledge

@Suite("Laws of paths")
struct PathLawTests {
    let scene: PathScene

    init() throws { scene = try PathScene() }

    private static let starts: [String] =
        [
            ("1.12", ["2.2", "2.6.4", "2.6", "3.1", "3.5", "3.7"], ["2.6.2", "2.16"]),
            ("1.13", ["2.2", "3.5", "3.7"], ["2.13", "2.16"]),
            ("1.14", ["2.6", "3.7", "3.10"], ["2.14", "3.0"]),
        ]
        .flatMap { kubernetes, calico, helm in
            calico.flatMap { calico in helm.map { "kubernetes=\(kubernetes),calico=\(calico),helm=\($0)" } }
        }

    @Test("no path breaks a rule, and its cost is that of its states and moves", arguments: starts)
    func rules(start: String) throws {
        let report = try scene.plan(start)
        let others = report.alternatives.compactMap(\.path)
        for path in [report.path] + others {
            #expect(path.end.helm?.isFrozen != true)
            for state in path.states {
                #expect(Self.breaks(state) == nil, "\(state.place) \(state.point)")
            }
            var before = path.start
            for step in path.steps {
                #expect(Self.isOneChange(before, step.after), "\(step.move)")
                before = step.after
            }
        }
        let lattice = Lattice(report.request, knowledge: scene.planner.knowledge, rules: scene.planner.rules)
        #expect(lattice.cost(of: report.path.steps) == report.path.cost)
        #expect(report.violations.isEmpty == (report.path.cost.distance == 0))
    }

    /// The rules of section 2 of the derivation once more, without the planner's own code.
    private static func breaks(_ state: PathState) -> String? {
        let live = state.place.live.map(\.minor)
        guard let calico = state.point.calico else { return nil }
        let release = calico.version.release
        if live.contains(16), (release.major, release.minor) < (3, 1) { return "old controllers at 1.16" }
        if release.major == 2, calico.datastore != .etcdv2 { return "Calico 2 elsewhere" }
        if release.major == 3, calico.datastore != .etcdv3 { return "Calico 3 elsewhere" }
        if live.contains(16), state.point.helm?.isFrozen == true, live.contains(15) { return "frozen into 1.16" }
        return nil
    }

    private static func isOneChange(_ before: ClusterPoint, _ after: ClusterPoint) -> Bool {
        if before.kubernetes != after.kubernetes {
            return before.kubernetes.next == after.kubernetes && before.calico == after.calico
                && before.helm == after.helm
        }
        guard (before.calico != after.calico) != (before.helm != after.helm) else { return false }
        if let old = before.calico?.version, let new = after.calico?.version, old != new {
            let isLanding =
                old.release.major == 3 || new.release.major == 2
                || (old >= PatchVersion(release: MinorRelease(major: 2, minor: 6), patch: 5) && new.release.minor <= 5)
            return old < new && isLanding
        }
        return true
    }

    @Test(
        "etcd goes up as far as the end wants it, one minor at a time, and no farther",
        arguments: [
            ("kubernetes=1.25,etcd=3.2.24", "1.28", ["etcd 3.2.24 → 3.3.0", "etcd 3.3.0 → 3.4.22"]),
            ("kubernetes=1.30,etcd=3.5.10", "1.31", ["etcd 3.5.10 → 3.5.11"]),
            ("kubernetes=1.30,etcd=3.5.11", "1.31", []), ("kubernetes=1.30,etcd=3.4.29", "1.31", []),
        ]
    )
    func etcd(start: String, goal: String, moves: [String]) throws {
        let report = try scene.plan(start, goal)
        #expect(report.moves.filter { $0.hasPrefix("etcd") } == moves)
        #expect(report.violations.isEmpty)
    }

    @Test("etcd that stays below is so many minors out, and a patch below is one")
    func etcdDistance() throws {
        func found(_ etcd: String, _ release: String) throws -> [String: Int] {
            let lattice = try scene.lattice("kubernetes=\(release),etcd=\(etcd)", release)
            let place = PathPlace.at(try #require(MinorRelease(release)))
            return Dictionary(
                uniqueKeysWithValues: lattice.violations(lattice.start, place).map { ($0.id, $0.distance) }
            )
        }
        #expect(try found("3.2.24", "1.31") == ["etcd-3.2@1.31": 2])
        #expect(try found("3.5.10", "1.31") == ["etcd-3.5@1.31": 1])
        #expect(try found("3.4.29", "1.31") == [:] && found("3.6.0", "1.31") == [:])
        #expect(try found("3.2.9", "1.16") == ["etcd-3.2@1.16": 1])
    }

    @Test("the same request has the same answer")
    func deterministic() throws {
        let start = "kubernetes=1.12,calico=2.2,helm=2.16,helmfile=0.125.2"
        #expect(try scene.plan(start) == scene.plan(start))
    }

    // MARK: Small lattices, by trying all

    @Test("on small lattices trying every path finds none that costs less", arguments: 0..<60)
    func bruteForce(seed: Int) throws {
        let lattice = try SmallLattice.make(seed: seed)
        let best = lattice.cheapest()
        // No path needs more: two hops, and each component up through every version.
        let all = Paths.all(lattice, moves: 8, farthest: .max)
        let costs = all.map { lattice.cost(of: $0) }
        #expect(best?.cost == costs.min())
        if let best { #expect(lattice.cost(of: best.steps) == best.cost) }
    }

    @Test(
        "on small lattices a forbidden violation is on no path, and the rest is as cheap as can be",
        arguments: 0..<30
    )
    func forbidden(seed: Int) throws {
        let lattice = try SmallLattice.make(seed: seed)
        guard let best = lattice.cheapest() else { return }
        let ids = Set(best.states.flatMap { lattice.violations($0.point, $0.place) }.map(\.id))
        for id in ids {
            let other = lattice.cheapest(without: [id])
            let allowed = Paths.all(lattice, moves: 8, farthest: .max).filter { steps in
                UpgradePath(start: lattice.start, steps: steps, cost: PathCost()).states
                    .allSatisfy { state in lattice.violations(state.point, state.place).allSatisfy { $0.id != id } }
            }
            #expect(other?.cost == allowed.map { lattice.cost(of: $0) }.min())
        }
    }

    @Test("the small lattices are of every kind: in range, out of range, without a path")
    func kinds() throws {
        let costs = try (0..<60).map { try SmallLattice.make(seed: $0).cheapest()?.cost }
        #expect(costs.contains { $0 == nil })
        #expect(costs.contains { $0?.distance == 0 })
        #expect(costs.contains { ($0?.distance ?? 0) > 0 })
    }
}
