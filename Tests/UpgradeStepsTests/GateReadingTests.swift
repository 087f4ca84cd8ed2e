import Testing

@testable import UpgradeCore
@testable import UpgradeSteps

@Suite("What gates measure")
struct GateReadingTests {
    private let node = "w1.example.org"

    @Test("a count is told as so many of so many, anything else with what is needed, and what is to spare at the end")
    func text() {
        let members = GateReading("members healthy", 2, of: 3, spare: "0 may be lost")
        #expect(members.text == "members healthy: 2 of 3, 0 may be lost")
        #expect(GateReading("kubelet", "v1.12.10", needs: "v1.13.12").text == "kubelet: v1.12.10, needs v1.13.12")
    }

    @Test("the node's gate has the kubelet's version and readiness, also of a node that is missing")
    func nodeReady() throws {
        var scene = Scene.done()
        let old = try #require(PackageVersion.start.kubernetes)
        let new = try #require(PackageVersion.target.kubernetes)
        let measured = { (scene: Scene) in try scene.measured(NodeReady(), PhaseName.workers, on: "w1") }
        #expect(try measured(scene) == ["kubelet: v\(new), needs v\(new)", "node: Ready, needs Ready"])
        scene.nodes[node]?.isReady = false
        scene.nodes[node]?.kubeletVersion = old
        #expect(try measured(scene) == ["kubelet: v\(old), needs v\(new)", "node: not Ready, needs Ready"])
        scene.nodes[node] = nil
        #expect(try measured(scene) == ["kubelet: none, needs v\(new)", "node: missing, needs Ready"])
    }

    @Test("the cluster's gate counts members, servers and nodes, and says how many members may be lost")
    func health() throws {
        var scene = Scene()
        let measured = { (scene: Scene) in try scene.measured(ClusterHealth(), PhaseName.workers, on: "w1") }
        let (members, servers) = (scene.playbook.hosts(.etcd).count, scene.playbook.hosts(.controlPlane).count)
        let nodes = scene.baseline.readyNodes.count
        let fine = try measured(scene)
        let spare = members - members / 2 - 1
        #expect(fine.first == "etcd members healthy: \(members) of \(members), \(spare) may be lost")
        #expect(fine.contains("API servers healthy: \(servers) of \(servers)"))
        #expect(fine.contains("nodes Ready, or cordoned by this run: \(nodes) of \(nodes)"))
        #expect(fine.count { $0.hasPrefix("leader of kube-") } == 2)
        scene.servers["cp1"]?.isHealthy = false
        scene.nodes[node]?.isReady = false
        let worse = try measured(scene)
        #expect(worse.contains("API servers healthy: \(servers - 1) of \(servers)"))
        #expect(worse.contains("nodes Ready, or cordoned by this run: \(nodes - 1) of \(nodes)"))
    }
}
