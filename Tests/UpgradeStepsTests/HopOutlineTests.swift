import Testing
import UpgradeTestSupport

@testable import UpgradeCore
@testable import UpgradeSteps

@Suite("Outline of a hop")
struct HopOutlineTests {
    @Test("the phases and lanes of a plain cluster are as on paper")
    func plain() throws {
        try Golden.expect(listing(Scene().playbook), matches: "Tests/UpgradeStepsTests/Golden/outline-plain.txt")
    }

    @Test("stacked hosts, clients, Calico, Helm and hooks find their places")
    func everything() throws {
        try Golden.expect(
            listing(Scene.everything.playbook),
            matches: "Tests/UpgradeStepsTests/Golden/outline-everything.txt"
        )
    }

    @Test(
        "canaries, groups and who is left are phases of their own, each with its hooks, behind cordons that are set ahead"
    )
    func waves() throws {
        try Golden.expect(listing(wavy()), matches: "Tests/UpgradeStepsTests/Golden/outline-waves.txt")
        var playbook = try wavy()
        playbook.waves.cordonsAhead = false
        let plain = phases(playbook).filter { $0.id.kind == "workers" || $0.id.kind == "cordon-ahead" }.map(\.id)
        #expect(plain == ["workers-canary", "workers-db", "workers-rest"])
    }

    /// Everything, with a canary, a group and a worker that is left.
    private func wavy() throws -> Playbook {
        var playbook = Scene.everything.playbook
        playbook.hosts += ["w2", "w3", "w4"].map { Host(name: $0, roles: [.worker]) }
        playbook.waves = WaveOptions(
            canary: .named(["w4"]),
            groups: [WorkerGroup(name: "db", hosts: ["w2", "m1"], batch: 1, failureBudget: 1)],
            cordonsAhead: true
        )
        playbook.waves.drawn = try playbook.waves(among: [])
        return playbook
    }

    @Test("every step of the outline is in the catalog, and every step of the catalog in an outline")
    func catalog() throws {
        let playbook = Scene.everything.playbook
        let set = StepCatalog.all(for: playbook)
        // The hop that takes APIs away has a step that the first has not.
        let last = HopOutline.phases(try #require(HopID("1.15-1.16")), playbook, false)
        // A move of Calico's data is not in a playbook with everything: it goes with a Calico 2. A Typha is in few clusters.
        var moving = playbook
        moving.calico?.typha = .usual
        moving.calico?.migration = CalicoMigrationOptions(at: MinorRelease.start.next)
        // Nor is a unit in the place of the DaemonSet.
        var unit = playbook
        unit.calico?.unit = "calico-node"
        let back =
            phases(moving) + phases(unit) + HopOutline.rollback(of: playbook.hosts(.worker), playbook)
            + HopOutline.restore(workers: [], from: "m1", playbook)
        let used = (phases(playbook) + phases(try wavy()) + last + back).flatMap { $0.lanes.flatMap(\.steps) }
        // Its lanes are those hosts that have marks: `MarkSurvey`.
        #expect(Set(used).union([UndoMarks().id]) == Set(set.steps.keys))
    }

    @Test("no two steps of a hop have the same key", arguments: ["plain", "everything", "waves", "rolls"])
    func unique(name: String) throws {
        let hop = HopID(from: .start)
        let playbook =
            switch name {
            case "plain": Scene().playbook
            case "everything": Scene.everything.playbook
            case "rolls": Scene.rolls.playbook
            default: try wavy()
            }
        let keys = phases(playbook).flatMap { phase in
            phase.lanes.flatMap { lane in
                lane.steps.map { StepKey(hop: hop, phase: phase.id, step: $0, target: lane.target) }
            }
        }
        #expect(Set(keys).count == keys.count)
    }

    @Test(
        "a hook around Calico's roll runs once for each worker, in the lane of the roll and not when images are fetched"
    )
    func hookOfRoll() throws {
        var scene = Scene()
        scene.movesCalico()
        scene.playbook.hooks = [
            Hook(name: "depool", phase: "network", runsBefore: true, words: ["true"]),
            Hook(name: "pool", phase: "network", runsBefore: false, words: ["true"]),
        ]
        let lanes = try #require(phases(scene.playbook).first { $0.id == "network" }).lanes.filter {
            $0.target == .host("w2")
        }
        #expect(lanes.map(\.steps.first) == ["calico-pull", "hook-depool"])
        #expect(lanes.map(\.steps.last) == ["calico-pull", "hook-pool"])
    }

    @Test("a hop that moves neither Calico nor Helm has no phase for them")
    func otherHop() {
        let ids = HopOutline.phases(HopID(from: MinorRelease.start.next), Scene.everything.playbook, false).map(\.id)
        #expect(!ids.contains("network"))
        #expect(!ids.contains("helm"))
    }

    @Test("what the first hop needs of Calico and Helm comes before its control plane, and once")
    func before() throws {
        var scene = Scene()
        scene.movesCalico()
        scene.movesHelm()
        let version = ComponentVersion(package: .make("3.0.9-1"), tag: "v3.0.9")
        scene.playbook.calico?.rolls[.start] = [version]
        scene.playbook.helm?.versions[.start] = ComponentVersion(package: .make("2.13.9-1"), tag: "v2.13.9")
        let first = HopOutline.phases(HopID(from: .start), scene.playbook, true).map(\.id)
        let index = { (id: PhaseID) in first.firstIndex(of: id) }
        let network = try #require(index("network-before"))
        #expect(index("helm-before") == network + 1 && index("control-plane") == network + 2)
        #expect(index("network") != nil && index("helm") != nil)
        #expect(try scene.decide(CalicoPackages(), "network-before", on: "w1").contains { "\($0)".contains("3.0.9") })
        #expect(try scene.decide(CalicoPackages(), "network", on: "w1").contains { "\($0)".contains("3.1.0") })
        #expect(try scene.decide(Tiller(), "helm-before", on: "cluster").contains { "\($0)".contains("2.13.9") })
        let later = HopOutline.phases(HopID(from: .start), scene.playbook, false).map(\.id)
        #expect(!later.contains("network-before") && !later.contains("helm-before"))
    }

    @Test("workers are batched as the playbook says; the control plane is not")
    func batches() throws {
        var playbook = Scene().playbook
        playbook.workerBatch = 2
        playbook.workerFailureBudget = 1
        let phases = Dictionary(uniqueKeysWithValues: phases(playbook).map { ($0.id, $0) })
        let workers = try #require(phases["workers"])
        #expect(workers.batch == 2 && workers.failureBudget == 1)
        for id: PhaseID in ["control-plane", "controllers", "clients"] {
            let phase = try #require(phases[id])
            #expect(phase.batch == 1 && phase.failureBudget == 0)
        }
    }

    @Test("a Calico that units run is rolled in lanes of the same places")
    func unit() throws {
        var scene = Scene()
        scene.movesCalicoUnit()
        scene.playbook.calico?.migration = CalicoMigrationOptions(at: MinorRelease.start.next)
        try Golden.expect(listing(scene.playbook), matches: "Tests/UpgradeStepsTests/Golden/outline-calico-unit.txt")
    }

    private func phases(_ playbook: Playbook) -> [PlannedPhase] {
        HopOutline.phases(HopID(from: .start), playbook, true)
    }

    private func listing(_ playbook: Playbook) -> String {
        var lines: [String] = []
        for phase in phases(playbook) {
            lines.append("\(phase.id): batch \(phase.batch), failure budget \(phase.failureBudget)")
            for lane in phase.lanes {
                lines.append("  \(lane.target): " + lane.steps.map(\.description).joined(separator: ", "))
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
