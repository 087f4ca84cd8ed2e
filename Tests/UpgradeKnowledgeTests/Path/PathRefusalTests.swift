import Testing
import UpgradeCore

@testable import UpgradeKnowledge

@Suite("What the planner refuses")
struct PathRefusalTests {
    let scene: PathScene

    init() throws { scene = try PathScene() }

    private func refusal(_ start: String, _ goal: String = PathScene.target) throws -> PathRefusal? {
        do {
            _ = try scene.plan(start, goal)
            return nil
        } catch let error as PathRefusal {
            return error
        }
    }

    private func broken(_ move: PathMove, _ start: String, _ change: (inout ClusterPoint) -> Void) throws -> String? {
        let point = try scene.point(start)
        var next = point
        change(&next)
        return try scene.lattice(start).broken(by: move, from: point, to: next)?.id
    }

    @Test("a release that is not out on the day, or not out at all as far as the data goes, is no end")
    func unreleased() throws {
        func refusal(_ goal: String, on day: String?) throws -> PathRefusal? {
            do {
                _ = try scene.plan("kubernetes=1.34", goal, on: day)
                return nil
            } catch let error as PathRefusal {
                return error
            }
        }
        let day = try #require(CalendarDay("2025-06-01"))
        let release = MinorRelease(major: 1, minor: 36)
        #expect(
            try refusal("1.36", on: "2025-06-01")
                == .unreleased(release, on: day, expected: CalendarDay("2026-04-22"))
        )
        #expect(try refusal("1.36", on: "2026-04-22") == nil)
        guard case .unreleased(_, _, let expected)? = try refusal("1.37", on: nil) else {
            Issue.record("1.37 is a prerelease")
            return
        }
        #expect(expected == CalendarDay("2026-08-26"))
    }

    @Test("Kubernetes 1.16 with Calico before 3.1: policies would stop updating", arguments: ["2.6", "3.0"])
    func oldControllers(calico: String) throws {
        let hop = HopID(from: MinorRelease(major: 1, minor: 15))
        let found = try broken(.hop(hop), "kubernetes=1.15,calico=\(calico)") { $0.kubernetes = hop.to }
        #expect(found == "calico/C1")
        guard case .startBreaks(_, let rule) = try refusal("kubernetes=1.16,calico=\(calico),helm=2.16") else {
            Issue.record("it is a start")
            return
        }
        #expect(rule.id == "calico/C1")
    }

    @Test("Calico 3.6 and later directly from 2, and any way down", arguments: [("2.6", "3.6"), ("3.7", "3.5")])
    func edges(from: String, to: String) throws {
        let old = try #require(try scene.point("kubernetes=1.12,calico=\(from)").calico)
        let new = try #require(try scene.point("kubernetes=1.12,calico=\(to)").calico)
        let move = PathMove.calico(from: old.version, to: new.version)
        #expect(try broken(move, "kubernetes=1.12,calico=\(from)") { $0.calico = new } == "path/C1")
    }

    @Test("before 2.6.5, Calico does not reach 3")
    func transitional() throws {
        let report = try scene.plan("kubernetes=1.12,calico=2.6.4,helm=2.13")
        #expect(report.moves.prefix(2) == ["Calico 2.6.4 → 2.6.12", "Calico 2.6.12 → 3.5.8"])
    }

    @Test("etcd 3.4 without its v2 API while Calico is 2")
    func etcd() throws {
        guard case .startBreaks(_, let rule) = try refusal("kubernetes=1.12,etcd=3.4.3,calico=2.6", "1.16") else {
            Issue.record("it is a start")
            return
        }
        #expect(rule.id == "calico/C4")
        #expect(try refusal("kubernetes=1.12,etcd=3.4.3,etcd-v2=yes,calico=2.6", "1.16") == nil)
        let report = try scene.plan("kubernetes=1.12,etcd=3.2.24,calico=2.6", "kubernetes=1.13,etcd=3.4.3")
        let left = try #require(report.moves.firstIndex(of: "Calico 2.6.12 → 3.5.8"))
        let reached = try #require(report.moves.firstIndex(of: "etcd 3.3.0 → 3.4.3"))
        #expect(left < reached)
    }

    @Test(
        "etcd 2.3 goes to 3.0; what there is not, and down, is refused and not sought for ever",
        .timeLimit(.minutes(1))
    )
    func etcdReleases() throws {
        let report = try scene.plan("kubernetes=1.12,etcd=2.3.8,storage=etcd2", "kubernetes=1.12,etcd=3.2.24")
        #expect(
            report.moves.filter { $0.hasPrefix("etcd") } == [
                "etcd 2.3.8 → 3.0.0", "etcd 3.0.0 → 3.1.0", "etcd 3.1.0 → 3.2.24",
            ]
        )
        for (start, goal) in [("3.2.24", "3.2000000"), ("2.3.8", "2.4"), ("3.4.3", "3.2.24"), ("2.9", "4.0")] {
            guard
                case .noPath(_, let reasons) = try refusal(
                    "kubernetes=1.12,etcd=\(start)",
                    "kubernetes=1.13,etcd=\(goal)"
                )
            else {
                Issue.record("\(start) → \(goal) is a path")
                continue
            }
            #expect(reasons.map(\.id) == ["path/E2"], "\(start) → \(goal)")
        }
    }

    @Test("Kubernetes' objects leave etcd's v2 store before 1.13")
    func objects() throws {
        let report = try scene.plan("kubernetes=1.12,etcd=3.2.24,storage=etcd2", "1.13")
        #expect(report.moves == ["Kubernetes' objects from etcd's v2 store to v3", "Kubernetes 1.12 → 1.13"])
    }

    @Test("the Kubernetes datastore of Calico 3.15 before Kubernetes 1.16, and of 2.2 on any that is left")
    func datastores() throws {
        let start = "kubernetes=1.15,calico=3.12,datastore=kdd"
        let new = try #require(try scene.point("kubernetes=1.16,calico=3.16,datastore=kdd").calico)
        let old = try #require(try scene.point(start).calico)
        #expect(try broken(.calico(from: old.version, to: new.version), start) { $0.calico = new } == "calico/C2")
        guard case .startBreaks(_, let rule) = try refusal("kubernetes=1.12,calico=2.2,datastore=kdd", "1.16") else {
            Issue.record("it is a start")
            return
        }
        #expect(rule.id == "calico/C5")
        let report = try scene.plan("kubernetes=1.14,calico=3.12", "kubernetes=1.16,calico=3.16,datastore=kdd")
        #expect(report.moves.last == "Calico's data from etcd to the Kubernetes API")
    }

    @Test("Helm going down, or back from 3 to 2")
    func helmDown() throws {
        #expect(throws: PathRefusal.self) { try scene.plan("kubernetes=1.15,helm=2.16", "kubernetes=1.15,helm=2.14") }
        let report = try scene.plan("kubernetes=1.15,helm=2.16", "kubernetes=1.15,helm=2.14", helm: .downgrade)
        #expect(report.moves == ["Helm down from 2.16.12 to 2.14.3"])
        #expect(throws: PathRefusal.self) {
            try scene.plan("kubernetes=1.15,helm=3.1", "kubernetes=1.15,helm=2.16", helm: .downgrade)
        }
    }

    @Test("a frozen Helm into 1.16: nothing could rewrite its releases before")
    func frozen() throws {
        let hop = HopID(from: MinorRelease(major: 1, minor: 15))
        let found = try broken(.hop(hop), "kubernetes=1.15,helm=2.14") { $0.kubernetes = hop.to }
        #expect(found == nil)
        let lattice = try scene.lattice("kubernetes=1.14,helm=2.14", "1.16", helm: .frozen)
        var point = lattice.start
        point.kubernetes = hop.from
        #expect(lattice.moves(from: point).allSatisfy { $0.move != .hop(hop) })
        let path = try #require(lattice.cheapest())
        #expect(path.states.allSatisfy { $0.place != .during(hop) || $0.point.helm?.isFrozen == false })
    }

    @Test("no Helm 3 is in range at 1.12, and 3.4 not before 1.16")
    func helm3() throws {
        let lattice = try scene.lattice("kubernetes=1.12")
        func distance(_ helm: String, _ kubernetes: Int) throws -> Int {
            let version = try #require(try scene.point("kubernetes=1.12,helm=\(helm)").helm)
            let place = PathPlace.at(MinorRelease(major: 1, minor: kubernetes))
            return lattice.violation(helm: version, place)?.distance ?? 0
        }
        for release in scene.planner.knowledge.helm where release.version.major == 3 {
            #expect(try distance("\(release.version)", 12) > 0, "\(release.version)")
        }
        #expect(try distance("3.4", 15) == 1)
        #expect(try distance("3.4", 16) == 0)
    }

    @Test("Kubernetes first and Calico later is as far out as the derivation says")
    func laterCalico() throws {
        let lattice = try scene.lattice("kubernetes=1.12")
        func distance(_ calico: String, _ kubernetes: Int) throws -> Int {
            let release = MinorRelease(major: 1, minor: kubernetes)
            let point = try scene.point("kubernetes=\(release),calico=\(calico)")
            return lattice.violations(point, .at(release)).first?.distance ?? 0
        }
        #expect(try distance("3.5", 14) == 2)
        #expect(try distance("3.16", 14) == 2)
        #expect(try distance("3.16", 15) == 1)
    }

    @Test("a version without its patch is the last one that is out on the day, and one that is not out is refused")
    func days() throws {
        let day = try #require(CalendarDay("2020-11-15"))
        let reading = PointReading(scene.planner.knowledge, on: day)
        #expect(try reading.goal("kubernetes=1.16,helm=3.4").helm?.description == "3.4.0")
        #expect(throws: PointError.self) { try reading.goal("kubernetes=1.16,helm=3.4.2") }
        #expect(throws: PointError.self) { try reading.goal("kubernetes=1.16,calico=3.20") }
        #expect(try PointReading(scene.planner.knowledge).goal("kubernetes=1.16,helm=3.4").helm?.description == "3.4.2")
    }

    @Test("versions that never were, and what is no state")
    func readings() throws {
        func error(_ text: String) -> PointError? {
            do throws(PointError) {
                _ = try PointReading(scene.planner.knowledge).point(text)
                return nil
            } catch {
                return error
            }
        }
        guard case .neverReleased(.helm, _, let why) = error("kubernetes=1.12,helm=2.6.12") else {
            Issue.record("Helm 2.6.12 is taken for one")
            return
        }
        #expect(why.contains("2.16.12"))
        #expect(error("helm=2.16.12") == .missing("kubernetes"))
        #expect(error("kubernetes=1.12,kubernetes=1.13") == .twice("kubernetes"))
        #expect(error("kubernetes=1.12,calico") == .notAPair("calico"))
        // Left out of the state in silence, they would lead past the rules that they are for.
        #expect(error("kubernetes=1.12,storage=etcd2") == .needs("storage", "etcd"))
        #expect(error("kubernetes=1.12,etcd-v2=yes") == .needs("etcd-v2", "etcd"))
        #expect(error("kubernetes=1.12,datastore=kdd") == .needs("datastore", "calico"))
        #expect(error("kubernetes=1.12,calico=new") == .notAVersion("calico", "new"))
        #expect(error("kubernetes=1.12,calico=9.9") == .unknown(.calico, "9.9"))
        #expect(error("kubernetes=1.99") == .unknown(.kubernetes, "1.99"))
        #expect(
            error("kubernetes=1.12,etcd=3.2.24,storage=v2")
                == .notAChoice("storage", "v2", choices: ["etcd2", "etcd3"])
        )
        guard case .unknownKey("cilium", _) = error("cilium=1.0") else {
            Issue.record("cilium is taken for a key")
            return
        }
    }

    @Test("an end with a component that is not there")
    func notThere() throws {
        #expect(try refusal("kubernetes=1.12,calico=3.5") == .notThere(.helm))
        #expect(try refusal("kubernetes=1.12,helm=2.13") == .notThere(.calico))
        #expect(try refusal("kubernetes=1.12", "kubernetes=1.13,etcd=3.4") == .notThere(.etcd))
    }

    @Test("down, and beyond what is known")
    func ends() throws {
        #expect(
            try refusal("kubernetes=1.16", "1.12")
                == .goesDown(
                    from: MinorRelease(major: 1, minor: 16),
                    to: MinorRelease(major: 1, minor: 12)
                )
        )
        #expect(try refusal("kubernetes=1.16", "1.99")?.text.contains("nothing is known of Kubernetes 1.99") == true)
    }

    @Test("the rules in code are the rules in the data")
    func rules() {
        #expect(scene.planner.rules.rules.map(\.id).sorted() == PathRuleID.allCases.map(\.rawValue).sorted())
        #expect(scene.planner.rules.rules.allSatisfy { !$0.source.isEmpty && !$0.says.isEmpty })
    }
}
