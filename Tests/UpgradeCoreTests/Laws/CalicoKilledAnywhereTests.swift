import Synchronization
import Testing
import UpgradeCore
import UpgradeTestSupport

/// Law: killed anywhere, for a Calico whose data moves: both stores hold the same, or the old one is in charge.
@Suite("Law: killed anywhere, Calico")
struct CalicoKilledAnywhereTests {
    private func scene() throws -> Scene {
        var scene = try Scene(etcd: 1, controlPlane: 1, workers: 2) { playbook in
            playbook.simulation = SimulationSettings(
                release: MinorRelease(major: 1, minor: 12),
                pace: .zero,
                calicoTag: "v2.6.12"
            )
            let version = PackageVersion("3.5.8-1").map { ComponentVersion(package: $0, tag: "v3.5.8") }
            playbook.calico = CalicoOptions(versions: version.map { [MinorRelease(major: 1, minor: 12): $0] } ?? [:])
            playbook.calico?.migration = CalicoMigrationOptions(at: MinorRelease(major: 1, minor: 12))
        }
        // Nothing but the phase that moves Calico, and what it saves before.
        let all = scene.steps
        scene.steps = StepSet(steps: Array(all.steps.values)) { hop, playbook, isFirst in
            all.outline(hop, playbook, isFirst).filter { $0.id == "network-before" }
        }
        let objects = (0..<500).map { CalicoObject(kind: "IPAMBlock", name: "b\($0)", digest: "\($0)") }
        scene.cluster.calico?.old?.objects = objects
        return scene
    }

    /// The law, of one moment.
    private static func holds(_ stores: CalicoStores?) -> Bool {
        guard let stores else { return false }
        if stores.isComplete || stores.isInUse { return stores.differences.isEmpty && stores.old?.isReady == false }
        return stores.old?.objects.count == 500 && stores.new?.isReady != true
    }

    @Test("killed at any boundary and resumed, all is moved once, and no moment breaks the law")
    func resumed() async throws {
        let scene = try scene()
        let plan = try await scene.plan()
        let whole = try await life(scene, plan, [KillSwitch(at: 0, .before)])
        #expect(whole.stop == .completed && whole.state.calico?.isComplete == true)
        #expect(whole.state.calico?.differences == [] && whole.state.calico?.new?.objects.count == 500)
        for effect in 1...whole.effects {
            for moment in KillSwitch.Moment.allCases {
                let found = try await life(scene, plan, [KillSwitch(at: effect, moment), KillSwitch(at: 0, .before)])
                let what: Comment = "killed \(moment) effect \(effect)"
                #expect(found.stop == .completed, what)
                #expect(found.state.applied == whole.state.applied, what)
                #expect(found.state.calico == whole.state.calico, what)
                #expect(found.broken == 0, what)
            }
        }
    }

    @Test("killed at any boundary and cleaned up, the old store is awake, or a node works with the new one already")
    func cleanedUp() async throws {
        let scene = try scene()
        let plan = try await scene.plan()
        let effects = try await life(scene, plan, [KillSwitch(at: 0, .before)]).effects
        var woken = 0
        for effect in 1...effects {
            let what: Comment = "killed after effect \(effect)"
            let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
            let memory = MemoryRecorder()
            _ = try await scene.lives(plan, [KillSwitch(at: effect, .after)], on: cluster, memory)
            let paused = await cluster.state.calico?.isPaused == true
            let inUse = await cluster.state.calico?.isInUse == true
            guard !memory.state.ledger.entries.isEmpty else { continue }
            _ = try await Cleanup.perform(run: scene.run, recorder: memory, access: cluster) { _ in }
            let stores = try #require(await cluster.state.calico)
            #expect(Self.holds(stores), what)
            #expect(stores.old?.isReady == (inUse || stores.isComplete ? false : true), what)
            woken += paused && !inUse ? 1 : 0
            // And it goes on from there to the same end.
            let stop = try await scene.driver(plan, cluster).walk(recorder: memory)
            #expect(stop == .completed, what)
            let end = try #require(await cluster.state.calico)
            #expect(end.isComplete && end.differences.isEmpty && end.new?.objects.count == 500, what)
        }
        #expect(woken > 3, "cleanups woke the old store")
    }

    private func life(
        _ scene: Scene,
        _ plan: Plan,
        _ switches: [KillSwitch]
    ) async throws -> (state: ClusterState, stop: StopReason?, effects: Int, broken: Int) {
        let broken = Count()
        let cluster = SimulatedCluster(
            scene.cluster,
            clock: VirtualClock(),
            change: { if !Self.holds($0.calico) { broken.add() } }
        )
        let memory = MemoryRecorder()
        let stop = try await scene.lives(plan, switches, on: cluster, memory)
        return (await cluster.state, stop, switches[0].effects, broken.value)
    }
}

/// How often something was seen.
private final class Count: Sendable {
    private let number = Mutex(0)

    var value: Int { number.withLock { $0 } }

    func add() { number.withLock { $0 += 1 } }
}
