import Testing
import UpgradeCore

@testable import UpgradeSteps

@Suite("Which objects of converted releases the cluster has")
struct HelmObjectsTests {
    let phase: PhaseID = "helm"
    let records = [HelmScene.record("web", 2), HelmScene.record("api", 1, in: "blog")]

    private func scene(_ change: (inout Scene) -> Void = { _ in }) -> Scene {
        var scene = Scene()
        scene.movesHelm()
        scene.playbook.helm?.cleanup = HelmCleanupOptions(at: MinorRelease.start.next)
        scene.helm = HelmInventory(
            records: records,
            secrets: records.map { HelmScene.secret($0) },
            namespaces: ["kube-system", "shop", "blog"]
        )
        scene.helmPresence.releases = [presence("blog", "api"), presence("shop", "web")]
        change(&scene)
        return scene
    }

    private func presence(_ namespace: String, _ name: String) -> HelmPresence.Release {
        var release = HelmPresence.Release(helm: 3, namespace: namespace, name: name, revision: 1)
        release.present = 2
        return release
    }

    private func object(_ kind: String, _ apiVersion: String = "v1") -> HelmManifestObject {
        HelmManifestObject(apiVersion: apiVersion, kind: kind, namespace: "shop", name: "web")
    }

    @Test("what is all there is counted, and nothing else is said")
    func whole() throws {
        let scene = scene()
        #expect(try scene.verdict(HelmVerify(), phase, on: "cluster") == .open)
        #expect(
            try scene.measured(HelmVerify(), phase, on: "cluster")
                == ["revisions that are the same: 2 of 2", "objects of their manifests that are there: 4 of 4"]
        )
    }

    @Test("each object that is not there as its manifest says is named, and shuts nothing")
    func named() throws {
        let scene = scene {
            $0.helmPresence.releases[1].absent = [object("Service")]
            $0.helmPresence.releases[1].foreign = [
                HelmPresence.Foreign(object: object("ConfigMap"), release: "other")
            ]
            $0.helmPresence.releases[1].unserved = [
                object("Deployment", "extensions/v1beta1"), object("Thing", "a/v1"),
            ]
            $0.helmPresence.releases[0].problems = ["document 2 of its manifest: its contents are not YAML, line 3"]
        }
        #expect(try scene.verdict(HelmVerify(), phase, on: "cluster") == .open)
        #expect(
            try scene.measured(HelmVerify(), phase, on: "cluster") == [
                "revisions that are the same: 2 of 2", "objects of their manifests that are there: 4 of 8",
                "its manifest of blog/api: document 2 of its manifest: its contents are not YAML, line 3, needs read and found",
                "Service shop/web of shop/web: absent, needs there",
                "ConfigMap shop/web of shop/web: there, and labelled as of other, needs there",
                "Deployment shop/web of shop/web: of extensions/v1beta1, which is not served; apps/v1 stands in for it, "
                    + "needs there",
                "Thing shop/web of shop/web: of a/v1, which is not served, needs there",
            ]
        )
    }

    @Test("of what is not converted nothing is asked, and of thousands the first are named")
    func bounds() throws {
        let other = scene {
            $0.helmPresence.releases.append(presence("shop", "installed-with-helm-3"))
            $0.helmPresence.releases[2].absent = [object("Service")]
            $0.playbook.helm?.excluded = [HelmExclusion(release: "kube-system/api", reason: "nobody misses it")]
            $0.helmPresence.releases[0].absent = [object("Service")]
        }
        #expect(
            try other.measured(HelmVerify(), phase, on: "cluster")
                == ["revisions that are the same: 1 of 1", "objects of their manifests that are there: 2 of 2"]
        )
        let many = scene { $0.helmPresence.releases[1].absent = Array(repeating: object("Service"), count: 60) }
        let lines = try many.measured(HelmVerify(), phase, on: "cluster")
        #expect(lines.count == 53)
        #expect(lines.last == "others: 10, which `upgrader helm verify` names, needs none")
    }

    @Test("a cleanup goes on without them, and with `absent: stop` removes nothing before all are there")
    func cleanup() throws {
        var scene = scene { $0.helmPresence.releases[1].absent = [object("Service")] }
        #expect(try scene.decide(HelmCleanup(), phase, on: "cluster").count == 2)
        scene.playbook.helm?.cleanup?.absent = .stop
        #expect(
            try scene.refusal(HelmCleanup(), phase, on: "cluster")
                == .helmObjectsAbsent(["shop/web: Service shop/web is absent"])
        )
        scene.helmPresence.releases[1].absent = []
        #expect(try scene.decide(HelmCleanup(), phase, on: "cluster").count == 2)
    }

    @Test("environments of helmfile are named while Helm 3 stands beside Helm 2")
    func binaries() throws {
        var scene = scene { $0.playbook.helm?.environments = ["environments/prod.yaml"] }
        let line = "helmBinary in environments/prod.yaml: for its owner to set, needs helm3"
        #expect(try !scene.measured(HelmVerify(), phase, on: "cluster").contains(line))
        scene.playbook.helm?.helm3 = HelmProgramPackages(
            packages: ["helm3"],
            versions: [MinorRelease.start.next: .make("3.4.2-1")]
        )
        #expect(try scene.measured(HelmVerify(), phase, on: "cluster").contains(line))
    }
}

@Suite("Releases that Helm 3 could not keep apart")
struct HelmMixedTests {
    let phase: PhaseID = "helm"

    private func scene(_ records: [HelmRecord]) -> Scene {
        var scene = Scene()
        scene.movesHelm()
        scene.helm = HelmInventory(records: records, namespaces: ["kube-system", "shop", "blog", "team"])
        return scene
    }

