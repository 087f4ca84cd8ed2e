import Testing
import UpgradeCore
import UpgradeTestSupport

/// Law: foreign cordons, holds and masks survive run, failure and cleanup; ours are undone when unchanged.
@Suite("Law: the ledger undoes only ours")
struct LedgerUndoesOnlyOursTests {
    @Test("a cordon of somebody else survives the run when the playbook keeps foreign cordons")
    func foreignCordonSurvivesRun() async throws {
        var scene = try Scene { $0.foreignCordons = .keep }
        scene.cluster.nodes["w1.example.org"]?.isCordoned = true
        let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
        let stop = try await scene.driver(try await scene.plan(), cluster).walk(recorder: MemoryRecorder())
        #expect(stop == .completed)
        let nodes = await cluster.state.nodes
        #expect(nodes["w1.example.org"]?.isCordoned == true)
        #expect(nodes["w1.example.org"]?.kubeletVersion?.release == scene.playbook.target)
        #expect(nodes["w2.example.org"]?.isCordoned == false)
    }

    @Test("cleanup undoes our cordon and our mask, and leaves those of others")
    func cleanupUndoesOurs() async throws {
        let scene = try Scene()
        let recorder = MemoryRecorder()
        let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
        try await stopAtDrain(scene, cluster, recorder)
        await cluster.meddle { state in
            state.nodes["w2.example.org"]?.isCordoned = true
            state.hosts["cp1"]?.units["kube-scheduler"]?.isMasked = true
        }
        #expect(recorder.state.ledger.entries.map(\.effect) == [.cordon(node: "w1.example.org", mark: scene.run)])
        let outcomes = try await Cleanup.perform(run: scene.run, recorder: recorder, access: cluster) { _ in }
        #expect(outcomes == [.undone(.cordon(node: "w1.example.org", mark: scene.run))])
        let state = await cluster.state
        #expect(state.nodes["w1.example.org"]?.isCordoned == false)
        #expect(state.nodes["w2.example.org"]?.isCordoned == true)
        #expect(state.hosts["cp1"]?.units["kube-scheduler"]?.isMasked == true)
        #expect(recorder.state.ledger.entries.isEmpty)
    }

    @Test("cleanup leaves our cordon alone once somebody else has made it theirs")
    func cleanupLeavesChanged() async throws {
        let scene = try Scene()
        let recorder = MemoryRecorder()
        let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
        try await stopAtDrain(scene, cluster, recorder)
        await cluster.meddle { $0.nodes["w1.example.org"]?.cordonMark = nil }
        let outcomes = try await Cleanup.perform(run: scene.run, recorder: recorder, access: cluster) { _ in }
        #expect(outcomes == [.notOurs(.cordon(node: "w1.example.org", mark: scene.run))])
        #expect(await cluster.state.nodes["w1.example.org"]?.isCordoned == true)
        #expect(recorder.state.ledger.entries.isEmpty)
    }

    @Test("a run that was cleaned up goes on: the step whose effect was undone is done again")
    func resumesAfterCleanup() async throws {
        let scene = try Scene()
        let recorder = MemoryRecorder()
        let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
        try await stopAtDrain(scene, cluster, recorder)
        _ = try await Cleanup.perform(run: scene.run, recorder: recorder, access: cluster) { _ in }
        await cluster.meddle { $0.budgets[0].disruptionsAllowed = 1 }
        let stop = try await scene.driver(try await scene.plan(), cluster).walk(recorder: recorder)
        #expect(stop == .completed)
        #expect(recorder.state.ledger.entries.isEmpty)
        let cordoned = await cluster.state.nodes.values.filter(\.isCordoned)
        #expect(cordoned.isEmpty)
    }

    /// Runs until the drain of the first worker is held by a budget that was closed after preflight.
    private func stopAtDrain(_ scene: Scene, _ cluster: SimulatedCluster, _ recorder: MemoryRecorder) async throws {
        let plan = try await scene.plan()
        let key = try #require(plan.keys.first { $0.step == "drain" })
        await cluster.meddle { $0.budgets[0].disruptionsAllowed = 0 }
        let stop = try await scene.driver(plan, cluster).walk(recorder: recorder)
        try #require(stop == .failed([key]))
    }
}
