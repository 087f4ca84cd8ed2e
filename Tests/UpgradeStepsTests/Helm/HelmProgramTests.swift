import Testing
import UpgradeCore

@testable import UpgradeSteps

@Suite("Programs of Helm: installed side by side, and asked what they are")
struct HelmProgramTests {
    let phase: PhaseID = "helm"

    private func scene(_ change: (inout Scene) -> Void = { _ in }) -> Scene {
        var scene = Scene()
        scene.movesHelm()
        scene.playbook.helm?.helm3 = HelmProgramPackages(
            packages: ["helm3"],
            versions: [MinorRelease.start.next: .make("3.0.3-1")]
        )
        scene.playbook.helm?.helmfile = HelmProgramPackages(
            packages: ["helmfile"],
            versions: [MinorRelease.start.next: .make("0.125.5-1")]
        )
        scene.offered["helm3"] = [.make("3.0.3-1")]
        scene.offered["helmfile"] = [.make("0.125.5-1")]
        change(&scene)
        return scene
    }

    @Test("helmfile comes before the Helm that it calls, and Helm 3 beside Helm 2")
    func order() throws {
        let installs = try scene().decide(HelmPackage(), phase, on: "cp1").compactMap { action -> [PackageSpec]? in
            guard case .install(_, let packages, _) = action else { return nil }
            return packages
        }
        #expect(
            installs.joined().map { "\($0.name)=\($0.version)" } == [
                "helmfile=0.125.5-1", "helm=2.16.7-1", "helm3=3.0.3-1",
            ]
        )
    }

    @Test("a release that moves helmfile alone has a lane for it and touches no Tiller")
    func helmfileAlone() throws {
        let scene = scene {
            $0.playbook.helm?.versions = [:]
            $0.playbook.helm?.helm3 = nil
            $0.playbook.helm?.migrateAt = nil
        }
        let hop = HopID(from: MinorRelease.start)
        let phases = HopOutline.phases(hop, scene.playbook, true)
        let helm = try #require(phases.first { $0.id == "helm" })
        #expect(helm.lanes.flatMap(\.steps) == ["conffiles", "pause-timers", "helm-package", "resume-timers"])
        #expect(try scene.decide(HelmPackage(), phase, on: "cp1").count == 1)
    }

    @Test("a program that says another version than was planned stops the lane at once, with what it said")
    func asserted() throws {
        var scene = scene { scene in
            scene.packages["cp1"]?["helm"] = InstalledPackage(version: .make("2.16.7-1"))
            scene.packages["cp1"]?["helm3"] = InstalledPackage(version: .make("3.0.3-1"))
            scene.packages["cp1"]?["helmfile"] = InstalledPackage(version: .make("0.125.5-1"))
        }
        #expect(try scene.verdict(HelmPackage(), phase, on: "cp1") == .open)
        #expect(
            try scene.measured(HelmPackage(), phase, on: "cp1") == [
                "version of helmfile: v0.125.5, needs v0.125.5", "version of helm: v2.16.7, needs v2.16.7",
                "version of helm3: v3.0.3, needs v3.0.3",
            ]
        )
        for (program, said) in [("helm", "2.12.0"), ("helm3", ""), ("helmfile", "0.90.0")] {
            scene.helmVersions = ["cp1 \(program)": said]
            let wanted = ["helm": "v2.16.7", "helm3": "v3.0.3", "helmfile": "v0.125.5"][program] ?? ""
            #expect(
                try scene.refusalAtGate(HelmPackage(), phase, on: "cp1")
                    == .helmVersion(program: program, host: "cp1", said: said, needs: wanted)
            )
        }
    }

    @Test("Tiller is asked only where the playbook says so, and may take its time")
    func tiller() throws {
        var scene = scene { $0.deployments["kube-system/tiller-deploy"]?.image = "tiller:v2.16.7" }
        scene.helmVersions = ["cp1 Tiller in kube-system": "2.12.0"]
        #expect(try scene.verdict(Tiller(), phase, on: "cluster") == .open)
        scene.playbook.helm?.asksTiller = true
        #expect(
            try scene.verdict(Tiller(), phase, on: "cluster")
                == .waiting(
                    .helmVersion(program: "Tiller in kube-system", host: "cp1", said: "2.12.0", needs: "v2.16.7")
                )
        )
        scene.helmVersions = ["cp1 Tiller in kube-system": "2.16.7"]
        #expect(try scene.verdict(Tiller(), phase, on: "cluster") == .open)
    }

    // MARK: programs of other names

    /// Helm 2 in a package and under a path of its own.
    private func elsewhere(_ change: (inout Scene) -> Void = { _ in }) -> Scene {
        var scene = Scene()
        scene.movesHelm()
        scene.playbook.helm?.packages = ["helm-2", "helm-2-doc"]
        scene.playbook.helm?.program = "/opt/helm/bin/helm"
        for package in ["helm-2", "helm-2-doc"] {
            scene.packages["cp1"]?[package] = InstalledPackage(version: .make("2.12.0-1"))
            scene.offered[package] = [.make("2.16.7-1")]
        }
        scene.helmVersions = ["cp1 /opt/helm/bin/helm": "v2.12.0"]
        change(&scene)
        return scene
    }

    @Test("of packages of other names the program is asked that the playbook names, and nobody where it names none")
    func named() throws {
        var scene = elsewhere()
        #expect(
            try scene.refusalAtGate(HelmPackage(), phase, on: "cp1")
                == .helmVersion(program: "/opt/helm/bin/helm", host: "cp1", said: "v2.12.0", needs: "v2.16.7")
        )
        scene.helmVersions = ["cp1 /opt/helm/bin/helm": "v2.16.7"]
        #expect(try scene.verdict(HelmPackage(), phase, on: "cp1") == .open)
        scene.playbook.helm?.program = nil
        #expect(HelmPackage().gate(scene.context("helm-package", phase, on: "cp1")) == nil)
        var helmfile = HelmProgramPackages(packages: ["hf"], versions: [MinorRelease.start.next: .make("0.125.5-1")])
        scene.playbook.helm?.helmfile = helmfile
        #expect(scene.playbook.helm?.asked.isEmpty == true)
        helmfile.program = "/opt/hf"
        scene.playbook.helm?.helmfile = helmfile
        #expect(scene.playbook.helm?.asked.map(\.program) == [.helmfile])
        #expect(scene.playbook.helm?.asked.map(\.package) == ["hf"])
    }

    @Test(
        "a program that does not say the version of its package is refused before anything is changed, while it is ahead"
    )
    func ahead() throws {
        let preflight: PhaseID = "preflight"
        var scene = elsewhere()
        #expect(try scene.decide(ComponentsSupported(), preflight, on: "cluster") == [])
        for said in ["v2.9.1", ""] {
            scene.helmVersions = ["cp1 /opt/helm/bin/helm": said]
            #expect(
                try scene.refusal(ComponentsSupported(), preflight, on: "cluster")
                    == .helmProgram(
                        program: "/opt/helm/bin/helm",
                        host: "cp1",
                        said: said,
                        needs: "v2.12.0, as its package helm-2 is,"
                    )
            )
        }
        // It comes with its package.
        scene.packages["cp1"]?["helm-2"] = nil
        #expect(try scene.decide(ComponentsSupported(), preflight, on: "cluster") == [])
        // It has come.
        scene = elsewhere { $0.hop = HopID(from: MinorRelease.start.next) }
        scene.helmVersions = [:]
        scene.hops = [HopID(from: MinorRelease.start), scene.hop]
        #expect(try scene.decide(ComponentsSupported(), preflight, on: "cluster") == [])
    }

    @Test("where Tiller is asked, the client that asks is there before anything is changed, and is of Tiller's Helm")
    func asking() throws {
        let preflight: PhaseID = "preflight"
        // Helm's packages go to the client host; Tiller is asked from the first control-plane host.
        var scene = Scene(hosts: Scene.hosts + [Host(name: "deploy", roles: [.client])])
        scene.movesHelm()
        scene.packages["cp1"]?["helm"] = nil
        #expect(try scene.decide(ComponentsSupported(), preflight, on: "cluster") == [])
        scene.playbook.helm?.asksTiller = true
        func refusal(_ said: String) -> Unmet {
            .helmProgram(program: "helm", host: "cp1", said: said, needs: "Helm 2, by which Tiller is asked,")
        }
        #expect(try scene.refusal(ComponentsSupported(), preflight, on: "cluster") == refusal(""))
        scene.helmVersions["cp1 helm"] = "v3.4.2"
        #expect(try scene.refusal(ComponentsSupported(), preflight, on: "cluster") == refusal("v3.4.2"))
        scene.helmVersions["cp1 helm"] = "v2.9.1"
        #expect(try scene.decide(ComponentsSupported(), preflight, on: "cluster") == [])
        scene.helmVersions = ["cp1 helm2": "v2.9.1", "deploy helm2": "v2.12.0"]
        scene.playbook.helm?.program = "helm2"
        #expect(try scene.decide(ComponentsSupported(), preflight, on: "cluster") == [])
        // None is asked after the cleanup.
        scene.helmVersions = ["deploy helm2": "v2.12.0"]
        scene.playbook.helm?.cleanup = HelmCleanupOptions(at: .start)
        #expect(try scene.decide(ComponentsSupported(), preflight, on: "cluster") == [])
    }
}
