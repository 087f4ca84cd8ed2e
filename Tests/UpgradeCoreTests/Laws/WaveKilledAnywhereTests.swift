import Testing
import UpgradeCore
import UpgradeSteps
import UpgradeTestSupport

/// Law: killed anywhere in waves with cordons ahead, a resumed run reaches the same end, and what is cordoned ahead is undone
/// by lanes and by cleanup, and left alone where somebody else has made it theirs.
@Suite("Law: killed anywhere, in waves")
struct WaveKilledAnywhereTests {
    private func scene(workers: Int = 5) throws -> Scene {
        try Scene(etcd: 1, controlPlane: 1, workers: workers) { playbook in
            playbook.workerBatch = 2
            playbook.foreignCordons = .keep
            playbook.waves = WaveOptions(
                canary: .first(1),
                groups: [WorkerGroup(name: "g", hosts: ["w2", "w3"])],
                cordonsAhead: true
            )
        }
    }

    @Test(
        "killed before or after an effect of a hop, the run ends as if it had not been",
        arguments: KillSwitch.Moment.allCases
    )
    func once(moment: KillSwitch.Moment) async throws {
        let scene = try scene()
        let plan = try await scene.plan()
        let (whole, _, effects) = try await life(scene, plan, nil)
        let expected = counts(whole)
        let ahead = whole.applied.filter { if case .cordon(_, "test-ahead") = $0 { true } else { false } }
        #expect(ahead.count == 4, "each worker behind the canary is cordoned ahead, once")
        // Every effect of the two phases that cordon is hit, and a prime stride lands on every kind of the others.
        for effect in 1...effects where effect % 5 == 1 || (effects / 3...effects).contains(effect) && effect % 2 == 0 {
            let (state, memory, _) = try await life(scene, plan, KillSwitch(at: effect, moment))
            let what: Comment = "killed \(moment) effect \(effect)"
            #expect(counts(state) == expected, what)
            #expect(state.nodes == whole.nodes, what)
            #expect(memory.state.ledger.entries.isEmpty, what)
        }
    }

    /// Runs until the switch falls, and resumes; how many effects it had.
    private func life(
        _ scene: Scene,
        _ plan: Plan,
        _ first: KillSwitch?
    ) async throws -> (ClusterState, MemoryRecorder, Int) {
        let clock = VirtualClock()
        let invariants = Invariants(scene.hops)
        let cluster = SimulatedCluster(scene.cluster, clock: clock, change: { invariants.look($0) })
        let memory = MemoryRecorder()
        let last = KillSwitch(at: 0, .before)
        let stop = try await scene.lives(plan, [first, last].compactMap { $0 }, on: cluster, memory, clock: clock)
        #expect(stop == .completed, "\(memory.state.failed)")
        #expect(invariants.violations == [])
        return (await cluster.state, memory, last.effects)
    }

    /// How often each action was done; where pods land, and so who is drained, depends on which of two lanes is first.
    private func counts(_ state: ClusterState) -> [Action: Int] {
        var counts: [Action: Int] = [:]
        for action in state.applied {
            if case .drain = action { continue }
            counts[action, default: 0] += 1
        }
        return counts
    }

    @Test("cleanup takes every cordon of ours away, wherever the run died, and nobody else's; a resume then ends well")
    func cleanup() async throws {
        var scene = try scene()
        scene.cluster.nodes["w5.example.org"]?.isCordoned = true
        let plan = try await scene.plan()
        let (_, _, effects) = try await life(scene, plan, nil)
        var ahead = 0
        for effect in stride(from: 1, through: effects, by: 7) {
            let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
            let memory = MemoryRecorder()
            let first = KillSwitch(at: effect, .after)
            _ = try? await scene.driver(plan, MortalAccess(cluster, first)).walk(
                recorder: MortalRecorder(memory, first)
            )
            ahead += await cluster.state.nodes.values.count(where: CordonMark.isAhead)
            _ = try await Cleanup.perform(run: scene.run, recorder: memory, access: cluster) { _ in }
            let what: Comment = "the run died at \(effect)"
            #expect(memory.state.ledger.entries.isEmpty, what)
            #expect(await cluster.state.nodes.values.filter(\.isCordoned).map(\.name) == ["w5.example.org"], what)
            guard memory.state.stop == nil else { continue }
            #expect(try await scene.driver(plan, cluster).walk(recorder: memory) == .completed, what)
            let nodes = await cluster.state.nodes.values
            #expect(nodes.allSatisfy { $0.kubeletVersion?.release == plan.to }, what)
            #expect(nodes.filter(\.isCordoned).map(\.name) == ["w5.example.org"], what)
        }
        #expect(ahead > 15, "there was something ahead to undo")
    }