    private func other(_ namespace: String, _ revision: Int) -> HelmRecord {
        HelmScene.record("web", revision, in: namespace) { $0.source.namespace = "team" }
    }

    @Test("two Tillers with a release of the same name for the same namespace are refused by name, and for two are not")
    func tillers() throws {
        let own = HelmScene.record("web", 2)
        let mixed = scene([own, other("shop", 7)])
        let finding = Unmet.helmUnconvertible([
            "shop/web: configmaps of Tiller in kube-system and configmaps of Tiller in team each keep a release of this name, "
                + "and they would become one history of Helm 3; exclude all but one of them by name"
        ])
        #expect(try mixed.refusal(HelmInventoryStep(), phase, on: "cluster") == finding)
        #expect(try mixed.refusal(HelmConvert(), phase, on: "cluster") == finding)
        let apart = scene([own, other("blog", 7)])
        #expect(try apart.decide(HelmConvert(), phase, on: "cluster").count == 2)
    }

    @Test(
        "what one Tiller keeps in both kinds of objects is refused, and the refusal can be followed: by name and storage"
    )
    func bothKinds() throws {
        func record(_ revision: Int, _ storage: HelmStorage) -> HelmRecord {
            HelmScene.record("web", revision) { $0.source.storage = storage }
        }
        for revisions in [(1, 2), (2, 2)] {
            let records = [record(revisions.0, .configMap), record(revisions.1, .secret)]
            var scene = scene(records)
            guard case .helmUnconvertible(let findings) = try scene.refusal(HelmConvert(), phase, on: "cluster") else {
                Issue.record("it is not refused")
                continue
            }
            #expect(findings.allSatisfy { $0.hasSuffix(" by name and `storage`") }, "\(findings)")
            // By name alone both go, or neither.
            scene.playbook.helm?.excluded = [HelmExclusion(release: "kube-system/web", reason: "was left behind")]
            #expect(try scene.decide(HelmConvert(), phase, on: "cluster") == [])
            for (left, converted) in [(HelmStorage.configMap, records[1]), (.secret, records[0])] {
                let exclusion = HelmExclusion(release: "kube-system/web", reason: "was left behind", storage: left)
                scene.playbook.helm?.excluded = [exclusion]
                let conversion = Action.convertHelmRelease(converted.conversion(mark: "run1"))
                #expect(try scene.decide(HelmConvert(), phase, on: "cluster") == [conversion])
                // Its Tiller stays with what it keeps.
                var done = scene
                done.helm?.secrets = [HelmScene.secret(converted)]
                done.helm?.tillers = [HelmTiller(namespace: "kube-system", image: "tiller:v2.16.7")]
                done.playbook.helm?.cleanup = HelmCleanupOptions(at: MinorRelease.start.next)
                let removed = HelmRetirement(source: converted.source, digest: converted.digest)
                #expect(try done.decide(HelmCleanup(), phase, on: "cluster") == [.retireHelmRecord(removed)])
            }
        }
    }

    @Test(
        "an exclusion by storage that nobody has is named with it, and one of Helm 2's objects names no release of Helm 3"
    )
    func ofNothing() throws {
        var scene = scene([HelmScene.record("web", 2)])
        scene.helm?.secrets = [HelmScene.secret(HelmScene.record("web", 1, in: "kube-system"))]
        let options = { (storage: HelmStorage?) in
            var options = scene.playbook.helm
            options?.excluded = [HelmExclusion(release: "kube-system/web", reason: "was left behind", storage: storage)]
            return options
        }
        let inventory = try #require(scene.helm)
        let unmatched = try HelmStorage.allCases.map { storage in
            HelmDecision(inventory, try #require(options(storage)), mark: "run1").unmatched
        }
        #expect(
            unmatched == [[], ["helm.exclude names kube-system/web in secrets, and there is nothing of that name"]]
        )
        let map = try #require(options(.secret)).excluded[0]
        #expect(map.names("kube-system/web", in: .secret) && !map.names("kube-system/web", in: nil))
    }

    @Test("the inventory lists what one Tiller keeps in both kinds of objects apart, each with what becomes of it")
    func listed() throws {
        var scene = scene(HelmStorage.allCases.map { kind in HelmScene.record("web", 2) { $0.source.storage = kind } })
        scene.playbook.helm?.migrateAt = MinorRelease.start.next
        scene.playbook.helm?.excluded = [
            HelmExclusion(release: "kube-system/web", reason: "was left behind", storage: .secret)
        ]
        let outlook = try HelmOutlook(try #require(scene.helm), scene.playbook, run: "run1")
        #expect(outlook.findings == [])
        #expect(outlook.releases.map(\.excluded) == [nil, "was left behind"])
        #expect(outlook.releases.map(\.written.count) == [1, 0])
    }

    @Test("one of them left out by name leaves nothing in the way; what cannot be read is told all the same")
    func excluded() throws {
        var scene = scene([HelmScene.record("web", 2), other("shop", 7)])
        scene.playbook.helm?.excluded = [HelmExclusion(release: "team/web", reason: "nobody misses it")]
        #expect(try scene.decide(HelmConvert(), phase, on: "cluster").count == 1)
        scene.playbook.helm?.excluded = []
        scene.helm?.records.append(HelmScene.record("web", 3) { $0.problem = "its chart is gone" })
        guard case .helmUnconvertible(let findings) = try scene.refusal(HelmConvert(), phase, on: "cluster") else {
            Issue.record("it is not refused")
            return
        }
        #expect(findings.count == 2 && findings.contains("kube-system/web.v3: its chart is gone"))
    }
}
