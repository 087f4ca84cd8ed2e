import Testing
import UpgradeKnowledge

@testable import UpgradeCore

@Suite("Foresight: configurations as people write them")
struct HostileConfigurationTests {
    private let breaking = ["flag-removed/kubelet/--allow-privileged"]

    /// What stops a run or changes something, notes apart.
    private func found(_ change: (inout CleanCluster) throws -> Void) throws -> [String] {
        var cluster = try CleanCluster()
        try change(&cluster)
        return try cluster.findings().filter { $0.severity != .worthKnowing }.map(\.id)
    }

    /// The kubelet's unit with another ExecStart, its process gone.
    private func unit(_ lines: String) throws -> [String] {
        try found { cluster in
            cluster.change("/lib/systemd/system/kubelet.service", on: "w1") {
                $0 = "[Service]\nEnvironment=OLD=--allow-privileged\n\(lines)\n"
            }
            cluster.configure("w1") { $0.daemons[0].words = [] }
        }
    }

    @Test("a comment between continued lines of a unit is none of its words, and what follows it is")
    func comments() throws {
        let name = "--hostname-override=w1.example.org"
        #expect(try unit("ExecStart=/usr/bin/kubelet \\\n  # --allow-privileged=true \\\n  \(name)") == [])
        #expect(try unit("ExecStart=/usr/bin/kubelet \(name) \\\n  # a reason\n  --allow-privileged=true") == breaking)
    }

    @Test("an empty Environment= takes back what was set before")
    func environmentReset() throws {
        let start = "ExecStart=/usr/bin/kubelet --hostname-override=w1.example.org $OLD"
        #expect(try unit(start) == breaking)
        #expect(try unit("Environment=\n\(start)") == [])
    }

    @Test("the value of an EnvironmentFile goes on to its closing quote", arguments: ["\"", "'"])
    func quotes(quote: String) throws {
        let found = try found { cluster in
            cluster.change("/etc/default/kubelet", on: "w1") {
                $0 =
                    "DAEMON_ARGS=\(quote)--hostname-override=w1.example.org\n# --v=1\n  --allow-privileged=true\n\(quote)\n"
            }
        }
        #expect(found == breaking)
    }

    @Test(
        "a flag counts in each of its forms",
        arguments: ["--allow-privileged true", "--allow_privileged", "--allow-privileged=false"]
    )
    func forms(flag: String) throws { #expect(try found { $0.give("kubelet", on: "w1", flag) } == breaking) }

    @Test("gates are read with blanks, in JSON with tabs, by a YAML alias, and below a key that says nothing")
    func gates() throws {
        let gates = ["gate-unknown/kubelet/HugePages"]
        #expect(
            try found {
                $0.give("kubelet", on: "w1", "'--feature-gates=RotateKubeletClientCertificate=true, HugePages = true'")
            } == gates
        )
        for text in [
            "{\n\t\"kind\": \"KubeletConfiguration\",\n\t\"featureGates\": {\n\t\t\"HugePages\": true\n\t}\n}",
            "x: &gates {HugePages: true}\nfeatureGates: *gates\n", "featureGates:\n  HugePages: true\r\n",
        ] {
            #expect(try found { $0.add(.configuration, "/k.yaml", to: "kubelet", on: "w1", text) } == gates, "\(text)")
        }
        for text in [
            "", "\0", "[", "featureGates:", "featureGates: [HugePages]", "a: &a [*a]", "- 1", "featureGates: *no",
        ] {
            #expect(try found { $0.add(.configuration, "/k.yaml", to: "kubelet", on: "w1", text) } == [], "\(text)")
        }
    }

