import Testing
import UpgradeCore
import UpgradeTestSupport

/// Law: killed anywhere, for the silences of a whole hop.
@Suite("Law: killed anywhere, silences")
struct SilenceKilledAnywhereTests {
    @Test("one silence is opened and none is left, wherever the run is killed", arguments: KillSwitch.Moment.allCases)
    func killed(moment: KillSwitch.Moment) async throws {
        let scene = try Scene(etcd: 1, controlPlane: 1, workers: 1) { playbook in
            playbook.silences = [
                SilenceOptions(
                    name: "test",
                    alertmanager: "http://alerts.example.org:9093",
                    matchers: [AlertMatcher(name: "cluster", value: "test")]
                )
            ]
        }
        let plan = try await scene.plan()
        let whole = try await life(scene, plan, [KillSwitch(at: 0, .before)])
        for effect in 1...whole.effects {
            let found = try await life(scene, plan, [KillSwitch(at: effect, moment), KillSwitch(at: 0, .before)])
            let what: Comment = "killed \(moment) effect \(effect)"
            #expect(found.record.stop == .completed, what)
            #expect(found.state.silences == [], what)
            #expect(found.record.ledger.entries.isEmpty, what)
            let mine = found.state.applied.filter { action in
                if case .openSilence = action { return true }
                if case .closeSilence = action { return true }
                return false
            }
            #expect(mine.count == 2, what)
        }
    }

    private func life(
        _ scene: Scene,
        _ plan: Plan,
        _ switches: [KillSwitch]
    ) async throws -> (state: ClusterState, record: RunState, effects: Int) {
        let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
        let memory = MemoryRecorder()
        _ = try await scene.lives(plan, switches, on: cluster, memory)
        return (await cluster.state, memory.state, switches[0].effects)
    }
}
