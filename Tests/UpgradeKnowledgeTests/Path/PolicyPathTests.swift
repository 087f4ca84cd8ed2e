import Testing
import UpgradeCore

@testable import UpgradeKnowledge

/// The figures are those of the derivation from the cited facts, sections 1 to 4.
@Suite("The path of the policy's own clusters")
struct PolicyPathTests {
    let scene: PathScene

    init() throws { scene = try PathScene() }

    @Test("from 1.12, Calico 2.2 and Helm 2.6.2 the least bad path is out of range in three states")
    func seedWithOldHelm() throws {
        let report = try scene.plan("kubernetes=1.12,calico=2.2,helm=2.6.2")
        #expect(report.path.cost.distance == 21)
        #expect(report.path.cost.states == 3)
        #expect(report.ids == ["calico-2.2@1.12", "helm-2.6@1.12", "calico-2.6@1.12"])
        #expect(report.violations.map(\.violation.distance) == [6, 5, 4])
        #expect(
            report.moves == [
                "Helm 2.6.2 → 2.13.1", "Calico 2.2.1 → 2.6.12", "Calico 2.6.12 → 3.5.8", "Calico 3.5.8 → 3.7.5",
                "Kubernetes 1.12 → 1.13", "Helm 2.13.1 → 3.0.3, releases converted, Tiller retired",
                "Kubernetes 1.13 → 1.14", "Calico 3.7.5 → 3.12.3", "Kubernetes 1.14 → 1.15", "Kubernetes 1.15 → 1.16",
                "Calico 3.12.3 → 3.16.10", "Helm 3.0.3 → 3.4.2",
            ]
        )
        // Two are where the cluster stands; around the third every way is farther out.
        #expect(report.violations.prefix(2).allSatisfy { $0.proof == .start })
        guard case .dearer(let around, likewise: []) = try #require(report.violations.last).proof else {
            Issue.record("Calico 2.6 at 1.12 can be gone around at no cost")
            return
        }
        #expect(around.cost.distance == 37)
        #expect(report.path.moves(of: .calico) == 5)
        #expect(report.path.end.description == "1.16 | Calico 3.16.10 | Helm 3.4.2")
        #expect(!report.isFullySupported)
    }

    @Test("from Helm 2.16 it is frozen, and two states are out of range by ten together")
    func seedWithNewHelm() throws {
        let report = try scene.plan("kubernetes=1.12,calico=2.2,helm=2.16")
        #expect(report.path.start.helm?.isFrozen == true)
        #expect(report.path.cost.distance == 10)
        #expect(report.path.cost.states == 2)
        #expect(report.ids == ["calico-2.2@1.12", "calico-2.6@1.12"])
        #expect(report.path.moves(of: .calico) == 5)
    }

    @Test("the options of Helm 2.16 cost what they cost: freeze, convert at 1.12, go down")
    func options() throws {
        let report = try scene.plan("kubernetes=1.12,calico=2.2,helm=2.16")
        let down = try #require(report.alternative("downgrade-helm")?.path)
        #expect(down.cost.distance == 19)
        #expect(down.steps.contains { $0.move.description == "Helm down from 2.16.12 to 2.13.1" })
        let use = try #require(report.alternative("use-helm")?.path)
        // 2.16 is three out at 1.12; 3.0 is one out there.
        #expect(use.cost.distance == 22)
        #expect(report.alternative("convert-at-1.14")?.path?.cost.distance == 10)
        let early = try #require(report.alternative("convert-at-1.12")?.path)
        #expect(early.cost.distance > report.path.cost.distance)
        let rebuild = try #require(report.alternative("rebuild")?.end)
        #expect(rebuild.description == "1.16 | Calico 3.16.10 (kdd-crd) | Helm 3.4.2")
    }

    @Test(
        "no way besides is there twice, and a way down goes down",
        arguments: [
            "kubernetes=1.13,calico=2.2,helm=2.16.2", "kubernetes=1.12,calico=2.2,helm=2.16",
            "kubernetes=1.12,calico=2.2,helm=2.6.2",
        ]
    )
    func distinct(start: String) throws {
        let report = try scene.plan(start, "kubernetes=1.16,calico=3.16,helm=3.4")
        let ways = report.alternatives.compactMap(\.path).map { $0.steps.map(\.move.description) }
        #expect(Set(ways).count == ways.count)
        let down = report.alternative("downgrade-helm")?.path
        #expect(down?.steps.contains { $0.move.description.hasPrefix("Helm down") } ?? true)
    }

    @Test("a way that says where releases are converted converts them there", arguments: ["2.6.2", "2.13", "2.16"])
    func conversions(helm: String) throws {
        let report = try scene.plan("kubernetes=1.12,calico=3.5,helm=\(helm)")
        let ways = report.alternatives.filter { $0.id.hasPrefix("convert-at-") }
        #expect(ways.count >= 3)
        for way in ways {
            let path = try #require(way.path)
            let converted = path.steps.filter { if case .helmConversion = $0.move { true } else { false } }
            #expect(converted.map { "convert-at-\($0.after.kubernetes)" } == [way.id])
        }
    }

    @Test("once Calico is 3.3, 3.4 or 3.5 and Helm 2.13, nothing is out of range", arguments: ["3.3", "3.4", "3.5"])
    func entered(calico: String) throws {
        let report = try scene.plan("kubernetes=1.12,calico=\(calico),helm=2.13")
        #expect(report.path.cost.distance == 0)
        #expect(report.violations.isEmpty)
        #expect(report.path.moves(of: .calico) == 3)
    }

    @Test("the variant with Helm 2 to the end is in range as well")
    func helm2() throws {
        let report = try scene.plan("kubernetes=1.12,calico=3.5,helm=2.13")
        let path = try #require(report.alternative("helm-2-to-the-end")?.path)
        #expect(path.cost.distance == 0)
        let helm = path.steps.filter { $0.move.component == .helm }.map { "\($0.move) at \($0.after.kubernetes)" }
        #expect(
            helm == [
                "Helm 2.13.1 → 2.14.3 at 1.13", "Helm 2.14.3 → 2.15.2 at 1.14", "Helm 2.15.2 → 2.17.0 at 1.15",
                "Helm 2.17.0 → 3.4.2, releases converted, Tiller retired at 1.16",
            ]
        )
    }

    @Test("on the 1.13 cluster one state more is out of range, by one: the landing of Calico 3")
    func secondCluster() throws {
        let report = try scene.plan("kubernetes=1.13,calico=2.2,helm=2.16")
        #expect(report.violations.map(\.violation.distance) == [7, 5, 1])
        #expect(report.ids.last == "calico-3.5@1.13")
        guard case .dearer(let path, let likewise) = try #require(report.violations.last).proof else {
            Issue.record("it is said to be unavoidable")
            return
        }
        #expect(likewise.map(\.id) == ["calico-3.4@1.13", "calico-3.3@1.13"])
        #expect(path.cost.distance == report.path.cost.distance + 1)
        #expect(try scene.plan("kubernetes=1.13,calico=3.5,helm=2.14").path.cost.distance == 1)
    }

    @Test("with helmfile 0.125.2, Helm 3.0 is skipped and helmfile moves before Helm 3.4")
    func helmfile() throws {
        let report = try scene.plan("kubernetes=1.12,calico=2.2,helm=2.16,helmfile=0.125.2", on: "2020-12-15")
        #expect(report.path.cost.distance == 10)
        #expect(report.moves.contains("Helm 2.16.12 → 3.1.3, releases converted, Tiller retired"))
        let helmfile = try #require(report.moves.firstIndex(of: "helmfile 0.125.2 → 0.135.0"))
        let helm = try #require(report.moves.firstIndex(of: "Helm 3.1.3 → 3.4.2"))
        #expect(helmfile < helm)
    }

    @Test("fewer Calico moves than five cannot be had", arguments: [1, 2, 3, 4])
    func fewerMoves(count: Int) throws {
        let lattice = try scene.lattice("kubernetes=1.12,calico=2.2", "kubernetes=1.16,calico=3.16")
        let best = try #require(lattice.cheapest())
        #expect(best.moves(of: .calico) == 5)
        // Every path that is no farther out than the best one begins with 2.6 and a landing at 1.12; none is shorter.
        for path in Paths.all(lattice, moves: 4 + count, farthest: best.cost.distance) {
            Issue.record("\(path.map(\.move)) is shorter")
        }
    }

    @Test("every release of the path was out of support in November 2020")
    func unsupported() throws {
        let report = try scene.plan("kubernetes=1.12,calico=3.5,helm=2.13", on: "2020-12-15")
        #expect(report.unsupported.map(\.release.description) == ["1.12", "1.13", "1.14", "1.15", "1.16"])
        #expect(report.unsupported.last?.maintenance == CalendarDay("2020-09-02").map { .endOfSupport(since: $0) })
        #expect(report.violations.isEmpty && !report.isFullySupported)
    }

    @Test("which releases fit the whole of each hop is the table of the derivation")
    func hops() throws {
        let calico = [
            "1.12-1.13": ["3.6", "3.7"], "1.13-1.14": ["3.7", "3.8", "3.9"],
            "1.14-1.15": ["3.8", "3.9", "3.10", "3.11", "3.12"], "1.15-1.16": ["3.10", "3.11", "3.12", "3.13"],
        ]
        let helm = [
            "1.12-1.13": ["2.13"], "1.13-1.14": ["2.14", "3.0"], "1.14-1.15": ["2.15", "3.0", "3.1"],
            "1.15-1.16": ["2.16", "2.17", "3.0", "3.1", "3.2", "3.3"],
        ]
        let lattice = try scene.lattice("kubernetes=1.12")
        for (text, expected) in calico {
            let hop = try #require(HopID(text))
            let found = scene.planner.knowledge.calico.map(\.patch).filter { version in
                var point = ClusterPoint(kubernetes: hop.from)
                point.calico = CalicoPoint(version: version, datastore: .etcdv3)
                return lattice.violations(point, .during(hop)).isEmpty
            }
            #expect(found.map(\.release.description) == expected, "\(hop)")
        }
        for (text, expected) in helm {
            let hop = try #require(HopID(text))
            let found = scene.planner.knowledge.helm.map(\.last.tag).filter { version in
                let point = ClusterPoint(kubernetes: hop.from, helm: HelmPoint(version: version))
                return lattice.violations(point, .during(hop)).isEmpty
            }
            #expect(found.map(\.release.description) == expected, "\(hop)")
        }
    }
}