    @Test("a scheduler's configuration file is no trouble by itself, only one of the group that is gone")
    func schedulerConfiguration() throws {
        func scheduler(_ text: String) throws -> [String] {
            try found {
                $0.give("kube-scheduler", on: "cp1", "--config=/etc/kubernetes/scheduler.yaml")
                $0.add(.configuration, "/etc/kubernetes/scheduler.yaml", to: "kube-scheduler", on: "cp1", text)
            }
        }
        #expect(
            try scheduler("apiVersion: kubescheduler.config.k8s.io/v1alpha1\nkind: KubeSchedulerConfiguration\n") == []
        )
        for text in ["apiVersion: \"componentconfig/v1alpha1\"\n", "{\"apiVersion\": \"componentconfig/v1alpha1\"}"] {
            #expect(try scheduler(text) == ["configuration-api/kube-scheduler/componentconfig/v1alpha1"], "\(text)")
        }
    }

    @Test("gates of a file count beside those of the command line")
    func gatesOfBoth() throws {
        let found = try found {
            $0.give("kubelet", on: "w1", "--feature-gates=RotateKubeletClientCertificate=true")
            $0.add(.configuration, "/k.yaml", to: "kubelet", on: "w1", "featureGates:\n  HugePages: true\n")
        }
        #expect(found == ["gate-unknown/kubelet/HugePages"])
    }

    @Test("a note that needs two things is not told for one of them")
    func half() throws {
        let redirect = "--redirect-container-streaming=true"
        #expect(try found { $0.give("kubelet", on: "w1", redirect) } == [])
        let both = try found { $0.give("kubelet", on: "w1", "\(redirect) --container-runtime=remote") }
        #expect(both == ["note/k114-proxy-redirects"])
    }

    @Test("a webhook whose backend is on a node that is not drained is no trouble")
    func backendElsewhere() throws {
        let found = try found { cluster in
            cluster.facts.pods["elsewhere"] = [
                PodState(
                    namespace: "shop",
                    name: "guard",
                    uid: "g",
                    owner: "ReplicaSet/guard",
                    labels: ["app": "guard"]
                )
            ]
            cluster.facts.objects.services = ["shop/guard": ["app": "guard"]]
            cluster.facts.objects.webhooks = [
                .init(name: "guard/pods.guard", failsClosed: true, service: "shop/guard", resources: ["pods"])
            ]
        }
        #expect(found == [])
    }

    @Test("labels that a kubelet may set are allowed with blanks around them too")
    func labels() throws {
        let labels = "'--node-labels=a=b, beta.kubernetes.io/arch=amd64,, kubernetes.io/os=linux'"
        #expect(try found { $0.give("kubelet", on: "w1", labels) } == [])
    }

    @Test("certificates that a kubelet has replaced are not missed, and its current one renews itself")
    func rotatedCertificates() throws {
        let clock = 1_600_000_000.0
        func certificates(_ name: String, _ left: Double) throws -> [String] {
            try found {
                $0.configure("w1") {
                    $0.certificates = [.init(path: "/var/lib/kubelet/pki/\(name)", notAfter: clock + left)]
                }
            }
        }
        #expect(try certificates("kubelet-client-2019-08-01-10-20-30.pem", -1) == [])
        #expect(try certificates("kubelet-server-2019-08-01-10-20-30.pem", 60) == [])
        #expect(try certificates("kubelet-client-current.pem", 3_600) == [])
        #expect(
            try certificates("kubelet-client-current.pem", -1) == [
                "certificate/var/lib/kubelet/pki/kubelet-client-current.pem"
            ]
        )
        #expect(try certificates("kubelet.crt", 3_600) == ["certificate/var/lib/kubelet/pki/kubelet.crt"])
    }

    @Test("only the first CNI configuration is read, and an empty cniVersion is none")
    func networks() throws {
        func network(_ path: String, _ text: String) throws -> [String] {
            try found { $0.configure("w1") { $0.files.append(.init(kind: .network, path: path, text: text)) } }
        }
        #expect(try network("/etc/cni/net.d/99-loopback.conf", #"{"type": "loopback"}"#) == [])
        #expect(try network("/etc/cni/net.d/00-empty.conf", "\n") == [])
        #expect(
            try network("/etc/cni/net.d/05-a.conf", #"{"cniVersion": "", "type": "x"}"#) == [
                "cni-version/etc/cni/net.d/05-a.conf"
            ]
        )
    }

    @Test("a file whose lines end as on other systems is read line by line")
    func carriageReturns() throws {
        #expect(
            try unit("ExecStart=/usr/bin/kubelet --hostname-override=w1.example.org \\\r\n  $OLD\r\nRestart=no\r")
                == breaking
        )
        let found = try found { cluster in
            cluster.change("/etc/default/kubelet", on: "w1") { text in
                text = "# of kubelet\nMORE=x\n\(text)".replacing("=\"", with: "=\"--allow-privileged=true ")
                    .replacing("\n", with: "\r\n")
            }
            cluster.configure("w1") { $0.daemons[0].words = [] }
        }
        #expect(found == breaking)
    }

    @Test(
        "an override is read as the kubelet and systemd read it",
        arguments: ["", "W1.Example.ORG", "%H", "%n"]
    )
    func overrides(name: String) throws {
        let found = try found { cluster in
            cluster.change("/lib/systemd/system/kubelet.service", on: "w1") {
                $0 = "[Service]\nExecStart=/usr/bin/kubelet --hostname-override=\(name)\n"
            }
            cluster.configure("w1") { configuration in
                configuration.hostName = "W1.example.org"
                configuration.daemons[0].words = ["--hostname-override=\(name == "%n" ? "w1.example.org" : name)"]
                if name == "%H" { configuration.daemons[0].words = ["--hostname-override=w1.example.org"] }
            }
        }
        #expect(found == [])
    }

    @Test("a kubelet without an override is named after its host, unless a cloud names it")
    func names() throws {
        func named(_ more: String) throws -> [String] {
            try found { cluster in
                for daemon in ["kubelet", "kube-proxy"] {
                    cluster.change("/etc/default/\(daemon)", on: "w1") {
                        $0.replace("--hostname-override=w1.example.org", with: daemon == "kubelet" ? more : "")
                    }
                }
                cluster.configure("w1") { configuration in
                    for index in configuration.daemons.indices {
                        configuration.daemons[index].words.removeAll { $0.hasPrefix("--hostname") }
                    }
                }
            }
        }
        #expect(try named("") == ["node-name/w1"])
        #expect(try named("--cloud-provider=openstack") == [])
        #expect(
            try found { cluster in
                cluster.configure("w1") { $0.hostName = "W1.Example.org" }
                for daemon in ["kubelet", "kube-proxy"] {
                    cluster.change("/etc/default/\(daemon)", on: "w1") {
                        $0.replace("--hostname-override=w1.example.org", with: "")
                    }
                }
            } == []
        )
    }

    @Test("etcd's quota is that of its environment where no flag gives it, as in Debian's /etc/default/etcd")
    func quota() throws {
        func size(_ setting: String, _ flag: String = "") throws -> [String] {
            try found { cluster in
                cluster.facts.members["etcd1"]?.databaseSize = .mebibytes(3_000)
                cluster.change("/etc/default/etcd", on: "etcd1") {
                    $0.replace("DAEMON_ARGS=\"", with: "\(setting)\nDAEMON_ARGS=\"\(flag) ")
                }
            }
        }
        #expect(try size("") == ["etcd-size/etcd1"])
        #expect(try size("ETCD_QUOTA_BACKEND_BYTES=\"8589934592\"") == [])
        #expect(
            try size("ETCD_QUOTA_BACKEND_BYTES=8589934592", "--quota-backend-bytes=3300000000") == ["etcd-size/etcd1"]
        )
    }

    @Test("a backend that is not ready, or on no node yet, does not stand behind a webhook")
    func backends() throws {
        let found = try found { cluster in
            func pod(_ name: String, _ change: (inout PodState) -> Void = { _ in }) -> PodState {
                var pod = PodState(
                    namespace: "shop",
                    name: name,
                    uid: name,
                    owner: "ReplicaSet/\(name)",
                    labels: ["app": "guard"]
                )
                change(&pod)
                return pod
            }
            cluster.facts.objects.services = ["shop/guard": ["app": "guard"]]
            cluster.facts.objects.webhooks = [
                .init(name: "guard", failsClosed: true, service: "shop/guard", resources: ["pods"])
            ]
            cluster.run(pod("a"), on: "w1")
            cluster.run(pod("b") { $0.isReady = false }, on: "w2")
            cluster.facts.pods["", default: []].append(pod("c"))
        }
        #expect(found == ["webhook/guard"])
    }

    @Test(
        "a webhook whose service is not there stops all it is asked about; of one without a selector nothing is known"
    )
    func services() throws {
        func webhook(_ services: [String: [String: String]]) throws -> [String] {
            try found {
                $0.facts.objects.services = services
                $0.facts.objects.webhooks = [
                    .init(name: "guard", failsClosed: true, service: "shop/guard", resources: ["pods"])
                ]
            }
        }
        #expect(try webhook(["shop/other": ["app": "guard"]]) == ["webhook/guard"])
        #expect(try webhook(["shop/guard": ["app": "guard"]]) == ["webhook/guard"])
        #expect(try webhook(["shop/guard": [:]]) == [])
    }

    @Test("a budget whose selector is more than labels is known by its own numbers")
    func budgets() throws {
        func budget(expected: Int) throws -> [String] {
            try found {
                $0.facts.budgets = [
                    BudgetState(
                        namespace: "shop",
                        name: "web",
                        matchLabels: nil,
                        disruptionsAllowed: 0,
                        currentHealthy: expected,
                        desiredHealthy: expected,
                        expectedPods: expected
                    )
                ]
            }
        }
        #expect(try budget(expected: 3) == ["budget-never-allows/shop/web"])
        #expect(try budget(expected: 0) == [])
    }
}
