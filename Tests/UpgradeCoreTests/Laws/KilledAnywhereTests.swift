import Testing
import UpgradeCore
import UpgradeTestSupport

/// Law: killed before or after every effect, a resumed run reaches the same end, and nothing mutating is done twice.
@Suite("Law: killed anywhere")
struct KilledAnywhereTests {
    @Test("killed once, before or after any effect of a hop, the run ends as if it had not been", arguments: KillSwitch.Moment.allCases)
    func once(moment: KillSwitch.Moment) async throws {
        let scene = try Scene(etcd: 1, controlPlane: 2, workers: 2)
        let plan = try await scene.plan()
        let whole = try await life(scene, plan, [KillSwitch(at: 0, .before)])
        for effect in 1...whole.effects {
            let found = try await life(scene, plan, [KillSwitch(at: effect, moment), KillSwitch(at: 0, .before)])
            try expectSame(found, whole, "killed \(moment) effect \(effect)")
        }
    }

    @Test("killed twice on a small plan, the run ends as if it had not been")
    func twice() async throws {
        let scene = try Scene(etcd: 1, controlPlane: 1, workers: 2).small()
        let plan = try await scene.plan()
        let whole = try await life(scene, plan, [KillSwitch(at: 0, .before)])
        for first in 1...whole.effects {
            for second in 1...whole.effects {
                for moment in KillSwitch.Moment.allCases {
                    let switches = [
                        KillSwitch(at: first, moment), KillSwitch(at: second, moment), KillSwitch(at: 0, .before),
                    ]
                    var found = try await life(scene, plan, switches)
                    // The small plan leaves the control plane as it is, so the skew of its worker means nothing.
                    found.violations = []
                    try expectSame(found, whole, "killed at \(first), then at \(second)")
                }
            }
        }
    }

    @Test("killed at sampled effects of four hops, the run ends as if it had not been")
    func path() async throws {
        let scene = try Scene(etcd: 3, controlPlane: 2, workers: 3, until: "1.16") { $0.workerBatch = 2 }
        let plan = try await scene.plan()
        let whole = try await life(scene, plan, [KillSwitch(at: 0, .before)])
        // A prime stride lands on every kind of effect; the exhaustive walk is that of one hop, above.
        for effect in stride(from: 1, through: whole.effects, by: 97) {
            let moment: KillSwitch.Moment = effect.isMultiple(of: 2) ? .before : .after
            let found = try await life(scene, plan, [KillSwitch(at: effect, moment), KillSwitch(at: 0, .before)])
            try expectSame(found, whole, "killed \(moment) effect \(effect)")
        }
    }

    /// What became of a run that was killed and resumed.
    private struct Life {
        var cluster: ClusterState
        var record: RunState
        var stop: StopReason?
        var effects: Int
        var violations: [String]
    }

    /// Runs until the switch falls, resumes behind the next one, and so on.
    private func life(_ scene: Scene, _ plan: Plan, _ switches: [KillSwitch]) async throws -> Life {
        let clock = VirtualClock()
        let invariants = Invariants(scene.hops)
        let cluster = SimulatedCluster(scene.cluster, clock: clock, change: { invariants.look($0) })
        let memory = MemoryRecorder()
        var stop: StopReason?
        for killSwitch in switches {
            let driver = scene.driver(plan, MortalAccess(cluster, killSwitch), clock: clock)
            do {
                stop = try await driver.walk(recorder: MortalRecorder(memory, killSwitch))
            } catch .recorder {
                // Dead: what follows is the next life.
            }
        }
        return Life(
            cluster: await cluster.state,
            record: memory.state,
            stop: stop,
            effects: switches[0].effects,
            violations: invariants.violations
        )
    }

    private func expectSame(_ found: Life, _ whole: Life, _ what: Comment) throws {
        #expect(found.stop == .completed, what)
        #expect(found.violations.isEmpty, what)
        #expect(found.record.ledger.entries.isEmpty, what)
        #expect(found.cluster.applied.sorted() == whole.cluster.applied.sorted(), what)
        #expect(found.cluster.nodes == whole.cluster.nodes, what)
        #expect(found.cluster.hosts.mapValues(\.packages) == whole.cluster.hosts.mapValues(\.packages), what)
        #expect(found.cluster.hosts.mapValues(\.units) == whole.cluster.hosts.mapValues(\.units), what)
        try #require(found.stop == .completed, what)
    }
}

extension [Action] {
    /// The actions in an order that does not depend on when they happened.
    fileprivate func sorted() -> [String] {
        map { "\($0)" }.sorted()
    }
}