    @Test(
        "a node that somebody has made theirs while it waited stays cordoned, and one that they have uncordoned is not missed"
    )
    func theirs() async throws {
        let scene = try scene()
        let plan = try await scene.plan()
        let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
        let once = Once()
        var access = StagedAccess(cluster)
        access.before = { action, job in
            guard case .drain = action, job.key.phase == "workers-rest", once.take() else { return }
            await cluster.meddle { state in
                for node in state.nodes.keys where state.nodes[node].map(CordonMark.isAhead) == true {
                    state.nodes[node]?.cordonMark = nil
                }
            }
        }
        let rest = try #require(plan.hops[0].phases.first { $0.id == "workers-rest" })
        var narrow = plan
        narrow.hops[0].phases = plan.hops[0].phases.map { phase in
            var phase = phase
            if phase.id == rest.id { phase.batch = 1 }
            return phase
        }
        let memory = MemoryRecorder()
        #expect(try await scene.driver(narrow, access).walk(recorder: memory) == .completed)
        let nodes = await cluster.state.nodes
        #expect(nodes["w5.example.org"]?.isCordoned == true, "it is somebody else's now")
        #expect(nodes["w4.example.org"]?.isCordoned == false)
        #expect(nodes.values.allSatisfy { $0.kubeletVersion?.release == plan.to })
    }

    @Test("a canary can be taken back although the others are cordoned ahead: its pods need the room")
    func rollback() async throws {
        let scene = try scene(workers: 4)
        let plan = try await scene.plan()
        let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
        let upgrade = MemoryRecorder()
        var access = StagedAccess(cluster)
        access.after = { action in
            guard case .install(host: "w2", _, _) = action else { return nil }
            return .commandFailed(host: "w2", command: "apt-get install", status: "exit 100", output: "")
        }
        let failed = try #require(StepKey("1.12-1.13/workers-g/install-node@w2"))
        try #require(await (try scene.driver(plan, access).walk(recorder: upgrade)) == .failed([failed]))
        #expect(await cluster.state.nodes["w3.example.org"].map(CordonMark.isAhead) == true)
        let back = try await scene.rollback(of: "w1", plan, run: "back", cluster)
        let taking = Cleanup.Taking(
            rollback: "back",
            run: scene.run,
            plan: plan,
            undoesLedger: false,
            isMeant: StepCatalog.isTakenBack(by: back, of: plan)
        )
        let outcomes = try await Cleanup.takeBack(taking, recorder: upgrade, access: cluster) { _ in }
        #expect(outcomes == [.undone(.cordon(node: "w3.example.org", mark: "test-ahead"))])
        #expect(try await scene.driver(back, cluster, run: "back").walk(recorder: MemoryRecorder()) == .completed)
        #expect(await cluster.state.nodes["w1.example.org"]?.kubeletVersion?.release == plan.from)
        #expect(try await scene.driver(plan, cluster).walk(recorder: upgrade) == .completed)
        let nodes = await cluster.state.nodes.values
        #expect(nodes.allSatisfy { $0.kubeletVersion?.release == plan.to && !$0.isCordoned })
        #expect(upgrade.state.ledger.entries.isEmpty)
    }
}
