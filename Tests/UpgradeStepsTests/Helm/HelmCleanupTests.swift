import Testing
import UpgradeCore

@testable import UpgradeSteps

@Suite("What Helm 2 keeps is removed last, and taken back before that")
struct HelmCleanupTests {
    let phase: PhaseID = "helm"
    let records = [
        HelmScene.record("web", 2), HelmScene.record("web", 1) { $0.status = "superseded" },
        HelmScene.record("api", 1, in: "blog"),
    ]
    private let tiller = HelmTiller(namespace: "kube-system", image: "tiller:v2.16.7")

    private func scene(_ change: (inout Scene) -> Void = { _ in }) -> Scene {
        var scene = Scene()
        scene.movesHelm()
        scene.playbook.helm?.cleanup = HelmCleanupOptions(at: MinorRelease.start.next)
        scene.helm = HelmInventory(
            tillers: [tiller],
            records: records,
            secrets: records.map { HelmScene.secret($0) },
            namespaces: ["kube-system", "shop", "blog"]
        )
        change(&scene)
        return scene
    }

    private func retired(_ records: [HelmRecord]) -> [Action] {
        records.map { .retireHelmRecord(HelmRetirement(source: $0.source, digest: $0.digest)) }
    }

    @Test("records go the oldest of a release first, then Tiller; and when all is gone nothing is left")
    func order() throws {
        #expect(
            try scene().decide(HelmCleanup(), phase, on: "cluster")
                == retired([records[2], records[1], records[0]]) + [.removeTiller(namespace: "kube-system")]
        )
        let done = scene { scene in
            scene.helm?.records = []
            scene.helm?.tillers = []
        }
        #expect(try done.decide(HelmCleanup(), phase, on: "cluster") == [])
    }

    @Test("without the playbook's own word nothing is removed")
    func unconfirmed() throws {
        let scene = scene { $0.playbook.helm?.cleanup = nil }
        #expect(try scene.decide(HelmCleanup(), phase, on: "cluster") == [])
    }

    @Test("while one release differs, or was never converted, nothing is removed")
    func unverified() throws {
        let differs = scene { $0.helm?.secrets[0].parts["manifest"] = "other" }
        #expect(
            try differs.refusal(HelmCleanup(), phase, on: "cluster")
                == .helmDiffers(["Secret shop/sh.helm.release.v1.web.v2: manifest differ"])
        )
        let missing = scene { $0.helm?.secrets.removeLast() }
        #expect(try missing.refusal(HelmCleanup(), phase, on: "cluster") != nil)
        let broken = scene { $0.helm?.records[0].problem = "its chart is gone" }
        #expect(try broken.refusal(HelmCleanup(), phase, on: "cluster") != nil)
    }

    @Test("killed half way with a limit of revisions, the rest goes")
    func limited() throws {
        let rest = scene { scene in
            scene.playbook.helm?.revisions = 1
            scene.helm?.records = [records[0]]
            scene.helm?.secrets = [HelmScene.secret(records[0])]
        }
        #expect(
            try rest.decide(HelmCleanup(), phase, on: "cluster")
                == retired([records[0]]) + [.removeTiller(namespace: "kube-system")]
        )
        let all = scene { scene in
            scene.playbook.helm?.revisions = 1
            scene.helm?.secrets = [records[0], records[2]].map { HelmScene.secret($0) }
        }
        #expect(try all.decide(HelmCleanup(), phase, on: "cluster").count == 4)
    }

    @Test("what is excluded stays with its Tiller, unless the playbook gives it up")
    func excluded() throws {
        let lost = HelmScene.record("lost", 0) { $0.problem = "its chart is gone" }
        var scene = scene { scene in
            scene.helm?.records.append(lost)
            scene.playbook.helm?.excluded = [HelmExclusion(release: "kube-system/lost", reason: "nobody misses it")]
        }
        let kept = try scene.decide(HelmCleanup(), phase, on: "cluster")
        #expect(kept == retired([records[2], records[1], records[0]]))
        scene.playbook.helm?.cleanup?.excluded = .remove
        let all = try scene.decide(HelmCleanup(), phase, on: "cluster")
        #expect(all.count == 5 && all.last == .removeTiller(namespace: "kube-system"))
        #expect(all.contains(retired([lost])[0]))
    }

    @Test("a rollback removes what the run wrote, release by release")
    func rollback() throws {
        let inventory = try #require(scene().helm)
        let rollback = HelmRollback(inventory, run: "run1")
        #expect(rollback.kept == [])
        #expect(rollback.removals == [records[2], records[1], records[0]].map { $0.conversion(mark: "run1") })
        #expect(HelmRollback(inventory, run: "run2") == HelmRollback(HelmInventory(), run: "run1"))
    }

    @Test("a release that Helm 3 has touched, or that Helm 2 no longer has, stays as a whole")
    func kept() throws {
        var inventory = try #require(scene().helm)
        inventory.secrets[0].mark = nil
        inventory.records.removeLast()
        let rollback = HelmRollback(inventory, run: "run1")
        #expect(rollback.removals == [])
        #expect(
            rollback.kept == [
                "blog/api: Helm 2 no longer has revision 1",
                "shop/web: revision 2 was not written by a conversion",
            ]
        )
        inventory.records = records
        inventory.secrets = [HelmScene.secret(records[2]) { $0.digest = "changed" }]
        #expect(HelmRollback(inventory, run: "run1").kept == ["blog/api: revision 1 was changed since it was written"])
    }
}
