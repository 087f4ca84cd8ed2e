import Testing

@testable import UpgradeCore
@testable import UpgradeSteps

@Suite("A host that was led back behind the run's back")
struct LedBackTests {
    private static let first = HopID(from: .start)
    private static let second = HopID(from: MinorRelease.start.next)

    private func plan() -> Plan {
        Scene().context("restart-kubelet", "workers", on: "w1").plan
    }

    private func key(_ step: StepID, _ phase: PhaseID, _ host: String, _ hop: HopID = first) -> StepKey {
        StepKey(hop: hop, phase: phase, step: step, target: .host(host))
    }

    private func find(
        _ done: [StepKey],
        _ plan: Plan? = nil,
        _ change: (inout ClusterState) -> Void
    ) async throws -> [LedBack] {
        let playbook = Scene().playbook
        var state = ClusterState.sample(playbook: playbook, at: MinorRelease.start.next)
        change(&state)
        let look = LedBackLook(plan ?? self.plan(), MemoryRecorder(done.map { .done($0) }).state, playbook)
        return look.find(in: try await SimulatedCluster(state, clock: VirtualClock()).answer(look.probes))
    }

    private func run(_ unit: String, on host: String, _ version: PackageVersion) -> (inout ClusterState) -> Void {
        { $0.hosts[host]?.units[unit]?.runningVersion = version.kubernetes }
    }

    @Test(
        "a daemon older than the run has restarted it at is named, with both versions",
        arguments: [
            ("restart-api-server", "cp1", "kube-apiserver"),
            ("restart-controller-manager", "cp1", "kube-controller-manager"),
            ("restart-scheduler", "cp1", "kube-scheduler"), ("restart-kubelet", "w1", "kubelet"),
            ("restart-kube-proxy", "w1", "kube-proxy"),
        ]
    )
    func older(step: String, host: String, unit: String) async throws {
        let key = key(try #require(StepID(step)), "workers", host)
        let back = LedBack(
            host: host,
            unit: unit,
            found: try #require(PackageVersion.start.kubernetes),
            expected: try #require(PackageVersion.target.kubernetes),
            hop: Self.first
        )
        #expect(back.isWorker == host.hasPrefix("w"))
        #expect(back.packages(Scene().playbook).contains("kubernetes-\(host == "w1" ? "node" : "master")=1.13.12-1"))
        #expect(try await find([key], nil, run(unit, on: host, .start)) == [back])
        #expect(try await find([key], nil, run(unit, on: host, .target)) == [])
        #expect(try await find([key], nil, run(unit, on: host, .later)) == [])
        #expect(try await find([], nil, run(unit, on: host, .start)) == [])
    }

    @Test("the last hop that has restarted it counts")
    func hops() async throws {
        let keys = [Self.first, Self.second].map { key("restart-api-server", "control-plane", "cp1", $0) }
        for keys in [keys, keys.reversed()] {
            let back = try #require(try await find(keys, nil, run("kube-apiserver", on: "cp1", .target)).first)
            #expect(back.expected == PackageVersion.later.kubernetes && back.hop == Self.second)
        }
        #expect(try await find(keys, nil, run("kube-apiserver", on: "cp1", .later)) == [])
    }

    @Test("all of them are told, each with the hop that has restarted it last")
    func several() async throws {
        let keys = [key("restart-kubelet", "workers", "w1"), key("restart-kubelet", "workers", "w2", Self.second)]
        let back = try await find(keys) { state in
            for host in ["w1", "w2"] {
                state.hosts[host]?.units["kubelet"]?.runningVersion = PackageVersion.start.kubernetes
            }
        }
        #expect(back.map(\.host) == ["w1", "w2"])
        #expect(back.map(\.hop) == [Self.first, Self.second])
    }

    @Test("one that does not run says nothing, and a run that takes another back has led it back itself")
    func silent() async throws {
        let key = key("restart-kubelet", "workers", "w1")
        let old = run("kubelet", on: "w1", .start)
        #expect(
            try await find([key], nil) {
                old(&$0)
                $0.hosts["w1"]?.units["kubelet"]?.isActive = false
            } == []
        )
        var rollback = plan()
        rollback.takesBack = "another"
        #expect(try await find([key], rollback, old) == [])
    }
}
