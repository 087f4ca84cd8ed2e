import Testing
import UpgradeCore
import UpgradeTestSupport

@Suite("Workers are divided into waves when the plan is made")
struct WorkerWaveTests {
    private func scene(_ waves: WaveOptions) throws -> Scene {
        var scene = try Scene(etcd: 1, controlPlane: 1, workers: 6, until: "1.14") { playbook in
            playbook.workerBatch = 3
            playbook.workerFailureBudget = 2
            playbook.waves = waves
        }
        for (node, labels) in [
            ("w2", ["role": "ingress"]), ("w3", ["topology.kubernetes.io/zone": "a"]), ("w4", ["role": ""]),
            ("w5", ["failure-domain.beta.kubernetes.io/zone": "a"]),
        ] {
            scene.cluster.nodes["\(node).example.org"]?.labels = labels
        }
        scene.cluster.nodes["w6.example.org"]?.taints = ["gpu"]
        return scene
    }

    /// Each phase that is about workers, as `phase: hosts xbatch /budget`.
    private func phases(_ plan: Plan, hop: Int = 0) -> [String] {
        plan.hops[hop].phases.filter { [.workers, .cordonAhead].contains($0.id.kind) }.map { phase in
            let targets = phase.lanes.map(\.target.description).joined(separator: " ")
            return "\(phase.id): \(targets) x\(phase.batch) /\(phase.failureBudget)"
        }
    }

    @Test("by host, label, taint and zone, in the order of the playbook, who is left last; the same in every hop")
    func divided() async throws {
        let groups = [
            WorkerGroup(name: "gpu", taint: "gpu"),
            WorkerGroup(name: "east", zone: "a", batch: 2, failureBudget: 1),
            WorkerGroup(name: "ingress", label: NodeLabel(key: "role", value: "ingress")),
        ]
        let plan = try await scene(WaveOptions(canary: .named(["w5"]), groups: groups, cordonsAhead: true)).plan()
        let expected = [
            "workers-canary: w5 x1 /0", "cordon-ahead-gpu: cluster x1 /0", "workers-gpu: w6 x1 /0",
            "cordon-ahead-east: cluster x1 /0", "workers-east: w3 x2 /1", "cordon-ahead-ingress: cluster x1 /0",
            "workers-ingress: w2 x1 /0", "cordon-ahead-rest: cluster x1 /0", "workers-rest: w1 w4 x3 /2",
        ]
        #expect(phases(plan) == expected)
        #expect(phases(plan, hop: 1) == expected)
    }

    @Test("a label without a value is any, several conditions are all of them, and a wave without a host is none")
    func conditions() async throws {
        let label = WorkerGroup(name: "role", label: NodeLabel(key: "role"))
        #expect(
            try await phases(scene(WaveOptions(groups: [label])).plan()) == [
                "workers-role: w2 w4 x1 /0", "workers-rest: w1 w3 w5 w6 x3 /2",
            ]
        )
        let zone = WorkerGroup(name: "east", zone: "a")
        #expect(
            try await phases(scene(WaveOptions(groups: [zone])).plan()) == [
                "workers-east: w3 w5 x1 /0", "workers-rest: w1 w2 w4 w6 x3 /2",
            ]
        )
        let both = WorkerGroup(name: "both", hosts: ["w1", "w4"], label: NodeLabel(key: "role"))
        #expect(
            try await phases(scene(WaveOptions(canary: .first(1), groups: [both])).plan()) == [
                "workers-canary: w1 x1 /0", "workers-both: w4 x1 /0", "workers-rest: w2 w3 w5 w6 x3 /2",
            ]
        )
        #expect(
            try await phases(scene(WaveOptions(canary: .first(6))).plan()) == [
                "workers-canary: w1 w2 w3 w4 w5 w6 x1 /0"
            ]
        )
        let all = WorkerGroup(name: "all", hosts: (1...6).map { "w\($0)" })
        let one = WaveOptions(canary: .named(["w6"]), groups: [all])
        #expect(
            try await phases(scene(one).plan()) == ["workers-canary: w6 x1 /0", "workers-all: w1 w2 w3 w4 w5 x1 /0"]
        )
    }

    @Test("without canary and groups the plan has one phase of workers, as it always had")
    func none() async throws {
        #expect(try await phases(scene(WaveOptions()).plan()) == ["workers: w1 w2 w3 w4 w5 w6 x3 /2"])
    }

    @Test("a group that nobody is in, and a worker that is in two, make no plan")
    func refused() async throws {
        let nobody = WorkerGroup(name: "none", label: NodeLabel(key: "role", value: "x"))
        await #expect(throws: PlanError.waves(.nobody(nobody))) {
            _ = try await scene(WaveOptions(groups: [nobody])).plan()
        }
        let (one, other) = (
            WorkerGroup(name: "a", label: NodeLabel(key: "role")), WorkerGroup(name: "b", hosts: ["w4"])
        )
        await #expect(throws: PlanError.waves(.inTwoGroups(worker: "w4", one, other))) {
            _ = try await scene(WaveOptions(groups: [one, other])).plan()
        }
    }

    @Test("labels that change under a run that was killed move no worker to another wave")
    func kept() async throws {
        let scene = try scene(WaveOptions(groups: [WorkerGroup(name: "role", label: NodeLabel(key: "role"))]))
        let plan = try await scene.plan()
        let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
        let memory = MemoryRecorder()
        let first = KillSwitch(at: 400, .after)
        _ = try? await scene.driver(plan, MortalAccess(cluster, first)).walk(recorder: MortalRecorder(memory, first))
        try #require(memory.state.done.count > 10 && memory.state.stop == nil)
        await cluster.meddle { state in
            for name in state.nodes.keys {
                state.nodes[name]?.labels = name.hasPrefix("w1") ? ["role": "ingress"] : [:]
            }
        }
        #expect(try await scene.driver(plan, cluster).walk(recorder: memory) == .completed)
        #expect(memory.state.done == Set(plan.keys))
    }
}
