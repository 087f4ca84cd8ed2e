import Testing
import UpgradeCore

@testable import UpgradeSteps

@Suite("A release of Helm 3 that this program did not write is not taken for a converted one")
struct HelmForeignTests {
    let phase: PhaseID = "helm"
    let records = (1...3).map { revision in
        HelmScene.record("web", revision) { $0.status = revision == 3 ? "deployed" : "superseded" }
    }

    private func scene(_ secrets: [HelmSecret], _ records: [HelmRecord]? = nil) -> Scene {
        var scene = Scene()
        scene.movesHelm()
        scene.playbook.helm?.cleanup = HelmCleanupOptions(at: MinorRelease.start.next)
        scene.helm = HelmInventory(
            tillers: [HelmTiller(namespace: "kube-system", image: "tiller:v2.16.7")],
            records: records ?? self.records,
            secrets: secrets,
            namespaces: ["kube-system", "shop"]
        )
        return scene
    }

    /// What Helm 3 keeps of a revision of another chart under the same name.
    private func foreign(_ revision: Int) -> HelmSecret {
        HelmScene.secret(HelmScene.record("web", revision)) { secret in
            secret.mark = nil
            secret.parts["manifest"] = "another chart \(revision)"
        }
    }

    private func isRefused(_ scene: Scene) throws {
        for step in [HelmInventoryStep() as any Step, HelmConvert(), HelmCleanup()] {
            let refusal = try #require(try scene.refusal(step, phase, on: "cluster"))
            guard case .helmUnconvertible(let findings) = refusal else {
                Issue.record("\(refusal)")
                continue
            }
            #expect(findings.count == 3)
            #expect(findings.allSatisfy { $0.hasSuffix("that this program did not write") })
        }
        #expect(try scene.refusalAtGate(HelmVerify(), phase, on: "cluster") != nil)
    }

    @Test("another chart under the name of a release of Helm 2 stops conversion, verification and cleanup")
    func whole() throws {
        try isRefused(scene((1...5).map(foreign)))
        #expect(
            try scene((1...5).map(foreign)).refusalAtGate(HelmVerify(), phase, on: "cluster")
                == .helmDiffers(
                    (1...3).map { "Secret shop/sh.helm.release.v1.web.v\($0): this program did not write it" }
                )
        )
    }

    @Test("nothing is written into the history of another chart, whatever its revisions are")
    func history() throws {
        try isRefused(scene([foreign(5)]))
        // Written anew for another API by this program, it is still not what was converted.
        var mapped = foreign(6)
        mapped.mark = HelmMark(run: "run1", source: "s", sourceDigest: "d", content: "content", origin: .mapping)
        try isRefused(scene([foreign(5), mapped]))
        let outlook = try HelmOutlook(try #require(scene([foreign(5)]).helm), scene([foreign(5)]).playbook, run: "run1")
        #expect(outlook.releases.flatMap(\.written) == [])
    }

    @Test("a release of one revision that Helm 3 has upgraded has no mark left, and is known by what it holds")
    func single() throws {
        let record = records[2]
        let superseded = HelmScene.secret(record) { secret in
            secret.mark = nil
            secret.status = "superseded"
            secret.parts["info.status"] = "superseded"
            secret.parts["hooks"] = "have run"
        }
        let scene = scene([superseded, foreign(4)], [record])
        #expect(try scene.decide(HelmConvert(), phase, on: "cluster") == [])
        #expect(try scene.verdict(HelmVerify(), phase, on: "cluster") == .open)
        #expect(try scene.decide(HelmCleanup(), phase, on: "cluster").count == 2)
    }

    @Test("without a comparison nothing but the mark tells that a release is what was converted")
    func uncompared() throws {
        var records = records
        for index in records.indices { records[index].parts = [:] }
        var bare = foreign(3)
        bare.parts = [:]
        #expect(try scene([bare], records).refusal(HelmInventoryStep(), phase, on: "cluster") != nil)
        let marked = scene([HelmScene.secret(records[0]), bare], records)
        #expect(try marked.decide(HelmInventoryStep(), phase, on: "cluster") == [])
    }

    @Test("where only some are what was converted, the others have to be these revisions as well")
    func mixed() throws {
        let scene = scene([HelmScene.secret(records[0]), HelmScene.secret(records[1]), foreign(3)])
        #expect(try scene.decide(HelmConvert(), phase, on: "cluster") == [])
        #expect(
            try scene.refusalAtGate(HelmVerify(), phase, on: "cluster")
                == .helmDiffers(["Secret shop/sh.helm.release.v1.web.v3: it holds another revision: manifest differ"])
        )
        #expect(try scene.refusal(HelmCleanup(), phase, on: "cluster") != nil)
    }
}
