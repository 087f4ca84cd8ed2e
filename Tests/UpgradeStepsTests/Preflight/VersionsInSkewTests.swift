import Testing
import UpgradeCore

@testable import UpgradeSteps

@Suite("Preflight of running versions")
struct VersionsInSkewTests {
    let phase: PhaseID = "preflight"
    let step = VersionsInSkew()
    let older = KubernetesVersion(release: MinorRelease(major: 1, minor: 11), patch: 9)
    let oldest = KubernetesVersion(release: MinorRelease(major: 1, minor: 10), patch: 9)

    @Test("one new API server beside an old one passes: that is a run half way")
    func halfWay() throws {
        var scene = Scene()
        scene.servers["cp1"]?.version = PackageVersion.target.kubernetes
        #expect(try scene.decide(step, phase, on: "cluster") == [])
    }

    @Test("an unhealthy API server is refused")
    func unhealthy() throws {
        var scene = Scene()
        scene.servers["cp2"]?.isHealthy = false
        #expect(try scene.refusal(step, phase, on: "cluster") == .apiServerUnhealthy(host: "cp2"))
    }

    @Test("an API server at neither end of the hop is refused")
    func apiServer() throws {
        var scene = Scene()
        scene.servers["cp2"]?.version = PackageVersion.later.kubernetes
        #expect(
            try scene.refusal(step, phase, on: "cluster")
                == .apiServerVersion(
                    host: "cp2",
                    found: PackageVersion.later.kubernetes,
                    expected: PackageVersion.start.kubernetes
                )
        )
    }

    @Test("a kubelet that is within the limit now but not after the hop is refused")
    func kubeletBehind() throws {
        var scene = Scene()
        scene.nodes["w1.example.org"]?.kubeletVersion = older
        #expect(try scene.decide(step, phase, on: "cluster") == [])
        scene.nodes["w1.example.org"]?.kubeletVersion = oldest
        #expect(
            try scene.refusal(step, phase, on: "cluster")
                == .skewExceeded(
                    component: "the kubelet of w1.example.org",
                    version: oldest.release,
                    apiServer: scene.hop.to,
                    limit: 2
                )
        )
    }

    @Test("a kubelet of a host that the playbook does not name counts as well")
    func strangerBehind() throws {
        var scene = Scene()
        scene.nodes["other"] = NodeState(name: "other", kubeletVersion: oldest)
        #expect(try scene.refusal(step, phase, on: "cluster") != nil)
    }

    @Test("a kubelet that is newer than the lowest API server is refused", arguments: ["cp1", "cp2"])
    func kubeletNewer(newServer: String) throws {
        var scene = Scene()
        scene.servers[newServer]?.version = PackageVersion.target.kubernetes
        scene.nodes["w1.example.org"]?.kubeletVersion = PackageVersion.target.kubernetes
        #expect(
            try scene.refusal(step, phase, on: "cluster")
                == .skewExceeded(
                    component: "the kubelet of w1.example.org",
                    version: scene.hop.to,
                    apiServer: scene.hop.from,
                    limit: 2
                )
        )
    }

    @Test("a node that reports no version is refused")
    func noVersion() throws {
        var scene = Scene()
        scene.nodes["w1.example.org"]?.kubeletVersion = nil
        #expect(
            try scene.refusal(step, phase, on: "cluster")
                == .kubeletVersion(node: "w1.example.org", found: nil, expected: nil)
        )
    }

    @Test("a running controller that is newer than an API server is refused, whatever its package says")
    func controllerNewer() throws {
        var scene = Scene()
        scene.units["cp2"]?["kube-scheduler"]?.runningVersion = PackageVersion.target.kubernetes
        #expect(
            try scene.refusal(step, phase, on: "cluster")
                == .skewExceeded(
                    component: "kube-scheduler on cp2",
                    version: scene.hop.to,
                    apiServer: scene.hop.from,
                    limit: 1
                )
        )
    }

    @Test("a controller that would be two releases behind after the hop is refused")
    func controllerBehind() throws {
        var scene = Scene()
        scene.units["cp2"]?["kube-controller-manager"]?.runningVersion = older
        #expect(
            try scene.refusal(step, phase, on: "cluster")
                == .skewExceeded(
                    component: "kube-controller-manager on cp2",
                    version: older.release,
                    apiServer: scene.hop.to,
                    limit: 1
                )
        )
    }

    @Test("a controller that does not run is refused, unless this run masked it")
    func controllerDown() throws {
        var scene = Scene()
        scene.mask("kube-scheduler", on: "cp1", byUs: true)
        #expect(try scene.decide(step, phase, on: "cluster") == [])
        scene.mask("kube-scheduler", on: "cp2", byUs: false)
        #expect(
            try scene.refusal(step, phase, on: "cluster")
                == .unitNotRunning(host: "cp2", unit: "kube-scheduler", found: nil, expected: nil)
        )
    }
}
