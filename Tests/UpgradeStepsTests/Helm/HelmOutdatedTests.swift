import Testing
import UpgradeCore

@testable import UpgradeSteps

@Suite("What Helm 2 has changed since its conversion is taken back and converted anew")
struct HelmOutdatedTests {
    let phase: PhaseID = "helm"
    let records = [HelmScene.record("web", 1) { $0.status = "superseded" }, HelmScene.record("web", 2)]

    /// Helm 2 has upgraded the release after its conversion.
    private func scene(_ change: (inout HelmInventory) -> Void = { _ in }) -> Scene {
        var scene = Scene()
        scene.movesHelm()
        scene.playbook.helm?.cleanup = HelmCleanupOptions(at: MinorRelease.start.next)
        var inventory = HelmInventory(
            records: records + [HelmScene.record("web", 3)],
            secrets: records.map { HelmScene.secret($0) },
            namespaces: ["kube-system", "shop"]
        )
        inventory.records[1].status = "superseded"
        inventory.records[1].digest = "superseded by Helm 2"
        change(&inventory)
        scene.helm = inventory
        return scene
    }

    private static let outdated =
        "kube-system/web.v2: Helm 2 has changed it since its conversion; `upgrader helm rollback` removes what is out of "
        + "date, and resuming the run converts it anew"

    @Test("it is told apart from what somebody else wrote, with what to do")
    func named() throws {
        #expect(try scene().refusal(HelmConvert(), phase, on: "cluster") == .helmUnconvertible([Self.outdated]))
        #expect(
            try scene().refusalAtGate(HelmVerify(), phase, on: "cluster")
                == .helmDiffers([
                    Self.outdated, "kube-system/web.v3: there is no Secret shop/sh.helm.release.v1.web.v3",
                ])
        )
        let both = scene { $0.secrets[1].digest = "changed as well" }
        #expect(
            try both.refusal(HelmConvert(), phase, on: "cluster")
                == .helmUnconvertible([
                    "kube-system/web.v2: both it and the Secret shop/sh.helm.release.v1.web.v2 that it became have been "
                        + "changed since"
                ])
        )
    }

    @Test("a rollback removes it as it was converted, and then all of it is converted anew")
    func again() throws {
        var scene = scene()
        let rollback = HelmRollback(try #require(scene.helm), run: "run1")
        #expect(rollback.kept == [])
        // By the digests that the Secrets say: what stands there now was never converted.
        #expect(rollback.removals == records.map { $0.conversion(mark: "run1") })
        scene.helm?.secrets = []
        #expect(try scene.decide(HelmConvert(), phase, on: "cluster").count == 3)
    }

    @Test("what Helm 2 has no more, cannot be read any more or is not named as it was stays as a whole")
    func kept() throws {
        let gone = scene { $0.records.remove(at: 1) }
        #expect(
            HelmRollback(try #require(gone.helm), run: "run1")
                == HelmRollback(kept: ["shop/web: Helm 2 no longer has revision 2"])
        )
        let damaged = scene { $0.records[1].problem = "its gzip is damaged or cut off" }
        #expect(
            HelmRollback(try #require(damaged.helm), run: "run1").kept == [
                "shop/web: Helm 2's record of revision 2 cannot be read any more: its gzip is damaged or cut off"
            ]
        )
        let renamed = scene { $0.secrets[1].revision = 7 }
        let rollback = HelmRollback(try #require(renamed.helm), run: "run1")
        #expect(rollback.removals == [])
        #expect(rollback.kept == ["shop/web: the labels of revision 7 are not its own"])
    }
}

extension HelmRollback {
    fileprivate init(kept: [String]) {
        self.init(HelmInventory(), run: "")
        self.kept = kept
    }
}
