import Testing
import UpgradeCore
import UpgradeTestSupport

/// Law: killed anywhere, for a conversion of thirty Helm 2 releases.
@Suite("Law: killed anywhere, Helm")
struct HelmKilledAnywhereTests {
    private func scene(_ steps: [StepID] = ["helm-inventory", "helm-convert", "helm-verify"]) throws -> Scene {
        var scene = try Scene(etcd: 1, controlPlane: 1, workers: 1, until: "1.16") { playbook in
            playbook.helm = HelmOptions(versions: [:], migrateAt: playbook.target)
            playbook.helm?.mapsAPIs = true
            playbook.helm?.cleanup = HelmCleanupOptions(at: playbook.target)
        }
        // The hop that takes APIs away.
        scene.cluster = .sample(playbook: scene.playbook, at: try #require(MinorRelease("1.15")))
        scene.steps = StepSet(steps: steps.compactMap { scene.steps.steps[$0] }) { _, _, _ in
            [
                PlannedPhase(
                    id: "helm",
                    batch: 1,
                    failureBudget: 0,
                    lanes: [PlannedLane(target: .cluster, steps: steps)]
                )
            ]
        }
        scene.cluster.helm.records = (0..<30).map { number in
            HelmRecord(
                source: HelmSource(storage: .configMap, namespace: "kube-system", name: "app\(number).v1"),
                digest: "digest \(number)",
                size: ByteCount(bytes: 1),
                release: "app\(number)",
                revision: 1,
                namespace: number.isMultiple(of: 2) ? "shop" : "blog",
                parts: ["manifest": "\(number)"]
            )
        }
        return scene
    }

    @Test("no release is converted twice, none is lost", arguments: KillSwitch.Moment.allCases)
    func once(moment: KillSwitch.Moment) async throws {
        let scene = try scene()
        let plan = try await scene.plan()
        let whole = try await life(scene, plan, [KillSwitch(at: 0, .before)])
        #expect(whole.state.applied.count == 30)
        for effect in 1...whole.effects {
            let found = try await life(scene, plan, [KillSwitch(at: effect, moment), KillSwitch(at: 0, .before)])
            let what: Comment = "killed \(moment) effect \(effect)"
            #expect(found.stop == .completed, what)
            #expect(found.state.applied == whole.state.applied, what)
            #expect(found.state.helm == whole.state.helm, what)
        }
    }

    @Test(
        "written anew, converted and removed: each once, and the end is the same",
        arguments: KillSwitch.Moment.allCases
    )
    func whole(moment: KillSwitch.Moment) async throws {
        var scene = try scene(["helm-map", "helm-inventory", "helm-convert", "helm-verify", "helm-cleanup"])
        scene.cluster.helm.records = scene.cluster.helm.records.prefix(3).map { record in
            var record = record
            record.status = "deployed"
            record.objects = [ClusterObjects.Reference(apiVersion: "apps/v1beta1", kind: "Deployment", name: "web")]
            return record
        }
        let plan = try await scene.plan()
        let whole = try await life(scene, plan, [KillSwitch(at: 0, .before)])
        // Three are written anew, six revisions are converted and six removed, and one Tiller.
        #expect(whole.stop == .completed && whole.state.applied.count == 16)
        #expect(whole.state.helm.records.isEmpty && whole.state.helm.tillers.isEmpty)
        #expect(whole.state.helm.secrets.count == 6 && whole.state.localFiles.count == 6)
        for effect in 1...whole.effects {
            let found = try await life(scene, plan, [KillSwitch(at: effect, moment), KillSwitch(at: 0, .before)])
            let what: Comment = "killed \(moment) effect \(effect)"
            #expect(found.stop == .completed, what)
            #expect(found.state.applied == whole.state.applied, what)
            #expect(found.state.helm == whole.state.helm, what)
            #expect(found.state.localFiles == whole.state.localFiles, what)
        }
    }

    private func life(
        _ scene: Scene,
        _ plan: Plan,
        _ switches: [KillSwitch]
    ) async throws -> (state: ClusterState, stop: StopReason?, effects: Int) {
        let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
        let memory = MemoryRecorder()
        let stop = try await scene.lives(plan, switches, on: cluster, memory)
        return (await cluster.state, stop, switches[0].effects)
    }
}
