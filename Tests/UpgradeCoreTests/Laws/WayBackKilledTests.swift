import Testing
import UpgradeCore
import UpgradeSteps
import UpgradeTestSupport

/// Law: wherever an upgrade stops in its workers, all of them can be taken back to where the first was begun, wherever that
/// is killed; nothing of either run is left then, and the upgrade that is resumed ends as if nothing had happened.
@Suite("Law: killed anywhere, rollback to a step")
struct WayBackKilledTests {
    @Test(
        "workers are back on the older release, whoever is killed and where; the upgrade then goes on from there",
        arguments: [false, true]
    )
    func takenBack(inWaves: Bool) async throws {
        let scene = try Scene(etcd: 1, controlPlane: 1, workers: 3) { playbook in
            playbook.workerBatch = 2
            if inWaves { playbook.waves = WaveOptions(canary: .first(1), cordonsAhead: true) }
        }
        let plan = try await scene.plan()
        let whole = KillSwitch(at: 0, .before)
        let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
        let memory = MemoryRecorder()
        _ = try await scene.driver(plan, MortalAccess(cluster, whole)).walk(recorder: MortalRecorder(memory, whole))
        var lives = 0
        // A prime stride lands on every kind of effect.
        for effect in stride(from: 1, through: whole.effects, by: 11) {
            lives += try await rollbacks(scene, plan, diesAt: effect)
        }
        #expect(lives > 100, "there was something to take back")
    }

    /// Takes back all workers where an upgrade died, killed at one effect after the other.
    ///
    /// - Returns: how often.
    private func rollbacks(_ scene: Scene, _ plan: Plan, diesAt effect: Int) async throws -> Int {
        let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
        let upgrade = MemoryRecorder()
        let first = KillSwitch(at: effect, .after)
        _ = try? await scene.driver(plan, MortalAccess(cluster, first)).walk(recorder: MortalRecorder(upgrade, first))
        let start = try #require(plan.beginning(of: "1.12-1.13/workers"))
        let workers = plan.keys.filter { $0.phase.kind == .workers }
        guard upgrade.state.stop == nil, workers.contains(where: upgrade.state.hasBegun) else { return 0 }
        let left = await cluster.state
        var count = 0
        var isDead = true
        while isDead {
            // The stride keeps the test short; the offset makes it land elsewhere for each life of the upgrade.
            let moment: KillSwitch.Moment = count.isMultiple(of: 2) ? .before : .after
            let at = 1 + effect % 5 + 5 * count
            let second = KillSwitch(at: at, moment)
            let what: Comment = "the upgrade died at \(effect), the rollback \(moment) \(at)"
            try await life(scene, plan, upgrade.records, left, start, second, what)
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
        _ start: StepKey,
        _ killSwitch: KillSwitch,
        _ what: Comment
    ) async throws {
        let clock = VirtualClock()
        let invariants = Invariants(scene.hops)
        let cluster = SimulatedCluster(left, clock: clock, change: { invariants.look($0) })
        let upgrade = MemoryRecorder(records)
        let back = try await scene.rollback(to: start, plan, upgrade, run: "back", cluster)
        let taking = Cleanup.Taking(
            rollback: "back",
            run: scene.run,
            plan: plan,
            undoesLedger: true,
            isMeant: StepCatalog.isTakenBack(by: back, of: plan)
        )
        let memory = MemoryRecorder()
        for access: any ClusterAccess in [MortalAccess(cluster, killSwitch), cluster] {
            let isMortal = access is MortalAccess
            let journal: any Recorder = isMortal ? MortalRecorder(upgrade, killSwitch) : upgrade
            let own: any Recorder = isMortal ? MortalRecorder(memory, killSwitch) : memory
            let outcomes = try? await Cleanup.takeBack(taking, recorder: journal, access: access) { _ in }
            guard outcomes?.allSatisfy(\.isSettled) == true else {
                #expect(isMortal, what)
                continue
            }
            let stop = try? await scene.driver(back, access, run: "back", clock: clock).walk(recorder: own)
            if stop == .completed { try? await Cleanup.endTaking(taking, recorder: journal, access: access) }
            #expect(isMortal || stop == .completed, what)
        }
        try await expectBack(scene, plan, back, left, cluster, what)
        let isMeant = taking.isMeant
        #expect(!upgrade.state.ledger.entries.contains { isMeant($0.key) }, what)
        #expect(memory.state.ledger.entries.isEmpty, what)
        let end = try await scene.driver(plan, cluster, clock: clock).walk(recorder: upgrade)
        #expect(end == .completed, what)
        let state = await cluster.state
        #expect(state.nodes.values.allSatisfy { $0.kubeletVersion?.release == plan.to && !$0.isCordoned }, what)
        #expect(upgrade.state.ledger.entries.isEmpty, what)
        #expect(invariants.violations.isEmpty, what)
    }

    /// Every worker is as before its lane; the control plane stays where the upgrade has brought it.
    private func expectBack(
        _ scene: Scene,
        _ plan: Plan,
        _ back: Plan,
        _ left: ClusterState,
        _ cluster: SimulatedCluster,
        _ what: Comment
    ) async throws {
        let state = await cluster.state
        for node in state.nodes.values {
            #expect(node.kubeletVersion?.release == back.to && !node.isCordoned && node.isReady, what)
        }
        for worker in ["w1", "w2", "w3"] {
            let package = state.hosts[worker]?.packages["kubernetes-node"]
            #expect(package?.version == scene.playbook.releases[plan.hops[0].id.from], what)
        }
        #expect(state.hosts["cp1"]?.packages == left.hosts["cp1"]?.packages, what)
        // The last worker that was begun is the first to be taken back.
        let order = StepCatalog.workersTakenBack(by: back).map(\.target.description)
        #expect(order == order.sorted(by: >), what)
    }
}
