import Testing
import UpgradeCore
import UpgradeTestSupport

/// Laws of waves: who goes before whom, how many at once, who stops whom, and how often a pod moves.
@Suite("Laws of waves")
struct WaveLawTests {
    /// Two canaries, a group of three with limits of its own, two that are left.
    static func scene(_ edit: (inout Playbook) -> Void = { _ in }) throws -> Scene {
        try Scene(etcd: 3, controlPlane: 2, workers: 7, until: "1.14") { playbook in
            playbook.workerBatch = 3
            playbook.waves = WaveOptions(
                canary: .named(["w7", "w1"]),
                groups: [WorkerGroup(name: "db", hosts: ["w2", "w3", "w4"], batch: 2)],
                cordonsAhead: true
            )
            edit(&playbook)
        }
    }

    @Test("a wave begins when the one before is done, canaries go one at a time, and no batch is exceeded")
    func batches() async throws {
        let scene = try Self.scene()
        let trace = Trace()
        let invariants = Invariants(scene.hops)
        let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock(), change: { invariants.look($0) })
        let plan = try await scene.plan()
        let recorder = TracedRecorder(MemoryRecorder(), trace)
        #expect(try await scene.driver(plan, cluster).walk(recorder: recorder) == .completed)
        #expect(invariants.violations == [])
        var most: [String: Int] = [:]
        var inHand: [StepKey] = []
        let last = Set(plan.keys.reversed().lanes)
        var order: [String] = []
        for case .recorded(let record) in trace.events {
            switch record {
            case .begun(let key, _) where key.phase.kind == .workers:
                if !inHand.contains(where: key.isOfLane) { inHand.append(key) }
                let phase = "\(key.hop)/\(key.phase)"
                #expect(inHand.allSatisfy { $0.phase == key.phase }, "\(key) is begun beside another wave")
                most[phase] = max(most[phase] ?? 0, inHand.count)
                if order.last != phase { order.append(phase) }
            case .done(let key) where last.contains(key):
                inHand.removeAll(where: key.isOfLane)
            default: break
            }
        }
        let hops = ["1.12-1.13", "1.13-1.14"]
        #expect(order == hops.flatMap { hop in ["canary", "db", "rest"].map { "\(hop)/workers-\($0)" } })
        for hop in hops {
            #expect(["canary", "db", "rest"].map { most["\(hop)/workers-\($0)"] } == [1, 2, 2])
        }
    }

    @Test("a group whose failure budget is spent begins no other host, and nothing comes after it", arguments: [0, 1])
    func budget(budget: Int) async throws {
        let scene = try Self.scene { $0.waves.groups[0].failureBudget = budget }
        let plan = try await scene.plan()
        var access = StagedAccess(SimulatedCluster(scene.cluster, clock: VirtualClock()))
        access.after = { action in
            guard case .install(host: "w2", _, _) = action else { return nil }
            return .commandFailed(host: "w2", command: "apt-get install", status: "exit 100", output: "")
        }
        let memory = MemoryRecorder()
        let failed = try #require(StepKey("1.12-1.13/workers-db/install-node@w2"))
        #expect(try await scene.driver(plan, access).walk(recorder: memory) == .failed([failed]))
        let done = Set(memory.state.done.filter { $0.step == "node-ready" }.map(\.target.description))
        // The batch of two was in hand when the first of it failed.
        #expect(done == (budget == 0 ? ["w7", "w1", "w3"] : ["w7", "w1", "w3", "w4"]))
        #expect(!memory.state.done.contains { $0.phase == "workers-rest" || $0.phase == "cordon-ahead-rest" })
    }

    @Test("a canary that fails stops all")
    func canary() async throws {
        let scene = try Self.scene { $0.workerFailureBudget = 5 }
        let plan = try await scene.plan()
        var access = StagedAccess(SimulatedCluster(scene.cluster, clock: VirtualClock()))
        access.after = { action in
            guard case .install(host: "w7", _, _) = action else { return nil }
            return .commandFailed(host: "w7", command: "apt-get install", status: "exit 100", output: "")
        }
        let memory = MemoryRecorder()
        let failed = try #require(StepKey("1.12-1.13/workers-canary/install-node@w7"))
        #expect(try await scene.driver(plan, access).walk(recorder: memory) == .failed([failed]))
        let begun = plan.keys.filter { $0.phase.kind == .workers && memory.state.hasBegun($0) }
        #expect(Set(begun.map(\.target)) == [.host("w7")])
    }

    /// A scheduler, how many workers go first and at once, and how many evictions a hop costs without cordons ahead.
    ///
    /// Three at once land where the order of their drains has it, so that the figure is not the same each time.
    static let figures: [(ClusterState.Placement, Int, ClosedRange<Int>)] = [
        (.fewestPods, 1, 110...110), (.fewestPods, 3, 111...140), (.mostPods, 1, 180...180),
    ]

    @Test(
        "behind the canary each pod of an old node moves once, with cordons ahead; without, more often",
        arguments: figures
    )
    func evictions(_ placement: ClusterState.Placement, batch: Int, expected: ClosedRange<Int>) async throws {
        let with = try await evictions(placement, batch, cordonsAhead: true)
        let without = try await evictions(placement, batch, cordonsAhead: false)
        #expect(with.all - with.ofCanaries == with.left)
        // Ten workers with ten pods each: those of the first canary move to an old node, and once more from there.
        #expect(with.all == 110)
        // Where one node at a time is emptied, a scheduler that takes the emptiest takes the new one by itself.
        #expect(expected.contains(without.all), "\(without.all)")
    }

    @Test("between groups pods move more than once all the same, for the nodes of other groups are not cordoned ahead")
    func evictionsBetweenGroups() async throws {
        let groups = [2...4, 5...7, 8...10].enumerated().map { number, hosts in
            WorkerGroup(name: "zone-\(number)", hosts: hosts.map { "w\($0)" })
        }
        let with = try await evictions(.mostPods, 1, groups, cordonsAhead: true)
        let without = try await evictions(.mostPods, 1, groups, cordonsAhead: false)
        #expect(with.all == 160)
        #expect(without.all == 180)
    }

    /// How often pods were evicted in a hop and how often of that from canaries, and how many were on old nodes then.
    private func evictions(
        _ placement: ClusterState.Placement,
        _ batch: Int,
        _ groups: [WorkerGroup] = [],
        cordonsAhead: Bool
    ) async throws -> (all: Int, ofCanaries: Int, left: Int) {
        var scene = try Scene(etcd: 1, controlPlane: 1, workers: 10) {
            $0.workerBatch = batch
            $0.waves = WaveOptions(canary: .first(batch), groups: groups, cordonsAhead: cordonsAhead)
        }
        scene.cluster.budgets = []
        scene.cluster.placement = placement
        for node in scene.cluster.nodes.keys {
            scene.cluster.nodes[node]?.room = Resources(cpu: 1, memory: .mebibytes(1), pods: 20)
            scene.cluster.pods[node] = (1...10).map { number in
                PodState(
                    namespace: "shop",
                    name: "\(node)-\(number)",
                    uid: "\(node)-\(number)",
                    owner: "ReplicaSet/\(node)",
                    requests: Resources(pods: 1)
                )
            }
        }
        let count = { @Sendable (state: ClusterState) -> Int in
            // The simulation marks a pod that comes back after an eviction in its uid.
            state.pods.values.joined().map { $0.uid.count { $0 == "+" } }.reduce(0, +)
        }
        let plan = try await scene.plan()
        let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
        let ofCanaries = Notes<(count: Int, left: Int)>()
        var access = StagedAccess(cluster)
        access.before = { action, job in
            guard case .uncordon = action, job.key.phase == "workers-canary" else { return }
            let state = await cluster.state
            let canaries = Set((1...batch).map { "w\($0).example.org" })
            let left = state.pods.filter { !canaries.contains($0.key) }.values.joined().count
            ofCanaries.add((count(state), left))
        }
        #expect(try await scene.driver(plan, access).walk(recorder: MemoryRecorder()) == .completed)
        let state = await cluster.state
        #expect(state.pods.values.joined().count == 100)
        let canaries = try #require(ofCanaries.all.last)
        return (count(state), canaries.count, canaries.left)
    }
}
