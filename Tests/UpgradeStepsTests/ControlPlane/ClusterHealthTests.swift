import Testing
import UpgradeCore

@testable import UpgradeSteps

@Suite("Cluster health before each host")
struct ClusterHealthTests {
    let step = ClusterHealth()

    @Test("a cluster that is as well as before lets the lane go on", arguments: ["control-plane", "controllers"])
    func well(phase: String) throws {
        let phase = try #require(PhaseID(phase))
        #expect(try Scene().verdict(step, phase, on: "cp1") == .open)
        #expect(try Scene().decide(step, phase, on: "cp1") == [])
    }

    @Test("an unhealthy etcd member holds the lane")
    func etcd() throws {
        var scene = Scene()
        scene.members["etcd3"]?.isHealthy = false
        #expect(try scene.verdict(step, "workers", on: "w1") == .waiting(.etcdUnhealthy(host: "etcd3")))
    }

    @Test("another API server that is unhealthy holds a control-plane host")
    func otherServer() throws {
        var scene = Scene()
        scene.servers["cp2"]?.isHealthy = false
        #expect(try scene.verdict(step, "control-plane", on: "cp1") == .waiting(.apiServerUnhealthy(host: "cp2")))
    }

    @Test("a control-plane host's own API server may be down while it is worked on, not later")
    func ownServer() throws {
        var scene = Scene()
        scene.servers["cp1"]?.isHealthy = false
        #expect(try scene.verdict(step, "control-plane", on: "cp1") == .open)
        #expect(try scene.verdict(step, "controllers", on: "cp1") == .waiting(.apiServerUnhealthy(host: "cp1")))
        #expect(try scene.verdict(step, "workers", on: "w1") == .waiting(.apiServerUnhealthy(host: "cp1")))
    }

    @Test(
        "without a leading controller manager or scheduler no node is emptied",
        arguments: ["workers", "workers-canary", "cordon-ahead-rest", "network"]
    )
    func leaders(phase: String) throws {
        let phase = try #require(PhaseID(phase))
        for component in ["kube-controller-manager", "kube-scheduler"] {
            var scene = Scene()
            #expect(try scene.verdict(step, phase, on: "w1") == .open)
            scene.leaders[component]?.secondsSinceRenewal = 16
            #expect(try scene.verdict(step, phase, on: "w1") == .waiting(.noLeader(component: component)))
            #expect(try scene.verdict(step, "control-plane", on: "cp1") == .open)
        }
    }

    @Test("a single control-plane host has no others to wait for")
    func single() throws {
        var scene = Scene(hosts: Scene.hosts.filter { $0.name != "cp2" })
        scene.servers["cp1"]?.isHealthy = false
        #expect(try scene.verdict(step, "control-plane", on: "cp1") == .open)
    }

