import Testing
import UpgradeCore

@testable import UpgradeKnowledge

@Suite("Foresight: Helm releases that the run writes anew")
struct HelmReleaseTests {
    private static let removed = "api-removed/extensions/v1beta1/Deployment"

    @Test("is said of each that is mapped, and of none that the playbook leaves out", arguments: [2, 3])
    func mapped(helm: Int) throws {
        var cluster = try CleanCluster("1.15")
        let prefix = helm == 3 ? "sh.helm.release.v1." : ""
        cluster.facts.helm = ["web.v12", "web.vx.v3"].map { name in
            let object = ClusterObjects.Reference(apiVersion: "extensions/v1beta1", kind: "Deployment", name: "web")
            return HelmManifest(helm: helm, namespace: "shop", name: prefix + name, objects: [object])
        }
        cluster.facts.playbook.helm = HelmOptions(versions: [:])
        cluster.facts.playbook.helm?.mapsAPIs = true
        #expect(try found(cluster) == ["helm-map/extensions/v1beta1/Deployment": 2])
        cluster.facts.playbook.helm?.excluded = [HelmExclusion(release: "shop/web", reason: "")]
        #expect(try found(cluster) == ["helm-map/extensions/v1beta1/Deployment": 1, Self.removed: 1])
        cluster.facts.playbook.helm?.excluded = [HelmExclusion(release: "shop/web.vx", reason: "")]
        #expect(try found(cluster) == ["helm-map/extensions/v1beta1/Deployment": 1, Self.removed: 1])
        cluster.facts.playbook.helm?.mapsAPIs = false
        #expect(try found(cluster) == [Self.removed: 2])
    }

    @Test("where one Tiller keeps a release in both kinds of objects, the one that is left out is not written anew")
    func mappedOfOneStorage() throws {
        var cluster = try CleanCluster("1.15")
        cluster.facts.helm = HelmStorage.allCases.map { storage in
            let object = ClusterObjects.Reference(apiVersion: "extensions/v1beta1", kind: "Deployment", name: "web")
            return HelmManifest(helm: 2, namespace: "ops", name: "web.v1", objects: [object], storage: storage)
        }
        cluster.facts.playbook.helm = HelmOptions(versions: [:])
        cluster.facts.playbook.helm?.mapsAPIs = true
        cluster.facts.playbook.helm?.excluded = [HelmExclusion(release: "ops/web", reason: "", storage: .secret)]
        #expect(try found(cluster) == ["helm-map/extensions/v1beta1/Deployment": 1, Self.removed: 1])
    }

    private func found(_ cluster: CleanCluster) throws -> [String: Int] {
        let findings = try cluster.findings().filter { $0.severity == .refusedByAPI || $0.id.hasPrefix("helm-map") }
        return Dictionary(uniqueKeysWithValues: findings.map { ($0.id, $0.places.count) })
    }

    @Test("findings of one kind are one, with all places once, the first hop and the worst severity")
    func merged() throws {
        let hops = try ["1.12-1.13", "1.14-1.15"].map { try #require(HopID($0)) }
        func finding(_ hop: HopID, _ severity: Finding.Severity, _ place: String) -> Finding {
            Finding(
                id: "x",
                title: "",
                places: [Finding.Place(object: place)],
                reason: "",
                hop: hop,
                severity: severity,
                cure: "",
                source: ""
            )
        }
        let mild = finding(hops[0], .worthKnowing, "a")
        let grave = finding(hops[1], .refusedByAPI, "b")
        for given in [[mild, grave, mild], [grave, mild, grave]] {
            let merged = Foresight.merged(given)
            #expect(merged.map(\.severity) == [.refusedByAPI] && merged.map(\.hop) == [hops[0]])
            #expect(Set(merged[0].places.map(\.description)).count == 2 && merged[0].places.count == 2)
        }
    }
}
