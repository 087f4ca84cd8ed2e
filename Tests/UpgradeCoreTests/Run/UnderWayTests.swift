import Testing
import UpgradeCore
import UpgradeTestSupport

/// From the record to the gate: whose node a look excuses, and which rollback a rehearsal lets through.
@Suite("A node that is not Ready, and the lane that may have made it so")
struct UnderWayTests {
    @Test("holds its own lane too, until that has begun to change it; then another lane's alone")
    func own() async throws {
        // Another lane's install excuses nobody but its own node.
        #expect(try await stop(installed: "w1", down: "w2", on: "w2") == "cluster-health@w2")
        #expect(try await stop(installed: nil, down: "w2", on: "w2") == "cluster-health@w2")
        #expect(try await stop(installed: "w2", down: "w2", on: "w2") != "cluster-health@w2")
        #expect(try await stop(installed: "w2", down: "w1", on: "w2") == "cluster-health@w2")
    }

    @Test(
        "can be taken back, whatever it runs: a rehearsal does not refuse what the rollback is for",
        arguments: ["half configured", "new", "old"]
    )
    func takenBack(packages: String) async throws {
        var scene = try Scene(etcd: 1, controlPlane: 1, workers: 3)
        let plan = try await scene.plan()
        let names = scene.playbook.packages.node
        let target = try #require(scene.playbook.releases[scene.playbook.target])
        for name in names {
            if packages == "new" { scene.cluster.hosts["w1"]?.packages[name]?.version = target }
            if packages == "half configured" { scene.cluster.hosts["w1"]?.packages[name]?.isConfigured = false }
            let old = try #require(scene.playbook.releases[plan.hops[0].id.from])
            let archive = PackageSpec(name: name, version: old).archivePrefix
            scene.cluster.hosts["w1"]?.files["\(HostPlace.rollback)/\(archive)amd64.deb"] = FileState(
                sha256: "",
                size: .mebibytes(1)
            )
        }
        if packages != "old" {
            scene.cluster.hosts["w1"]?.units["kubelet"]?.isActive = false
            scene.cluster.hosts["w1"]?.units["kubelet"]?.runningVersion = nil
        }
        scene.cluster.nodes["w1.example.org"]?.isReady = false
        let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
        let (back, survey) = try await scene.rollbackAndSurvey(of: "w1", plan, run: "back", cluster)
        let script = try await Rehearsal.perform(
            plan: back,
            run: "back",
            playbook: scene.playbook,
            steps: scene.steps,
            hops: scene.hops,
            cluster: ClusterState(survey: survey, playbook: scene.playbook)
        )
        #expect(script.stop == .completed, "\(script.failures)")
        guard packages != "old" else { return }
        let memory = MemoryRecorder()
        #expect(try await scene.driver(back, cluster, run: "back").walk(recorder: memory) == .completed)
        #expect(await cluster.state.nodes["w1.example.org"]?.isReady == true)
    }

    /// Where a run stops that a cleanup had begin anew with a worker, `STEP@HOST` of the first failure.
    ///
    /// - Parameters:
    ///   - installed: the worker whose install had failed before.
    ///   - down: the worker whose node is not Ready now.
    ///   - host: the worker whose lane begins anew; those before it are done.
    /// - Returns: `nil` where it did not stop at a failure.
    /// - Throws: `PlanError`, `DriverError`.
    private func stop(installed: String?, down: String, on host: String) async throws -> String? {
        var scene = try Scene(etcd: 1, controlPlane: 1, workers: 3)
        let plan = try await scene.plan()
        let first = try #require(plan.keys.first { $0.step == "cluster-health" && $0.target == .host(host) })
        var records = plan.keys.prefix { $0 != first }.map { Record.done($0) }
        if let installed {
            let key = try #require(plan.keys.first { $0.step == "install-node" && $0.target == .host(installed) })
            let action = Action.install(host: installed, packages: [])
            records += [.begun(key, attempt: 1), .intended(key, attempt: 1, index: 0, action)]
            records += [.failed(key, attempt: 1, .unmet(.mustBeCordoned(node: host)))]
        }
        scene.cluster.nodes["\(down).example.org"]?.isReady = false
        let version = scene.playbook.releases[scene.playbook.target]?.kubernetes
        scene.cluster.hosts["cp1"]?.apiServer?.version = version
        for unit in ["kube-apiserver", "kube-controller-manager", "kube-scheduler"] {
            scene.cluster.hosts["cp1"]?.units[unit]?.runningVersion = version
        }
        let clock = VirtualClock()
        let cluster = SimulatedCluster(scene.cluster, clock: clock)
        let stop = try await scene.driver(plan, cluster, clock: clock).walk(recorder: MemoryRecorder(records))
        guard case .failed(let keys) = stop else { return nil }
        return keys.first?.onTarget
    }
}