    @Test("a node that is cordoned ahead and only waits must be Ready, one in hand need not be")
    func ahead() throws {
        var scene = Scene()
        scene.weCordon("w2")
        scene.nodes["w2.example.org"]?.isReady = false
        #expect(try scene.verdict(step, "workers-rest", on: "w1") == .open)
        scene.weCordonAhead("w3")
        #expect(try scene.verdict(step, "workers-rest", on: "w1") == .open)
        scene.nodes["w3.example.org"]?.isReady = false
        #expect(
            try scene.verdict(step, "workers-rest", on: "w1")
                == .waiting(.worseThanBaseline(node: "w3.example.org"))
        )
    }

    @Test("a node that was Ready and is not holds the lane")
    func worse() throws {
        var scene = Scene()
        scene.nodes["w2.example.org"]?.isReady = false
        #expect(try scene.verdict(step, "workers", on: "w1") == .waiting(.worseThanBaseline(node: "w2.example.org")))
    }

    @Test("a node that was Ready and is gone holds the lane")
    func gone() throws {
        var scene = Scene()
        scene.nodes["w2.example.org"] = nil
        #expect(try scene.verdict(step, "workers", on: "w1") == .waiting(.worseThanBaseline(node: "w2.example.org")))
    }

    @Test("a node that was not Ready before holds nobody")
    func before() throws {
        var scene = Scene()
        scene.nodes["w2.example.org"]?.isReady = false
        scene.baseline.readyNodes.remove("w2.example.org")
        #expect(try scene.verdict(step, "workers", on: "w1") == .open)
    }

    @Test("a node that this run works on may be not Ready; one that somebody else cordoned may not")
    func workedOn() throws {
        var scene = Scene()
        scene.weCordon("w2")
        scene.nodes["w2.example.org"]?.isReady = false
        #expect(try scene.verdict(step, "workers", on: "w1") == .open)
        scene.nodes["w2.example.org"]?.cordonMark = nil
        #expect(try scene.verdict(step, "workers", on: "w1") == .waiting(.worseThanBaseline(node: "w2.example.org")))
    }

    @Test("a control-plane host that is where the hop leads takes nothing down, and waits for no other API server")
    func done() throws {
        var scene = Scene()
        scene.servers["cp2"]?.isHealthy = false
        scene.servers["cp1"]?.version = PackageVersion.target.kubernetes
        #expect(try scene.verdict(step, "control-plane", on: "cp1") == .open)
        #expect(try scene.verdict(step, "controllers", on: "cp1") == .waiting(.apiServerUnhealthy(host: "cp2")))
        scene.servers["cp1"]?.isHealthy = false
        #expect(try scene.verdict(step, "control-plane", on: "cp1") == .waiting(.apiServerUnhealthy(host: "cp2")))
        scene.members["etcd3"]?.isHealthy = false
        #expect(try scene.verdict(step, "control-plane", on: "cp1") == .waiting(.etcdUnhealthy(host: "etcd3")))
    }

    @Test(
        "for a step that takes something down the same is asked again, but for the node that is in hand",
        arguments: [("drain", "workers"), ("calico-pod", "network"), ("calico-unit", "network")]
    )
    func again(step: String, phase: String) throws {
        let id = try #require(StepID(step))
        #expect(StepCatalog.all.steps[id]?.renews == self.step.id)
        let phase = try #require(PhaseID(phase))
        #expect(try renewed(id, phase, on: "w1") { _ in } == .open)
        #expect(try renewed(id, phase, on: "w1") { $0.nodes["w1.example.org"]?.isReady = false } == .open)
        #expect(
            try renewed(id, phase, on: "w1") { $0.nodes["w2.example.org"]?.isReady = false }
                == .waiting(.worseThanBaseline(node: "w2.example.org"))
        )
        #expect(
            try renewed(id, phase, on: "w1") { $0.members["etcd3"]?.isHealthy = false }
                == .waiting(.etcdUnhealthy(host: "etcd3"))
        )
        #expect(
            try renewed(id, phase, on: "w1") { $0.servers["cp2"]?.isHealthy = false }
                == .waiting(.apiServerUnhealthy(host: "cp2"))
        )
    }

    @Test(
        "an install that restarts the API server waits for the others, unless its own is down and is only brought back"
    )
    func install() throws {
        let (id, phase): (StepID, PhaseID) = ("install-control-plane", "control-plane")
        #expect(StepCatalog.all.steps[id]?.renews == step.id)
        #expect(try renewed(id, phase, on: "cp1") { _ in } == .open)
        #expect(
            try renewed(id, phase, on: "cp1") { $0.servers["cp2"]?.isHealthy = false }
                == .waiting(.apiServerUnhealthy(host: "cp2"))
        )
        func down(_ scene: inout Scene) {
            scene.servers["cp1"]?.isHealthy = false
            scene.servers["cp2"]?.isHealthy = false
            scene.nodes["w1.example.org"]?.isReady = false
        }
        #expect(try renewed(id, phase, on: "cp1", down) == .open)
        // Without etcd it would not come up either, and what a newer one stores is for good.
        let unhealthy = Verdict.waiting(.etcdUnhealthy(host: "etcd3"))
        #expect(
            try renewed(id, phase, on: "cp1") { scene in
                down(&scene)
                scene.members["etcd3"]?.isHealthy = false
            } == unhealthy
        )
        // What the lane has not taken down, somebody else mends.
        #expect(
            try renewed(id, phase, on: "cp1") { scene in
                down(&scene)
                scene.isUnderWay = false
            } == .waiting(.apiServerUnhealthy(host: "cp2"))
        )
    }

    @Test("a rollback takes back a node that is down: its first look does not wait for it")
    func takesBack() throws {
        var scene = Scene()
        scene.nodes["w1.example.org"]?.isReady = false
        scene.takesBack = "upgrade1"
        #expect(try scene.verdict(step, "workers", on: "w1") == .open)
        scene.nodes["w2.example.org"]?.isReady = false
        #expect(try scene.verdict(step, "workers", on: "w1") == .waiting(.worseThanBaseline(node: "w2.example.org")))
    }

    @Test(
        "whether the host's own API server is down is asked first: where it is the only one nobody answers for the nodes"
    )
    func onlyServer() throws {
        var scene = Scene()
        let phase: PhaseID = "control-plane"
        // Before the lane is under way nothing of it is down.
        #expect(step.gate(scene.context(step.id, phase, on: "cp1"))?.early == nil)
        scene.isUnderWay = true
        let early = try #require(step.gate(scene.context(step.id, phase, on: "cp1"))?.early)
        #expect(!early.probes.contains(.nodes) && early.probes.contains(.apiServer(host: "cp1")))
        #expect(try early.verdict(scene.observe(early.probes)) == nil)
        scene.servers["cp1"]?.isHealthy = false
        #expect(try early.verdict(scene.observe(early.probes)) == .open)
        scene.members["etcd3"]?.isHealthy = false
        #expect(try early.verdict(scene.observe(early.probes)) == .waiting(.etcdUnhealthy(host: "etcd3")))
        // Workers change no API server.
        #expect(step.gate(scene.context("drain", "workers", on: "w1"))?.early == nil)
    }

    @Test("a node whose lane was under way and begins anew need not be Ready: only the lane mends it")
    func begun() throws {
        var scene = Scene()
        scene.nodes["w1.example.org"]?.isReady = false
        let worse = Verdict.waiting(.worseThanBaseline(node: "w1.example.org"))
        #expect(try scene.verdict(step, "workers", on: "w1") == worse)
        scene.isUnderWay = true
        #expect(try scene.verdict(step, "workers", on: "w1") == .open)
        #expect(try scene.verdict(step, "workers", on: "w2") == worse)
    }

    private func renewed(
        _ id: StepID,
        _ phase: PhaseID,
        on target: String,
        _ change: (inout Scene) -> Void
    ) throws -> Verdict {
        var scene = Scene()
        scene.isUnderWay = true
        change(&scene)
        let gate = try #require(step.gate(scene.context(id, phase, on: target)))
        return try gate.verdict(scene.observe(gate.probes))
    }
}
