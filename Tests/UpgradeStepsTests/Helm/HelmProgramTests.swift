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
}
