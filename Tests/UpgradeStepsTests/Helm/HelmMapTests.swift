import Testing
import UpgradeCore

@testable import UpgradeSteps

@Suite("Releases are written anew before the hop that takes their APIs away")
struct HelmMapTests {
    let phase: PhaseID = "helm-before"
    private static let old = ClusterObjects.Reference(apiVersion: "extensions/v1beta1", kind: "Deployment", name: "web")
    private static let move = APIMove(from: "extensions/v1beta1", kind: "Deployment", to: "apps/v1")

    private func scene(
        records: [HelmRecord] = [],
        secrets: [HelmSecret] = [],
        hop: String = "1.15-1.16"
    ) throws -> Scene {
        var scene = Scene()
        scene.movesHelm()
        scene.playbook.helm?.mapsAPIs = true
        scene.hop = try #require(HopID(hop))
        scene.hops = [scene.hop]
        scene.helm = HelmInventory(records: records, secrets: secrets, namespaces: ["kube-system", "shop"])
        return scene
    }

    private func record(_ revision: Int, _ status: String = "deployed") -> HelmRecord {
        HelmScene.record("web", revision) { record in
            record.status = status
            record.objects = status == "superseded" ? [] : [Self.old]
        }
    }

    private func secret(_ revision: Int, _ status: String = "deployed") -> HelmSecret {
        HelmScene.secret(HelmScene.record("web", revision)) { secret in
            secret.status = status
            secret.objects = status == "deployed" ? [Self.old] : []
        }
    }

    private func mapping(_ helm: Int, _ source: HelmSource, _ digest: String, _ revision: Int, _ next: Int) -> Action {
        .mapHelmRelease(
            HelmMapping(
                helm: helm,
                source: source,
                digest: digest,
                release: "web",
                revision: revision,
                next: next,
                apis: [Self.move],
                mark: "run1"
            )
        )
    }

    @Test("the deployed revision is written anew behind the last one, of Helm 2 and of Helm 3")
    func mapped() throws {
        let second = [record(1, "superseded"), record(2), record(3, "failed")]
        #expect(
            try scene(records: second).decide(HelmMap(), phase, on: "cluster")
                == [mapping(2, second[1].source, second[1].digest, 2, 4)]
        )
        let third = [secret(1, "superseded"), secret(2)]
        #expect(
            try scene(secrets: third).decide(HelmMap(), phase, on: "cluster")
                == [mapping(3, third[1].source, third[1].digest, 2, 3)]
        )
    }

    @Test("a release that was converted is Helm 3's; Helm 2's record of it stays as it was")
    func converted() throws {
        let actions = try scene(records: [record(2)], secrets: [secret(2)]).decide(HelmMap(), phase, on: "cluster")
        #expect(actions == [mapping(3, secret(2).source, secret(2).digest, 2, 3)])
    }

    @Test("what the hop still serves, what is not deployed and what is left out by name stays")
    func stays() throws {
        #expect(try scene(records: [record(2)], hop: "1.14-1.15").decide(HelmMap(), phase, on: "cluster") == [])
        #expect(try scene(records: [record(2, "uninstalled")]).decide(HelmMap(), phase, on: "cluster") == [])
        var scene = try scene(records: [record(2)])
        scene.playbook.helm?.excluded = [HelmExclusion(release: "kube-system/web", reason: "is removed next week")]
        #expect(try scene.decide(HelmMap(), phase, on: "cluster") == [])
        scene.playbook.helm?.excluded = []
        scene.playbook.helm?.mapsAPIs = false
        #expect(try scene.decide(HelmMap(), phase, on: "cluster") == [])
    }

    @Test("killed between the two writes: the same mapping is decided again, and then nothing")
    func unfinished() throws {
        var new = record(3)
        new.objects = [ClusterObjects.Reference(apiVersion: "apps/v1", kind: "Deployment", name: "web")]
        new.mark = HelmMark(
            run: "run1",
            source: "configmaps/kube-system/web.v2",
            sourceDigest: record(2).digest,
            content: new.digest,
            origin: .mapping
        )
        let half = try scene(records: [record(2), new])
        #expect(
            try half.decide(HelmMap(), phase, on: "cluster") == [mapping(2, record(2).source, record(2).digest, 2, 3)]
        )
        let whole = try scene(records: [record(2, "superseded"), new])
        #expect(try whole.decide(HelmMap(), phase, on: "cluster") == [])
    }

    @Test("what cannot be written otherwise is named, in preflight already, and nothing is written")
    func refused() throws {
        var fixed = record(2)
        fixed.fixed = [HelmFixed(object: Self.old, why: "spec.rollbackTo: an order")]
        var gone = HelmScene.record("init", 1)
        gone.objects = [
            ClusterObjects.Reference(apiVersion: "extensions/v1beta1", kind: "DeploymentRollback", name: "x")
        ]
        let expected = Unmet.helmUnmappable([
            "kube-system/init: DeploymentRollback x of extensions/v1beta1: nothing stands in for it",
            "kube-system/web: Deployment web of extensions/v1beta1: spec.rollbackTo: an order",
        ])
        let scene = try scene(records: [fixed, gone])
        #expect(try scene.refusal(HelmMap(), phase, on: "cluster") == expected)
        #expect(try scene.refusal(ComponentsSupported(), "preflight", on: "cluster") == expected)
    }

    @Test("a release that somebody works on is not touched")
    func pending() throws {
        #expect(
            try scene(secrets: [secret(2), secret(3, "pending-upgrade")]).refusal(HelmMap(), phase, on: "cluster")
                == .helmUnmappable([
                    "shop/web: revision 3 is pending-upgrade: somebody works on it, or did not end"
                ])
        )
    }

    @Test("the step stands before the control plane of the hop that takes APIs away, and only there")
    func place() throws {
        let playbook = try scene().playbook
        for release in ["1.12-1.13", "1.13-1.14", "1.14-1.15", "1.15-1.16"] {
            let phases = HopOutline.phases(try #require(HopID(release)), playbook, false)
            let index = phases.firstIndex { $0.lanes.contains { $0.steps.contains("helm-map") } }
            #expect((index != nil) == (release == "1.15-1.16"))
            if let index { #expect(phases[index].id == "helm-before" && phases[index + 1].id == "control-plane") }
        }
    }
}
