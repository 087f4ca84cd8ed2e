import Testing
import UpgradeCore
import UpgradeTestSupport

/// Law: killed anywhere, for a conversion of thirty Helm 2 releases.
@Suite("Law: killed anywhere, Helm")
struct HelmKilledAnywhereTests {
    private static let steps: [StepID] = ["helm-inventory", "helm-convert", "helm-verify"]

    private func scene() throws -> Scene {
        var scene = try Scene(etcd: 1, controlPlane: 1, workers: 1) { playbook in
            playbook.helm = HelmOptions(versions: [:], migrateAt: playbook.target)
        }
        scene.steps = StepSet(steps: Self.steps.compactMap { scene.steps.steps[$0] }) { _, _, _ in
            [
                PlannedPhase(
                    id: "helm",
                    batch: 1,
                    failureBudget: 0,
                    lanes: [PlannedLane(target: .cluster, steps: Self.steps)]
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

    private func life(
        _ scene: Scene,
        _ plan: Plan,
        _ switches: [KillSwitch]
    ) async throws -> (state: ClusterState, stop: StopReason?, effects: Int) {
        let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
        let memory = MemoryRecorder()
        var stop: StopReason?
        for killSwitch in switches {
            let driver = scene.driver(plan, MortalAccess(cluster, killSwitch))
            do {
                stop = try await driver.walk(recorder: MortalRecorder(memory, killSwitch))
            } catch .recorder {
                // Dead: what follows is the next life.
            }
        }
        return (await cluster.state, stop, switches[0].effects)
    }
}
