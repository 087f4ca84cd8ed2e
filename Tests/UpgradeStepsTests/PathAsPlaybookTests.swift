import Testing
import UpgradeKnowledge

@testable import UpgradeCore
@testable import UpgradeSteps

/// What `upgrader path` prints for a playbook is read as one, states the same path, and plans a phase for each of its moves.
@Suite("A path as a playbook")
struct PathAsPlaybookTests {
    private let planner: PathPlanner

    init() throws { planner = try .embedded() }

    private func path(from: String, to: String) throws -> UpgradePath {
        let reading = PointReading(planner.knowledge)
        let start = try reading.point(from)
        return try planner.plan(PathRequest(from: start, to: try reading.goal(to), helm: .automatic)).path
    }

    private func playbook(_ text: String) throws -> Playbook {
        let hosts = "[{name: m, roles: [control-plane, etcd]}, {name: w, roles: [worker]}]"
        let releases = (12...16).map { "\"1.\($0)\": 1.\($0).10-1" }.joined(separator: ", ")
        return try PlaybookDecoder.decode(
            "cluster: test\ntarget: \"1.16\"\nreleases: {\(releases)}\nhosts: \(hosts)\n" + text,
            file: "p.yaml",
            home: "/home/op"
        )
    }

    @Test(
        "the best path is read, stated and planned to exactly its moves",
        arguments: ["kubernetes=1.12,calico=2.2.1", "kubernetes=1.12,calico=2.6.12", "kubernetes=1.12,calico=3.5.8"]
    )
    func same(from: String) throws {
        let path = try path(from: from, to: "kubernetes=1.16")
        let printed = try #require(PathPlaybook(path))
        let playbook = try playbook(printed.text)
        let moves = path.steps.filter { $0.move.component == .calico || $0.move.component == .kubernetes }.map(\.move)

        // Stated: from what runs, the same moves in the same order.
        var detected = DetectedVersions(Observation(), playbook)
        detected.calicoImage = path.start.calico.map { "calico/node:v\($0.version)" }
        let stated = planner.check(playbook, from: detected, start: path.start.kubernetes, day: nil)
        #expect(stated.path.moves.map(\.move) == moves)
        #expect(stated.broken.isEmpty)

        // Planned: a phase for each move, in the same order, that leads to the version of the move.
        var planned: [PathMove] = []
        var running = path.start.calico?.version
        for hop in (12...15).map({ HopID(from: MinorRelease(major: 1, minor: $0)) }) {
            let phases = HopOutline.phases(hop, playbook, hop.from == path.start.kubernetes)
            for phase in phases {
                if phase.id == PhaseName.workers { planned.append(.hop(hop)) }
                guard phase.lanes.contains(where: { $0.steps.contains("calico-packages") }) else { continue }
                let version = try #require(try version(of: phase.id, hop, playbook))
                planned.append(.calico(from: try #require(running), to: version))
                running = version
                let migrates = phase.lanes.contains { $0.steps.contains("calico-import") }
                let isFirst3 = version.release.major == 3 && path.start.calico?.version.release.major == 2
                #expect(migrates == (isFirst3 && planned.count { Self.isTo3($0) } == 1), "\(hop) \(phase.id)")
            }
        }
        #expect(planned == moves)
    }

    private static func isTo3(_ move: PathMove) -> Bool {
        if case .calico(_, let version) = move { version.release.major == 3 } else { false }
    }

    private func version(of phase: PhaseID, _ hop: HopID, _ playbook: Playbook) throws -> PatchVersion? {
        var scene = Scene()
        scene.hop = hop
        scene.playbook = playbook
        return CalicoTarget(scene.context("calico-image", phase, on: "cluster")).flatMap { PatchVersion($0.tag) }
    }

    @Test("from Calico 2 on, the data moves at the release of the first Calico 3, which stands in a list")
    func text() throws {
        let printed = try #require(PathPlaybook(try path(from: "kubernetes=1.12,calico=2.2.1", to: "kubernetes=1.16")))
        let first = MinorRelease(major: 1, minor: 12)
        #expect(printed.migration == first && (printed.rolls[first]?.count ?? 0) > 2)
        #expect(printed.text.contains("  datastore-migration: {at: 1.12}\n"))
        #expect(printed.text.contains("    1.12:\n      - {package: 2.6.12-1, tag: v2.6.12}\n"))
    }

    @Test(
        "Helm 2 in step with Kubernetes, its conversion, Helm 3 and helmfile are read as a playbook, and stated as on the path"
    )
    func helm() throws {
        let path = try path(from: "kubernetes=1.12,helm=2.12.3,helmfile=0.125.5", to: "kubernetes=1.16,helm=3.4")
        let printed = try #require(PathPlaybook(path))
        #expect(printed.components == [.helm] && !printed.text.contains("calico"))
        let playbook = try playbook(printed.text)
        let options = try #require(playbook.helm)
        #expect(options.versions.mapValues(\.version) == printed.helm.mapValues { Optional($0) })
        #expect(options.migrateAt == printed.migrateAt && printed.migrateAt != nil)
        let packages = [options.helm3, options.helmfile].map {
            $0?.versions.mapValues { PatchVersion($0.upstream) } ?? [:]
        }
        #expect(packages[0] == printed.helm3.mapValues { Optional($0) } && !printed.helm3.isEmpty)
        #expect(packages[1] == printed.helmfile.mapValues { Optional($0) })

        // Each move of Helm's on the path stands there, and nothing else does.
        let moves = path.steps.filter { $0.move.component == .helm || $0.move.component == .helmfile }.map(\.move)
        let kept = printed.helm.count + printed.helm3.count + printed.helmfile.count
        #expect(moves.count == kept + printed.passed.count)
        #expect(printed.passed.allSatisfy { printed.text.contains("  # \($0)\n") })
        var detected = DetectedVersions(Observation(), playbook)
        detected.tillerImages = ["tiller:v2.12.3"]
        let check = planner.check(playbook, from: detected, start: path.start.kubernetes, day: nil)
        let stated = check.path.moves.map(\.move)
        // What the path goes through besides at one release is none of the playbook's moves.
        let helm = moves.filter { $0.component == .helm }
        #expect(stated.filter { $0.component == .helm }.prefix(2) == helm.prefix(2))
        #expect(stated.contains(where: Self.isOfHelm2))
        #expect(stated.contains { if case .helmConversion = $0 { true } else { false } })

        // And the conversion is planned in the hop that arrives there.
        let hops = (12...15).map { HopID(from: MinorRelease(major: 1, minor: $0)) }
        let converting = hops.filter { hop in
            HopOutline.phases(hop, playbook, hop == hops[0]).flatMap(\.lanes).contains {
                $0.steps.contains("helm-convert")
            }
        }
        #expect(converting.map(\.to) == [printed.migrateAt])
    }

    @Test("with the ids that are printed the section is accepted, of a Helm newer than the cluster too")
    func accepted() throws {
        let reading = PointReading(planner.knowledge)
        let start = try reading.point("kubernetes=1.12,helm=2.14.3")
        let goal = try reading.goal("kubernetes=1.16")
        let report = try planner.plan(PathRequest(from: start, to: goal, helm: .automatic))
        let printed = try #require(PathPlaybook(report.path))
        #expect(report.whileFrozen == ["helm-2.14@1.12", "helm-2.14@1.12-1.13"])
        let playbook = try playbook(printed.text)
        var detected = DetectedVersions(Observation(), playbook)
        detected.tillerImages = ["tiller:v2.14.3"]
        let check = planner.check(playbook, from: detected, start: start.kubernetes, day: nil)
        let ids = Set(report.whileFrozen + report.violations.map(\.violation.id))
        #expect(Set(check.violations.map(\.violation.id)) == ids)
        #expect(check.broken.isEmpty)
    }

    private static func isOfHelm2(_ move: PathMove) -> Bool {
        if case .helm(_, let version) = move { version.release.major == 2 } else { false }
    }

    @Test("a conversion where the cluster stands is none of a playbook's, and its section says so")
    func before() throws {
        var point = ClusterPoint(kubernetes: .start, helm: HelmPoint(version: try #require(PatchVersion("2.16.12"))))
        let start = point
        let version = try #require(PatchVersion("3.0.3"))
        point.helm = HelmPoint(version: version)
        let move = PathMove.helmConversion(from: try #require(start.helm?.version), to: version)
        let step = PathStep(move: move, after: point)
        let printed = try #require(PathPlaybook(UpgradePath(start: start, steps: [step], cost: PathCost())))
        #expect(printed.migrateAt == nil && printed.text.contains("# converted at 1.12, where the cluster stands"))
        #expect(try playbook(printed.text).helm?.migrateAt == nil)
    }

    @Test("a path that leaves Calico alone has nothing to print")
    func nothing() throws {
        #expect(PathPlaybook(UpgradePath(start: ClusterPoint(kubernetes: .start), steps: [], cost: PathCost())) == nil)
    }
}
