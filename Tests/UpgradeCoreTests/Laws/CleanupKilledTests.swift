import Testing
import UpgradeCore
import UpgradeTestSupport

/// Law: killed anywhere, also where cleanup is killed: the run that is resumed then ends as if nothing had happened.
@Suite("Law: killed anywhere, cleanup too")
struct CleanupKilledTests {
    @Test("a run goes on after a cleanup that was killed before or after any of its effects")
    func resumed() async throws {
        let scene = try Scene(etcd: 1, controlPlane: 2, workers: 2)
        let plan = try await scene.plan()
        let whole = KillSwitch(at: 0, .before)
        _ = try await scene.driver(plan, MortalAccess(scene.simulation, whole)).walk(
            recorder: MortalRecorder(MemoryRecorder(), whole)
        )
        var cleaned = 0
        // A prime stride lands on every kind of effect.
        for effect in stride(from: 1, through: whole.effects, by: 7) {
            for moment in KillSwitch.Moment.allCases {
                var killed = 1
                while try await life(scene, plan, runDies: effect, cleanupDies: killed, moment) {
                    killed += 1
                    cleaned += 1
                }
            }
        }
        #expect(cleaned > 100, "the cleanups had something to do")
    }

    /// A run that dies, a cleanup that dies, and a resume; whether the cleanup was killed before its end.
    private func life(
        _ scene: Scene,
        _ plan: Plan,
        runDies effect: Int,
        cleanupDies moment: Int,
        _ when: KillSwitch.Moment
    ) async throws -> Bool {
        let what: Comment = "the run died at \(effect), the cleanup \(when) \(moment)"
        let clock = VirtualClock()
        let invariants = Invariants(scene.hops)
        let cluster = SimulatedCluster(scene.cluster, clock: clock, change: { invariants.look($0) })
        let memory = MemoryRecorder()
        let first = KillSwitch(at: effect, .after)
        _ = try? await scene.driver(plan, MortalAccess(cluster, first), clock: clock).walk(
            recorder: MortalRecorder(memory, first)
        )
        guard !memory.state.ledger.entries.isEmpty else { return false }
        let second = KillSwitch(at: moment, when)
        _ = try? await Cleanup.perform(
            run: scene.run,
            recorder: MortalRecorder(memory, second),
            access: MortalAccess(cluster, second)
        ) { _ in }
        let ended = try await Cleanup.finish(run: scene.run, recorder: memory, access: cluster) { _ in }
        let isSettled = ended.allSatisfy(\.isSettled)
        #expect(isSettled, what)
        #expect(memory.state.undoing.isEmpty, what)
        let stop = try await scene.driver(plan, cluster, clock: clock).walk(recorder: memory)
        #expect(stop == .completed, what)
        #expect(memory.state.ledger.entries.isEmpty, what)
        #expect(invariants.violations.isEmpty, what)
        let state = await cluster.state
        #expect(state.nodes.values.filter(\.isCordoned).isEmpty, what)
        #expect(state.hosts.values.flatMap(\.units.values).filter(\.isMasked).isEmpty, what)
        return second.isDead
    }
}

extension Scene {
    fileprivate var simulation: SimulatedCluster { SimulatedCluster(cluster, clock: VirtualClock()) }
}
