import Testing
import UpgradeKnowledge

@testable import UpgradeCore

@Suite("Foresight: what is answered already is not asked again")
struct ForesightAnswerTests {
    private func found(
        _ release: String = "1.12",
        to target: String = "1.16",
        _ change: (inout CleanCluster) throws -> Void
    ) throws -> [String] {
        var cluster = try CleanCluster(release)
        try change(&cluster)
        return try cluster.ids(to: target)
    }

    @Test("a cordon of somebody else, where the playbook says that it is kept")
    func cordons() throws {
        func cordoned(_ answer: ForeignCordons) throws -> [String] {
            try found {
                $0.facts.nodes[1].isCordoned = true
                $0.facts.playbook.foreignCordons = answer
            }
        }
        #expect(try cordoned(.keep) == [])
        #expect(try cordoned(.refuse) == ["foreign-cordon/w2.example.org"])
    }

    @Test("a DefaultDeny annotation, where the namespace has a policy by now")
    func policies() throws {
        func denied(policyIn namespace: String) throws -> [String] {
            try found {
                $0.facts.objects.defaultDeny = ["shop"]
                $0.facts.objects.applied = [.init(kind: "NetworkPolicy", namespace: namespace, name: "deny")]
            }
        }
        #expect(try denied(policyIn: "shop") == [])
        #expect(try denied(policyIn: "other") == ["default-deny/shop"])
    }

    @Test("Docker at 1.24, where a shim of its own stands between; a cluster beyond that has one")
    func shims() throws {
        let shimmed = try found("1.23", to: "1.24") { cluster in
            for host in ["w1", "w2", "w3"] { cluster.give("kubelet", on: host, "--container-runtime=remote") }
        }
        #expect(shimmed.filter { $0.hasPrefix("runtime/") } == [])
        #expect(try found("1.24", to: "1.25") { _ in }.filter { $0.hasPrefix("runtime/") } == [])
        #expect(try found("1.23", to: "1.24") { _ in }.filter { $0.hasPrefix("runtime/") } == ["runtime/docker/gone"])
    }

    @Test("the host name of kube-proxy's configuration file is the kubelet's, or is told")
    func proxyFile() throws {
        func named(_ name: String) throws -> [String] {
            try found { cluster in
                cluster.change("/etc/default/kube-proxy", on: "w1") {
                    $0.replace("--hostname-override=w1.example.org", with: "--config=/etc/kube-proxy.yaml")
                }
                cluster.configure("w1") { configuration in
                    configuration.daemons[1].words.removeAll { $0.hasPrefix("--hostname") }
                    configuration.daemons[1].words.append("--config=/etc/kube-proxy.yaml")
                }
                let text = "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nhostnameOverride: \(name)\n"
                cluster.add(.configuration, "/etc/kube-proxy.yaml", to: "kube-proxy", on: "w1", text)
            }
        }
        #expect(try named("w1.example.org") == [])
        #expect(try named("w1") == ["hostname-override/kube-proxy"])
        #expect(try named("\"\"") == ["hostname-override/kube-proxy"])
    }

    @Test("a budget that a wave keeps, and an aggregated API with backends in two waves")
    func waves() throws {
        func pod(_ name: String, _ app: String) -> PodState {
            PodState(namespace: "shop", name: name, uid: name, owner: "ReplicaSet/\(app)", labels: ["app": app])
        }
        let quiet = try found { cluster in
            for host in ["w1", "w2", "w3"] {
                // Two on a node, one at a time, is how drains go.
                for number in 0..<2 { cluster.run(pod("web-\(host)-\(number)", "web"), on: host) }
            }
            cluster.facts.budgets = [
                BudgetState(
                    namespace: "shop",
                    name: "web",
                    matchLabels: ["app": "web"],
                    disruptionsAllowed: 1,
                    currentHealthy: 6,
                    desiredHealthy: 5,
                    expectedPods: 6
                )
            ]
            cluster.facts.objects.services = ["shop/web": ["app": "web"]]
            cluster.facts.objects.aggregated = [.init(name: "v1.shop", service: "shop/web", isAvailable: true)]
        }
        #expect(quiet == [])
    }

    @Test("a group of which a canary is only a part")
    func canaries() throws {
        func told(canaries: Int) throws -> [String] {
            try found { cluster in
                let workers = cluster.facts.playbook.hosts(.worker).map(\.name)
                cluster.facts.playbook.waves.canary = .first(canaries)
                cluster.facts.playbook.waves.groups = [
                    WorkerGroup(name: "edge", hosts: Array(workers.prefix(2)), batch: 1, failureBudget: 0)
                ]
            }
        }
        #expect(try told(canaries: 1) == [])
        #expect(try told(canaries: 2) == ["group-of-canaries/edge"])
    }

