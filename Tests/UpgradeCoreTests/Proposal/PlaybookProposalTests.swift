import Testing
import UpgradeTestSupport

@testable import UpgradeCore

@Suite("A playbook proposed from the survey of a host")
struct PlaybookProposalTests {
    private static let name = "cp1"
    private static let golden = "Tests/UpgradeCoreTests/Golden/proposal"

    /// The answers of a control-plane host that is an etcd host and a worker as well, one of two.
    private func host(
        etcd: String = "https://127.0.0.1:2379,https://etcd2.example.org:2379",
        endpoints: [String]? = ["192.0.2.1", "192.0.2.2"],
        answersAPI: Bool = true,
        cafile: String = "/etc/etcd/ca.pem"
    ) throws -> SurveyedHost {
        let host = HostConfiguration(
            hostName: "cp1",
            daemons: [
                .init(
                    name: "kube-apiserver",
                    program: "/usr/bin/kube-apiserver",
                    words: [
                        "--etcd-servers=\(etcd)", "--etcd-cafile", cafile, "--secure-port=8443",
                        "--advertise-address=192.0.2.1",
                    ]
                ),
                .init(name: "kubelet", program: "/usr/bin/kubelet", words: ["--hostname-override=cp1.example.org"]),
            ]
        )
        let names = SurveyedHost.packageNames
        let madison = ["1.13.12-1", "1.13.11-1", "1.12.10-1"].flatMap { version in
            names.map { "\($0) | \(version) | http://apt.example.org buster/main amd64 Packages\n" }
        }
        var seen = Observation()
        seen.record(.hostConfiguration(host), to: .hostConfiguration(host: Self.name))
        let version = try #require(KubernetesVersion("v1.12.10"))
        seen.record(
            .unit(UnitState(isActive: true, runningVersion: version)),
            to: .unit(host: Self.name, unit: "kube-apiserver")
        )
        let package = InstalledPackage(version: try #require(PackageVersion("1.12.10-1")))
        seen.record(.packages(["kubernetes-master": package]), to: .packages(host: Self.name, names: names))
        seen.record(
            .candidates(try HostReading.candidates(madison.joined())),
            to: .candidates(host: Self.name, names: names)
        )
        var unanswered: [Probe: String] = [:]
        if answersAPI {
            var nodes = try ObjectReading.nodes(TestFiles.fixture("kubectl/1.12/nodes.json"))
            nodes[0].name = "cp1.example.org"
            seen.record(.nodes(nodes), to: .nodes)
            let calico = PodState(
                namespace: "kube-system",
                name: "calico-node-x",
                owner: "DaemonSet/calico-node",
                labels: ["k8s-app": "calico-node"],
                image: "calico/node:v3.7.5"
            )
            let tiller = PodState(
                namespace: "shop",
                name: "tiller-deploy-x",
                owner: "ReplicaSet/tiller-deploy-1",
                labels: ["app": "helm", "name": "tiller"],
                image: "tiller:v2.13.1"
            )
            seen.record(.podsByNode(["cp1.example.org": [calico], "": [tiller]]), to: .pods)
            if let endpoints { seen.record(.apiServers(endpoints), to: .apiServers) }
        } else {
            for probe in SurveyedHost.clusterProbes { unanswered[probe] = "no such kubeconfig\nat all" }
        }
        return SurveyedHost(name: Self.name, ssh: SSHOptions(user: "ops"), seen: seen, unanswered: unanswered)
    }

    private func propose(_ host: SurveyedHost) throws -> PlaybookProposal {
        PlaybookProposal(host, hops: try HopCatalog.all().keys)
    }

    @Test("what is known of a cluster stands in the playbook, what is not is marked")
    func whole() throws {
        let proposal = try propose(host())
        try Golden.expect(proposal.text, matches: "\(Self.golden)-whole.yaml")
        let marks = proposal.text.split(separator: "# not found out: ", omittingEmptySubsequences: false).count - 1
        #expect(proposal.missing.count == marks)
    }

    @Test("an API that does not answer leaves its lines to fill in, with the reason on one line")
    func noAPI() throws {
        let proposal = try propose(host(etcd: "unix:///x", answersAPI: false))
        try Golden.expect(proposal.text, matches: "\(Self.golden)-no-api.yaml")
    }

    @Test("until it is filled in each marked value is refused by its line; then it is a playbook")
    func decodes() throws {
        for proposal in [try propose(host()), try propose(host(etcd: "unix:///x", answersAPI: false))] {
            let lines = proposal.text.split(separator: "\n", omittingEmptySubsequences: false)
            let blanks = Set(lines.indices.filter { lines[$0].contains(PlaybookProposal.blank) }.map { $0 + 1 })
            #expect(!blanks.isEmpty)
            do {
                _ = try PlaybookDecoder.decode(proposal.text, file: "p.yaml")
                Issue.record("an unfinished playbook was taken")
            } catch {
                #expect(blanks.isSubset(of: Set(error.all.compactMap { $0.location?.line })), "\(error)")
                #expect(error.description.contains("p.yaml:3:10: `cluster` is `<fill in>`"), "\(error)")
            }
        }
        var text = try propose(host()).text.replacing("cluster: <fill in>", with: "cluster: shop")
            .replacing("name: <fill in>, address: 192.0.2.2", with: "name: cp2, address: 192.0.2.2")
        for release in ["1.14", "1.15", "1.16"] {
            text = text.replacing("\(release): <fill in>", with: "\(release): \(release).1-1")
        }
        let playbook = try PlaybookDecoder.decode(text, file: "p.yaml")
        #expect(playbook.hosts(.controlPlane).map(\.name) == ["cp1", "cp2"])
        #expect(playbook.hosts(.etcd).map(\.name) == ["cp1", "etcd2.example.org"])
        #expect(playbook.host("cp1")?.node == "cp1.example.org")
        #expect(playbook.etcd.cacert == "/etc/etcd/ca.pem")
        #expect(playbook.api.endpoint == "https://{address}:8443")
        #expect(playbook.ssh.user == "ops")
        #expect(playbook.releases.count == 5)
    }

    @Test("where no endpoint is known to be the host's own, none is taken for another host")
    func whichIsOurs() throws {
        let hosts = try host(endpoints: ["198.51.100.1", "198.51.100.2"]).hosts()
        let unnamed = hosts.filter { $0.name == nil }
        #expect(unnamed.map(\.address) == ["198.51.100.1", "198.51.100.2"])
        #expect(unnamed.allSatisfy { $0.note?.hasPrefix("not found out") == true })
    }

    @Test("what a host says cannot become a key of the playbook")
    func hostile() throws {
        let proposal = try propose(host(etcd: "https://a}, {x: y\n#\":2379"))
        #expect(!proposal.text.contains("{x: y"), "\(proposal.text)")
        var odd = try host()
        odd.name = "true"
        #expect(PlaybookProposal(odd, hops: try HopCatalog.all().keys).text.contains("name: \"true\""))
    }

    @Test("a value of the host is quoted as it is: scalar by scalar, and whole")
    func quoted() throws {
        for (value, text) in [
            // To Swift a quote with an accent is another character than a quote; to a reader of YAML it ends the value.
            ("/e\"\u{301}", "\"/e\\\"\u{301}\""), ("/e\u{D4E}\"", "\"/e\u{D4E}\\\"\""), ("/e\\", "\"/e\\\\\""),
            ("/" + String(repeating: "a b", count: 200), "\"/\(String(repeating: "a b", count: 200))\""),
        ] {
            let lines = try propose(host(cafile: value)).text.unicodeScalars.split(separator: "\n")
            #expect(lines.contains { $0.elementsEqual("  cacert: \(text)".unicodeScalars) }, "\(value)")
        }
    }

    @Test("an address is not taken for a name, nor are etcd servers that cannot be read left out in silence")
    func addresses() throws {
        let etcd = "https://192.0.2.7:2379,unix:///x,https://192.0.2.1:2379"
        let hosts = try host(etcd: etcd).hosts().filter { $0.roles.contains(.etcd) }
        #expect(hosts.map(\.name) == [nil, "cp1", nil])
        #expect(hosts.filter { $0.name == nil }.allSatisfy { $0.note?.hasPrefix("not found out: ") == true })
        #expect(hosts.compactMap(\.address) == ["192.0.2.7"])
    }

    @Test("names are one machine's where one is the other without its domain")
    func sameNames() {
        #expect(ProposedHost.isSame("w1", "w1.example.org"))
        #expect(!ProposedHost.isSame("w1", "w10.example.org"))
        #expect(!ProposedHost.isSame("10", "10.0.0.1"))
        #expect(!ProposedHost.isSame("", "w1"))
    }

    /// Not a recorded answer: the form is that of upstream's types.
    ///
    /// - Source: Kubernetes 1.12 staging/src/k8s.io/api/core/v1/types.go, EndpointSubset
    @Test("the addresses of the endpoints are read; there may be none")
    func endpoints() throws {
        let object = """
            {"kind": "Endpoints", "apiVersion": "v1", "metadata": {"name": "kubernetes", "namespace": "default"},
             "subsets": [{"addresses": [{"ip": "192.0.2.1"}, {"ip": "192.0.2.2"}],
                          "ports": [{"name": "https", "port": 6443, "protocol": "TCP"}]},
                         {"notReadyAddresses": [{"ip": "192.0.2.3"}]}]}
            """
        #expect(try ObjectReading.apiServers(object) == ["192.0.2.1", "192.0.2.2"])
        #expect(try ObjectReading.apiServers(#"{"metadata": {"name": "kubernetes"}}"#).isEmpty)
    }
}
