import Testing
import UpgradeCore

@testable import UpgradeSteps

@Suite("Verification at the end of a hop")
struct VerifyClusterTests {
    let old = PackageVersion.start.kubernetes
    let new = PackageVersion.target.kubernetes

    private func verdict(_ change: (inout Scene) -> Void) throws -> Verdict? {
        var scene = Scene.done(hosts: Scene.hosts + [Host(name: "deploy", roles: [.client])])
        change(&scene)
        return try scene.verdict(VerifyCluster(), "verify", on: "cluster")
    }

    @Test("a cluster that is wholly at the target passes, control-plane hosts without Node objects included")
    func done() throws {
        #expect(try verdict { _ in } == .open)
        #expect(try Scene.done().decide(VerifyCluster(), "verify", on: "cluster") == [])
    }

    @Test("an API server that says another version does not pass")
    func server() throws {
        #expect(
            try verdict { $0.servers["cp2"]?.version = old }
                == .waiting(.apiServerVersion(host: "cp2", found: old, expected: new))
        )
        #expect(try verdict { $0.servers["cp2"]?.isHealthy = false } == .waiting(.apiServerUnhealthy(host: "cp2")))
    }

    @Test("a package left behind on any host does not pass", arguments: ["cp2", "w3", "deploy"])
    func package(host: String) throws {
        let name = ["cp2": "kubernetes-master", "w3": "kubernetes-node", "deploy": "kubernetes-client"][host] ?? ""
        #expect(
            try verdict { $0.packages[host]?[name]?.version = .start }
                == .waiting(.unexpectedPackage(host: host, package: name, found: .start, expected: [.target]))
        )
    }

    @Test("a package that is not configured does not pass")
    func unconfigured() throws {
        #expect(
            try verdict { $0.packages["w3"]?["kubernetes-node"]?.isConfigured = false }
                == .waiting(.packageSystemUnclean(host: "w3", audit: "kubernetes-node is not configured"))
        )
    }

    @Test("a daemon that still runs the old version does not pass, though its package is new")
    func unit() throws {
        #expect(
            try verdict { $0.units["w3"]?["kube-proxy"]?.runningVersion = old }
                == .waiting(.unitNotRunning(host: "w3", unit: "kube-proxy", found: old, expected: new))
        )
    }

    @Test("a kubelet that reports the old version does not pass")
    func kubelet() throws {
        #expect(
            try verdict { $0.nodes["w3.example.org"]?.kubeletVersion = old }
                == .waiting(.kubeletVersion(node: "w3.example.org", found: old, expected: new))
        )
    }

    @Test("a missing Node object does not pass")
    func node() throws {
        #expect(
            try verdict { $0.nodes["w3.example.org"] = nil } == .waiting(.nodeMissing(node: "w3.example.org"))
        )
    }

    @Test("a cordon of ours does not pass; somebody else's does")
    func cordon() throws {
        #expect(try verdict { $0.weCordon("w3") } == .waiting(.cordonLeft(node: "w3.example.org")))
        #expect(try verdict { $0.theyCordon("w3") } == .open)
    }

    @Test("a node that was Ready before must be Ready; one that was not need not")
    func ready() throws {
        #expect(
            try verdict { $0.nodes["w3.example.org"]?.isReady = false }
                == .waiting(.worseThanBaseline(node: "w3.example.org"))
        )
        let before = try verdict {
            $0.nodes["w3.example.org"]?.isReady = false
            $0.baseline.readyNodes.remove("w3.example.org")
        }
        #expect(before == .open)
    }

    @Test("a controller without a leader does not pass")
    func leader() throws {
        #expect(
            try verdict { $0.leaders["kube-scheduler"] = nil } == .waiting(.noLeader(component: "kube-scheduler"))
        )
    }
}
