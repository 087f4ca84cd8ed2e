import Testing
import UpgradeCore

@testable import UpgradeSteps

@Suite("Helm")
struct HelmTests {
    let phase: PhaseID = "helm"
    let name = "kube-system/tiller-deploy"

    private func scene(_ change: (inout Scene) -> Void = { _ in }) -> Scene {
        var scene = Scene()
        scene.movesHelm()
        change(&scene)
        return scene
    }

    @Test("Helm's package is installed where it is old")
    func package() throws {
        var scene = scene()
        let spec = PackageSpec(name: "helm", version: .make("2.16.7-1"))
        #expect(try scene.decide(HelmPackage(), phase, on: "cp1") == [.install(host: "cp1", packages: [spec])])
        scene.packages["cp1"]?["helm"] = InstalledPackage(version: spec.version)
        #expect(try scene.decide(HelmPackage(), phase, on: "cp1") == [])
    }

    @Test("the Tiller of every namespace that is old gets the new image")
    func tiller() throws {
        let scene = scene {
            $0.playbook.helm?.tillerNamespaces = ["kube-system", "shop", "blog"]
            $0.deployments["shop/tiller-deploy"] = DeploymentState(
                image: "tiller:v2.16.7",
                replicas: 1,
                updatedAndAvailable: 1
            )
            $0.deployments["blog/tiller-deploy"] = $0.deployments[name]
        }
        let actions = ["kube-system", "blog"].map { namespace in
            Action.setDeploymentImage(
                namespace: namespace,
                deployment: "tiller-deploy",
                container: "tiller",
                image: "tiller:v2.16.7"
            )
        }
        #expect(try scene.decide(Tiller(), phase, on: "cluster") == actions)
    }

    @Test("Helm 3 has no Tiller: where the packages of Helm come to it, no image is set")
    func none() throws {
        var scene = scene { _ in }
        let versions = scene.playbook.helm?.versions.mapValues { stated in
            var stated = stated
            stated.tag = "v3.0.3"
            return stated
        }
        scene.playbook.helm?.versions = try #require(versions)
        #expect(try scene.decide(Tiller(), phase, on: "cluster") == [])
    }

    @Test("a namespace without the Tiller that the playbook names stops the phase")
    func missing() throws {
        let scene = scene { $0.deployments = [:] }
        #expect(
            try scene.refusal(Tiller(), phase, on: "cluster")
                == .workloadMissing(kind: "Deployment", namespace: "kube-system", name: "tiller-deploy")
        )
    }

    @Test("the phase waits until Tiller is rolled out")
    func rollout() throws {
        var scene = scene { $0.deployments[name]?.image = "tiller:v2.16.7" }
        #expect(try scene.decide(Tiller(), phase, on: "cluster") == [])
        #expect(try scene.verdict(Tiller(), phase, on: "cluster") == .open)
        scene.deployments[name]?.updatedAndAvailable = 0
        #expect(
            try scene.verdict(Tiller(), phase, on: "cluster")
                == .waiting(
                    .workloadNotReady(kind: "Deployment", namespace: "kube-system", name: "tiller-deploy", on: nil)
                )
        )
    }
}
