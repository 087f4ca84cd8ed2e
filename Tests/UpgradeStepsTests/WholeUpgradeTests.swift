import Testing

@testable import UpgradeCore
@testable import UpgradeSteps

/// Every step of the catalog, in its order, on a simulated cluster: after its actions each must decide that nothing is
/// left, or the driver stops.
@Suite("A whole upgrade on a simulated cluster")
struct WholeUpgradeTests {
    @Test("a plain cluster and one with everything reach their target", arguments: [Scene(), Scene.everything])
    func reachesTarget(scene: Scene) async throws {
        var playbook = scene.playbook
        playbook.helm?.migrateAt = nil
        playbook.helm?.cleanup = nil
        // Two workers at once would leave no node for the pods of two.
        playbook.workerBatch = 1
        let clock = VirtualClock()
        let cluster = SimulatedCluster(.sample(playbook: playbook, at: .start), clock: clock)
        let hops = Dictionary(
            uniqueKeysWithValues: [HopID(from: .start), HopID(from: MinorRelease.start.next)].map {
                ($0, Scene.facts($0))
            }
        )
        let steps = StepCatalog.all(for: playbook)
        let plan = try await Planner.plan(
            playbook: playbook,
            playbookDigest: "",
            versionsDigest: "",
            run: "run1",
            steps: steps,
            hops: hops,
            access: cluster
        )
        .plan
        let recorder = MemoryRecorder()
        let driver = Driver(
            run: "run1",
            plan: plan,
            playbook: playbook,
            steps: steps,
            hops: hops,
            access: cluster,
            clock: clock
        )
        let stop = try await driver.walk(recorder: recorder)
        #expect(stop == StopReason.completed)
        #expect(recorder.state.failed.isEmpty)
        #expect(recorder.state.done.count == plan.keys.count)
        #expect(recorder.state.ledger.entries.isEmpty)
        let end = await cluster.state
        #expect(end.nodes.values.allSatisfy { !$0.isCordoned && $0.kubeletVersion == PackageVersion.later.kubernetes })
        #expect(end.daemonSets.values.allSatisfy { $0.updateStrategy == "RollingUpdate" })
    }
}
