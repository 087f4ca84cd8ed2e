import Testing
import UpgradeCore
import UpgradeTestSupport

@Suite("A look that the operator has left out")
struct SkippedLookTests {
    /// An etcd member is away, and the operator has left the look at the cluster out for w1; the run was killed before the drain.
    @Test("is left out for every later step of its lane, in every life, and is made for the next lane")
    func skipped() async throws {
        let (drained, stop) = try await run(skips: true)
        #expect(drained)
        #expect(stop.map(\.step) == ["cluster-health"] && stop.map(\.target.description) == ["w2"])
    }

    @Test("is made anew where nobody has left it out: nothing is drained")
    func made() async throws {
        let (drained, stop) = try await run(skips: false)
        #expect(!drained)
        #expect(stop.map(\.step) == ["drain"] && stop.map(\.target.description) == ["w1"])
    }

    private func run(skips: Bool) async throws -> (drained: Bool, stopped: [StepKey]) {
        var scene = try Scene(etcd: 3, controlPlane: 1, workers: 3)
        let plan = try await scene.plan()
        let drain = try #require(plan.keys.first { $0.step == "drain" && $0.target == .host("w1") })
        var records: [Record] = []
        for key in plan.keys.prefix(while: { $0 != drain }) {
            if skips, key.step == "cluster-health", key.target == drain.target, key.phase == drain.phase {
                let failure = Failure.gateClosed(.etcdUnhealthy(host: "etcd2"), deadline: .seconds(180))
                let skip = Skip(by: "op@desk", reason: "a reason", consequence: "a consequence")
                records += [
                    .begun(key, attempt: 1), .failed(key, attempt: 1, failure), .skipped(key, attempt: 1, skip),
                ]
            } else {
                records.append(.done(key))
            }
        }
        // All before the drain of w1 was done by hand here.
        scene.cluster.nodes["w1.example.org"]?.isCordoned = true
        scene.cluster.hosts["etcd2"]?.etcd?.isHealthy = false
        for name in ["cp1"] {
            let version = scene.playbook.releases[scene.playbook.target]?.kubernetes
            scene.cluster.hosts[name]?.apiServer?.version = version
            for unit in ["kube-apiserver", "kube-controller-manager", "kube-scheduler"] {
                scene.cluster.hosts[name]?.units[unit]?.runningVersion = version
            }
        }
        let clock = VirtualClock()
        let memory = MemoryRecorder(records)
        let cluster = SimulatedCluster(scene.cluster, clock: clock)
        let stop = try await scene.driver(plan, cluster, clock: clock).walk(recorder: memory)
        guard case .failed(let keys) = stop else { return (memory.state.done.contains(drain), []) }
        return (memory.state.done.contains(drain), keys)
    }
}
