import Testing
import UpgradeCore
import UpgradeTestSupport

@Suite("The operator's wish to stop")
struct InterruptionTests {
    @Test("at the first wish the action in hand ends and is recorded, and nothing else is begun")
    func once() async throws {
        let scene = try Scene(etcd: 1, controlPlane: 1, workers: 2).small()
        let plan = try await scene.plan()
        let interruption = Interruption()
        let recorder = MemoryRecorder()
        var access = StagedAccess(SimulatedCluster(scene.cluster, clock: VirtualClock()))
        access.before = { action, _ in
            guard case .drain = action else { return }
            interruption.raise()
            // Time enough for a driver that would cancel the action to do so.
            for _ in 0..<50 { await Task.yield() }
        }
        let stop = try await scene.driver(plan, access, interruption: interruption).walk(recorder: recorder)
        #expect(stop == .interrupted)
        let drain = try #require(plan.keys.first { $0.step == "drain" })
        #expect(recorder.state.inFlight[drain]?.intended == nil)
        #expect(recorder.records.suffix(2) == [.acted(drain, attempt: 1, index: 0), .stopped(.interrupted)])
    }

    @Test("at the second wish the action in hand is no longer waited for and stays in doubt")
    func twice() async throws {
        let scene = try Scene(etcd: 1, controlPlane: 1, workers: 2).small()
        let plan = try await scene.plan()
        let interruption = Interruption()
        let recorder = MemoryRecorder()
        let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
        var access = StagedAccess(cluster)
        access.before = { action, _ in
            guard case .drain = action else { return }
            interruption.raise()
            interruption.raise()
            while !Task.isCancelled { await Task.yield() }
        }
        let stop = try await scene.driver(plan, access, interruption: interruption).walk(recorder: recorder)
        #expect(stop == .interrupted)
        let drain = try #require(plan.keys.first { $0.step == "drain" })
        #expect(recorder.state.inFlight[drain]?.intended != nil)
        #expect(try await scene.driver(plan, cluster).walk(recorder: recorder) == .completed)
    }

    @Test("a wish that was told before the run begins stops it at once")
    func early() async throws {
        let scene = try Scene(etcd: 1, controlPlane: 1, workers: 1).small()
        let interruption = Interruption()
        interruption.raise()
        let recorder = MemoryRecorder()
        let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
        let driver = scene.driver(try await scene.plan(), cluster, interruption: interruption)
        #expect(try await driver.walk(recorder: recorder) == .interrupted)
        #expect(await cluster.state.applied.isEmpty)
    }
}
