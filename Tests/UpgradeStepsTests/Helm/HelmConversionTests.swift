import Testing
import UpgradeCore

@testable import UpgradeSteps

@Suite("The conversion of Helm 2 releases")
struct HelmConversionTests {
    let phase: PhaseID = "helm"
    let records = [
        HelmScene.record("web", 2), HelmScene.record("web", 1) { $0.status = "superseded" },
        HelmScene.record("api", 1, in: "blog"),
    ]

    private func scene(
        _ records: [HelmRecord]? = nil,
        secrets: [HelmSecret] = [],
        _ change: (inout Scene) -> Void = { _ in }
    ) -> Scene {
        var scene = Scene()
        scene.movesHelm()
        scene.helm = HelmInventory(
            records: records ?? self.records,
            secrets: secrets,
            namespaces: ["kube-system", "shop", "blog"]
        )
        change(&scene)
        return scene
    }

    private func conversions(_ records: [HelmRecord]) -> [Action] {
        records.map { .convertHelmRelease($0.conversion(mark: "run1")) }
    }

    @Test("every revision is converted, namespace by namespace, the newest of a release last")
    func order() throws {
        let decided = try scene().decide(HelmConvert(), phase, on: "cluster")
        #expect(decided == conversions([records[2], records[1], records[0]]))
    }

    @Test("what was converted is not converted again, and when all is, nothing is left to do")
    func again() throws {
        let some = scene(secrets: [HelmScene.secret(records[1])])
        #expect(try some.decide(HelmConvert(), phase, on: "cluster") == conversions([records[2], records[0]]))
        let all = scene(secrets: records.map { HelmScene.secret($0) })
        #expect(try all.decide(HelmConvert(), phase, on: "cluster") == [])
        #expect(try all.verdict(HelmVerify(), phase, on: "cluster") == .open)
    }

    @Test("only the newest revisions are converted where the playbook says how many")
    func newest() throws {
        let scene = scene { $0.playbook.helm?.revisions = 1 }
        #expect(try scene.decide(HelmConvert(), phase, on: "cluster") == conversions([records[2], records[0]]))
    }

    @Test("one that cannot be read stops all before anything is written, unless it is excluded by name")
    func unreadable() throws {
        let broken = HelmScene.record("broken", 0) { $0.problem = "its chart is gone" }
        var scene = scene(records + [broken]) { $0.playbook.helm?.revisions = 1 }
        let finding = Unmet.helmUnconvertible(["kube-system/broken.v0: its chart is gone"])
        #expect(try scene.refusal(HelmInventoryStep(), phase, on: "cluster") == finding)
        #expect(try scene.refusal(HelmConvert(), phase, on: "cluster") == finding)
        scene.playbook.helm?.excluded = [HelmExclusion(release: "kube-system/brok", reason: "another")]
        #expect(try scene.refusal(HelmConvert(), phase, on: "cluster") == finding)
        for name in ["kube-system/broken", "kube-system/broken.v0"] {
            scene.playbook.helm?.excluded = [HelmExclusion(release: name, reason: "nobody misses it")]
            #expect(try scene.decide(HelmInventoryStep(), phase, on: "cluster") == [])
            #expect(try scene.decide(HelmConvert(), phase, on: "cluster").count == 2)
        }
    }

    @Test("a namespace that is gone, and two records that would become one Secret, are named")
    func conflicts() throws {
        let lost = HelmScene.record("lost", 1, in: "gone")
        #expect(
            try scene([lost]).refusal(HelmConvert(), phase, on: "cluster")
                == .helmUnconvertible(["kube-system/lost.v1: its namespace gone is gone"])
        )
        let twin = HelmScene.record("web", 1) { $0.source.storage = .secret }
        #expect(
            try scene([records[1], twin]).refusal(HelmConvert(), phase, on: "cluster")
                == .helmUnconvertible(
                    ["configmaps", "secrets"].map { storage in
                        "kube-system/web.v1 in \(storage): 2 records would become Secret "
                            + "shop/sh.helm.release.v1.web.v1; exclude those of one kind by name and `storage`"
                    }
                )
        )
    }

    @Test("what two kinds of objects keep under one name is told in one order, whatever the order it was found in")
    func twinsInOrder() throws {
        // Eight releases: an order left to a hash table would be right by chance once in 256 times.
        let names = (1...8).map { "web\($0)" }
        let pairs = names.flatMap { name in
            [HelmScene.record(name, 1), HelmScene.record(name, 1) { $0.source.storage = .secret }]
        }
        let told = names.flatMap { name in
            ["configmaps", "secrets"].map { "kube-system/\(name).v1 in \($0)" }
        }
        for found in [pairs, pairs.reversed()] {
            guard case .helmUnconvertible(let findings)? = try scene(found).refusal(HelmConvert(), phase, on: "cluster")
            else {
                Issue.record("two records of one name were not refused")
                return
            }
            #expect(findings.map { String($0.prefix { $0 != ":" }) } == told)
        }
    }

    @Test("a Secret of that name that somebody else wrote is never touched")
    func foreign() throws {
        let foreign = HelmScene.secret(records[1]) { secret in
            secret.mark = nil
            secret.parts["manifest"] = "another chart"
        }
        #expect(
            try scene(secrets: [foreign]).refusal(HelmConvert(), phase, on: "cluster")
                == .helmUnconvertible([
                    "kube-system/web.v1: there is a Secret shop/sh.helm.release.v1.web.v1 that this program did not write",
                    "kube-system/web.v2: Helm 3 has a release web in shop that this program did not write",
                ])
        )
    }

    @Test("after Helm 3 has upgraded a converted release, nothing of it is left to do")
    func takenOver() throws {
        let superseded = HelmScene.secret(records[0]) { $0.mark = nil }
        let newer = HelmScene.secret(HelmScene.record("web", 3)) { $0.mark = nil }
        let secrets = [HelmScene.secret(records[2]), HelmScene.secret(records[1]), superseded, newer]
        #expect(try scene(secrets: secrets).decide(HelmConvert(), phase, on: "cluster") == [])
        #expect(try scene(secrets: secrets).verdict(HelmVerify(), phase, on: "cluster") == .open)
    }

    @Test("verification names each release and the parts that differ")
    func differences() throws {
        let secrets = [
            HelmScene.secret(records[2]) { $0.parts["manifest"] = "other" },
            HelmScene.secret(records[1]) { $0.problem = "its gzip is damaged or cut off" },
        ]
        #expect(
            try scene(secrets: secrets).refusalAtGate(HelmVerify(), phase, on: "cluster")
                == .helmDiffers([
                    "Secret blog/sh.helm.release.v1.api.v1: manifest differ",
                    "Secret shop/sh.helm.release.v1.web.v1: its gzip is damaged or cut off",
                    "kube-system/web.v2: there is no Secret shop/sh.helm.release.v1.web.v2",
                ])
        )
        let counted = try scene(secrets: secrets).measured(HelmVerify(), phase, on: "cluster")
        #expect(counted == ["revisions that are the same: 0 of 3"])
        let changed = HelmScene.secret(records[2]) { $0.digest = "other" }
        #expect(
            try scene([records[2]], secrets: [changed]).refusalAtGate(HelmVerify(), phase, on: "cluster")
                == .helmDiffers(["Secret blog/sh.helm.release.v1.api.v1: somebody has changed what it holds"])
        )
    }
}
