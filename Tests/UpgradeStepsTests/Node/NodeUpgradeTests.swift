import Testing
import UpgradeCore

@testable import UpgradeSteps

@Suite("Node packages and daemons")
struct NodeUpgradeTests {
    let phase: PhaseID = "workers"
    let node = "w1.example.org"
    let install = Action.install(host: "w1", packages: [PackageSpec(name: "kubernetes-node", version: .target)])

    @Test("the node package is installed on a cordoned node, and only where it is old")
    func installs() throws {
        var scene = Scene()
        scene.weCordon("w1")
        #expect(try scene.decide(InstallNode(), phase, on: "w1") == [install])
        scene.install(on: "w1")
        #expect(try scene.decide(InstallNode(), phase, on: "w1") == [])
    }

    @Test("nothing is installed on a node that takes pods")
    func installUncordoned() throws {
        #expect(try Scene().refusal(InstallNode(), phase, on: "w1") == .mustBeCordoned(node: node))
        #expect(try Scene.done().decide(InstallNode(), phase, on: "w1") == [])
    }

    @Test("a half-installed node package is configured first")
    func halfInstalled() throws {
        var scene = Scene()
        scene.weCordon("w1")
        scene.packages["w1"]?["kubernetes-node"] = InstalledPackage(version: .target, isConfigured: false)
        #expect(try scene.decide(InstallNode(), phase, on: "w1") == [.configurePending(host: "w1"), install])
    }

    @Test("a node package on hold is not overruled")
    func held() throws {
        var scene = Scene()
        scene.weCordon("w1")
        scene.packages["w1"]?["kubernetes-node"]?.isHeld = true
        #expect(
            try scene.refusal(InstallNode(), phase, on: "w1") == .packageHeld(host: "w1", package: "kubernetes-node")
        )
    }

    @Test("where the playbook keeps holds, each is lifted, the packages are installed, and it is put back")
    func keptHold() throws {
        var scene = Scene()
        scene.weCordon("w1")
        scene.playbook.packageHolds = .keep
        scene.packages["w1"]?["kubernetes-node"]?.isHeld = true
        let unhold = Action.unhold(host: "w1", package: "kubernetes-node")
        let hold = Action.hold(host: "w1", package: "kubernetes-node")
        let decide = { (scene: Scene) in try scene.decide(InstallNode(), phase, on: "w1") }
        #expect(try decide(scene) == [unhold, install, hold])
        // Cut off behind the first, and behind the second.
        scene.packages["w1"]?["kubernetes-node"]?.isHeld = false
        scene.enter(unhold)
        #expect(try decide(scene) == [install, hold])
        scene.packages["w1"]?["kubernetes-node"]?.version = .target
        #expect(try decide(scene) == [hold])
        // Somebody else has put it back; and one that nobody had put on hold.
        scene.packages["w1"]?["kubernetes-node"]?.isHeld = true
        #expect(try decide(scene) == [])
        scene.packages["w1"]?["kubernetes-node"]?.isHeld = false
        scene.ledger = Ledger()
        #expect(try decide(scene) == [])
    }

    @Test("a host that is control plane and worker gets each part in its own phase")
    func stacked() throws {
        var scene = Scene(hosts: [Host(name: "m1", roles: [.etcd, .controlPlane, .worker])])
        scene.weCordon("m1")
        let master = PackageSpec(name: "kubernetes-master", version: .target)
        let worker = PackageSpec(name: "kubernetes-node", version: .target)
        #expect(
            try scene.decide(InstallControlPlane(), "control-plane", on: "m1")
                == [.install(host: "m1", packages: [master])]
        )
        #expect(try scene.decide(InstallNode(), phase, on: "m1") == [.install(host: "m1", packages: [worker])])
    }

    @Test("kubelet and kube-proxy are restarted where the old ones still run")
    func restarts() throws {
        var scene = Scene()
        scene.weCordon("w1")
        scene.install(on: "w1")
        #expect(try scene.decide(RestartKubelet(), phase, on: "w1") == [.restart(host: "w1", unit: "kubelet")])
        #expect(try scene.decide(RestartKubeProxy(), phase, on: "w1") == [.restart(host: "w1", unit: "kube-proxy")])
        scene.runNew(on: "w1")
        #expect(try scene.decide(RestartKubelet(), phase, on: "w1") == [])
        #expect(try scene.decide(RestartKubeProxy(), phase, on: "w1") == [])
    }

    @Test("a kubelet is not restarted on a node that takes pods")
    func restartUncordoned() throws {
        #expect(try Scene().refusal(RestartKubelet(), phase, on: "w1") == .mustBeCordoned(node: node))
    }

    @Test("a kubelet that has lost its Node object is started")
    func restartWithoutNode() throws {
        var scene = Scene()
        scene.nodes[node] = nil
        #expect(try scene.decide(RestartKubelet(), phase, on: "w1") == [.restart(host: "w1", unit: "kubelet")])
    }

    @Test("a daemon that somebody masked is not restarted", arguments: ["kubelet", "kube-proxy"])
    func masked(unit: String) throws {
        var scene = Scene()
        scene.weCordon("w1")
        scene.mask(unit, on: "w1", byUs: false)
        let step: any Step = unit == "kubelet" ? RestartKubelet() : RestartKubeProxy()
        #expect(try scene.refusal(step, phase, on: "w1") == .unitMasked(host: "w1", unit: unit))
    }

    @Test("kube-proxy must run its new version before the lane goes on")
    func proxyGate() throws {
        var scene = Scene.done()
        #expect(try scene.verdict(RestartKubeProxy(), phase, on: "w1") == .open)
        scene.units["w1"]?["kube-proxy"]?.isActive = false
        #expect(
            try scene.verdict(RestartKubeProxy(), phase, on: "w1")
                == .waiting(
                    .unitNotRunning(
                        host: "w1",
                        unit: "kube-proxy",
                        found: nil,
                        expected: PackageVersion.target.kubernetes
                    )
                )
        )
    }

    @Test("the node must report its new version and be Ready before the lane goes on")
    func nodeReady() throws {
        var scene = Scene.done()
        #expect(try scene.verdict(NodeReady(), phase, on: "w1") == .open)
        scene.nodes[node]?.isReady = false
        #expect(try scene.verdict(NodeReady(), phase, on: "w1") == .waiting(.nodeNotReady(node: node)))
        scene.nodes[node]?.kubeletVersion = PackageVersion.start.kubernetes
        #expect(
            try scene.verdict(NodeReady(), phase, on: "w1")
                == .waiting(
                    .kubeletVersion(
                        node: node,
                        found: PackageVersion.start.kubernetes,
                        expected: PackageVersion.target.kubernetes
                    )
                )
        )
        scene.nodes[node] = nil
        #expect(try scene.verdict(NodeReady(), phase, on: "w1") == .waiting(.nodeMissing(node: node)))
    }
}
