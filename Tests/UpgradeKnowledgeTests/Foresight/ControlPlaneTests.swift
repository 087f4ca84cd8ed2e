import Testing
import UpgradeKnowledge

@testable import UpgradeCore

@Suite("Foresight: what a control-plane host sees")
struct ControlPlaneTests {
    @Test(
        "requests that the upgrade itself mends, or that a person's discovery will, are none to be told of",
        arguments: [
            ("kube-controller-manager/v1.12.10", "watch", "extensions/v1beta1", "deployments"),
            ("hyperkube/v1.12.10", "watch", "extensions/v1beta1", "daemonsets"),
            ("kubectl/v1.12.10", "list", "extensions/v1beta1", "deployments"),
            // Metrics without names count the garbage collector as well.
            ("", "watch", "extensions/v1beta1", "networkpolicies"),
            // Served to the end of the path.
            ("traefik/v1", "watch", "extensions/v1beta1", "ingresses"),
            // Never served by the release that runs: a server of another release under its label.
            ("kube-proxyless/v1", "watch", "discovery.k8s.io/v1beta1", "endpointslices"),
            ("operator/v1", "watch", "example.org/v1beta1", "widgets"),
        ]
    )
    func silent(client: String, verb: String, apiVersion: String, resource: String) throws {
        var cluster = try CleanCluster()
        cluster.ask(.audit, verb, resource, of: apiVersion, by: client)
        #expect(try cluster.findings().filter { $0.severity != .worthKnowing }.map(\.id) == [])
    }

    @Test("one who asks in many ways is one finding with each of them")
    func merged() throws {
        var cluster = try CleanCluster()
        for verb in ["list", "watch", "update"] {
            cluster.ask(.audit, verb, "networkpolicies", by: "kube-policy-controller/v0.0.0")
        }
        let found = try cluster.findings().filter { $0.id.hasPrefix("api-request/") }
        #expect(found.map(\.places.count) == [3])
    }

    @Test("a kubelet of a node that is not Ready, or not the playbook's, is not missed")
    func others() throws {
        var cluster = try CleanCluster()
        cluster.facts.nodes[0].isReady = false
        cluster.facts.unreachedKubelets = [
            (
                "cp1",
                [
                    .init(node: "w1.example.org", address: "192.0.2.1:10250", reason: .timeout),
                    .init(node: "other.example.org", address: "192.0.2.9:10250", reason: .refused),
                ]
            )
        ]
        #expect(try cluster.findings().allSatisfy { !$0.id.hasPrefix("kubelet-port/") })
    }

    @Test("tokens that last, and a bootstrap token that ends after the run, are no finding")
    func lasting() throws {
        var cluster = try CleanCluster()
        cluster.configure("w1") { $0.tokens = [.init(path: "/etc/kubernetes/kubelet.conf", notAfter: 1_700_000_000)] }
        cluster.facts.objects.bootstrapTokens = [.init(name: "bootstrap-token-abcdef", notAfter: 1_601_000_000)]
        #expect(try cluster.findings().filter { $0.severity != .worthKnowing }.map(\.id) == [])
    }
}
