import Testing
import UpgradeCore
import UpgradeTestSupport

/// Law: wherever an upgrade stops in the lane of a worker, the worker can be taken back, wherever that is killed; and the
/// upgrade that is resumed then ends as if nothing had happened.
@Suite("Law: killed anywhere, rollback")
struct RollbackKilledTests {
    @Test("a worker is back on the older release, whoever is killed and where; the upgrade then does it anew")
    func takenBack() async throws {
        let scene = try Scene(etcd: 1, controlPlane: 1, workers: 3)
        let plan = try await scene.plan()
        let whole = KillSwitch(at: 0, .before)
        let memory = MemoryRecorder()
        _ = try await scene.driver(plan, MortalAccess(scene.simulation, whole)).walk(
            recorder: MortalRecorder(memory, whole)
        )
        var lives = 0
        // A prime stride lands on every kind of effect.
        for effect in stride(from: 1, through: whole.effects, by: 5) {
            lives += try await rollbacks(scene, plan, diesAt: effect)
        }
        #expect(lives > 100, "there was something to take back")
    }

    /// Takes the first worker back where an upgrade died, killed at one effect after the other.
    ///
    /// - Returns: how often.
    private func rollbacks(_ scene: Scene, _ plan: Plan, diesAt effect: Int) async throws -> Int {
        let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
        let upgrade = MemoryRecorder()
        let first = KillSwitch(at: effect, .after)
        _ = try? await scene.driver(plan, MortalAccess(cluster, first)).walk(recorder: MortalRecorder(upgrade, first))
        let touched = upgrade.state.done.union(upgrade.state.inFlight.keys)
        let lane = plan.keys.filter { $0.phase == "workers" && $0.target == .host("w1") }
        let last = plan.keys.lastIndex { $0.phase == "workers" } ?? 0
        guard lane.contains(where: touched.contains), !plan.keys[(last + 1)...].contains(where: touched.contains) else {
            return 0
        }
        let left = await cluster.state
        var count = 0
        var isDead = true
        while isDead {
            // The stride keeps the test short; the offset makes it land elsewhere for each life of the upgrade.
            let moment: KillSwitch.Moment = count.isMultiple(of: 2) ? .before : .after
            let second = KillSwitch(at: 1 + effect % 3 + 3 * count, moment)
            let what: Comment = "the upgrade died at \(effect), the rollback \(moment) \(1 + effect % 3 + 3 * count)"
            try await life(scene, plan, upgrade.records, left, lane, second, what)
            isDead = second.isDead
            count += 1
        }
        return count
    }

    private func life(
        _ scene: Scene,
        _ plan: Plan,
        _ records: [Record],
        _ left: ClusterState,
        _ lane: [StepKey],
        _ killSwitch: KillSwitch,
        _ what: Comment
    ) async throws {
        let clock = VirtualClock()
        let invariants = Invariants(scene.hops)
        let cluster = SimulatedCluster(left, clock: clock, change: { invariants.look($0) })
        let upgrade = MemoryRecorder()
        upgrade.append(records)
        let back = try await scene.rollback(of: "w1", plan, run: "back", cluster)
        let settled = await Cleanup.settle(run: scene.run, upgrade.state, cluster, of: lane[0].isOfLane) { _ in }
        #expect(settled.isEmpty, what)
        upgrade.append([.tookBack(lane[0], by: "back")])
        let memory = MemoryRecorder()
        _ = try? await scene.driver(back, MortalAccess(cluster, killSwitch), run: "back", clock: clock).walk(
            recorder: MortalRecorder(memory, killSwitch)
        )
        let stop = try await scene.driver(back, cluster, run: "back", clock: clock).walk(recorder: memory)
        #expect(stop == .completed, what)
        let between = await cluster.state
        let node = try #require(between.nodes["w1.example.org"])
        #expect(node.kubeletVersion?.release == back.to, what)
        #expect(!node.isCordoned && node.isReady, what)
        let package = between.hosts["w1"]?.packages["kubernetes-node"]
        #expect(package?.version == scene.playbook.releases[plan.hops[0].id.from], what)
        // The other worker is as the upgrade has left it.
        #expect(between.hosts["w2"]?.packages == left.hosts["w2"]?.packages, what)
        let end = try await scene.driver(plan, cluster, clock: clock).walk(recorder: upgrade)
        #expect(end == .completed, what)
        let state = await cluster.state
        #expect(state.nodes.values.allSatisfy { $0.kubeletVersion?.release == plan.to && !$0.isCordoned }, what)
        #expect(upgrade.state.ledger.entries.isEmpty, what)
        #expect(invariants.violations.isEmpty, what)
    }
}

extension Scene {
    fileprivate var simulation: SimulatedCluster { SimulatedCluster(cluster, clock: VirtualClock()) }
}