    @Test("a node that failed stays out beside the one that is worked on, and each is out with its neighbours in turn")
    func failed() throws {
        func stuck(batch: Int, failureBudget: Int) throws -> [String] {
            try found { cluster in
                cluster.facts.playbook.workerBatch = batch
                cluster.facts.playbook.workerFailureBudget = failureBudget
                // Only w2 and w3 have what the pods need.
                for number in [1, 2] {
                    cluster.facts.nodes[number].labels["disk"] = "ssd"
                    cluster.run(
                        PodState(
                            namespace: "shop",
                            name: "web-\(number)",
                            uid: "\(number)",
                            owner: "ReplicaSet/web",
                            labels: ["app": "web"],
                            nodeSelector: ["disk": "ssd"]
                        ),
                        on: "w\(number + 1)"
                    )
                }
                cluster.facts.budgets = [
                    BudgetState(
                        namespace: "shop",
                        name: "web",
                        matchLabels: ["app": "web"],
                        disruptionsAllowed: 1,
                        currentHealthy: 2,
                        desiredHealthy: 1,
                        expectedPods: 2
                    )
                ]
            }
        }
        #expect(try stuck(batch: 1, failureBudget: 0) == [])
        #expect(try stuck(batch: 1, failureBudget: 1) == ["budget-stuck/shop/web/behind-failures"])
        // w1 and w2 go first; w3 takes the place of the one that ends first.
        #expect(try stuck(batch: 2, failureBudget: 0) == ["budget-stuck/shop/web"])
    }

    @Test("AppArmor: a node that says nothing is none without it, and nodes without it hurt nobody who wants none")
    func appArmor() throws {
        let policy = ClusterObjects.Applied(kind: "PodSecurityPolicy", name: "p", wantsAppArmor: true)
        let silent = try found { cluster in
            cluster.facts.objects.applied = [policy]
            cluster.facts.nodes[0].confinesPods = nil
        }
        #expect(silent == [])
        #expect(try found { $0.facts.nodes[0].confinesPods = false } == [])
    }

    @Test("IPVS: an older kernel has worked with it all the time, and a file counts more than the flag")
    func balancer() throws {
        func mode(_ flag: String, _ file: String?, kernel: String) throws -> [String] {
            try found { cluster in
                cluster.configure("w1") { $0.kernel = kernel }
                cluster.change("/etc/default/kube-proxy", on: "w1") {
                    $0.replace("--proxy-mode=iptables", with: "--proxy-mode=\(flag)")
                }
                guard let file else { return }
                cluster.add(.configuration, "/etc/kube-proxy.yaml", to: "kube-proxy", on: "w1", "mode: \(file)\n")
            }
            // A note of upstream's about IPVS and IPv6 is of every such cluster.
            .filter { $0.hasPrefix("ipvs/") }
        }
        #expect(try mode("ipvs", nil, kernel: "4.9.0-13-amd64") == [])
        #expect(try mode("ipvs", nil, kernel: "5.10.0-8-amd64") == ["ipvs/kernel-4.19"])
        #expect(try mode("ipvs", "iptables", kernel: "4.19.0-13-amd64") == [])
        #expect(try mode("iptables", "ipvs", kernel: "4.19.0-13-amd64") == ["ipvs/kernel-4.19"])
    }

    @Test("the file's own API counts at its hop only, and for its daemon")
    func configurationAPIs() throws {
        func found(_ version: String, _ daemon: String, on host: String) throws -> [String] {
            try self.found { cluster in
                cluster.add(.configuration, "/etc/c.yaml", to: daemon, on: host, "apiVersion: \(version)\nkind: X\n")
            }
        }
        #expect(try found("kubescheduler.config.k8s.io/v1alpha1", "kube-scheduler", on: "cp1") == [])
        #expect(try found("componentconfig/v1alpha1", "kubelet", on: "w1") == [])
        #expect(
            try found("componentconfig/v1alpha1", "kube-scheduler", on: "cp1")
                == ["configuration-api/kube-scheduler/componentconfig/v1alpha1"]
        )
    }

    @Test("what a rule finds is no note for a person")
    func notes() throws {
        let path = try CleanCluster("1.12").path(to: "1.16")
        let ids = Foresight.byHand(path: path, knowledge: try Breakage.all()).map(\.id)
        for note in ["k116-iptables-nft", "k116-apis", "k116-calico-kube-controllers", "k114-gates"] {
            #expect(!ids.contains("by-hand/\(note)"))
        }
        #expect(ids.contains("by-hand/k116-metric-labels"))
    }
}
