import Testing

@testable import UpgradeCore

private let releases = ["1.12", "1.13", "1.14", "1.15", "1.16"]

@Suite("reading what the API prints")
struct ObjectReadingTests {
    @Test("nodes, a cordon and the running version are read", arguments: releases)
    func nodes(release: String) throws {
        let nodes = try ObjectReading.nodes(TestFiles.fixture("kubectl/\(release)/nodes.json"))
        #expect(nodes.map(\.name) == ["node-1", "node-2", "node-3"])
        #expect(nodes.allSatisfy { $0.isReady && !$0.isCordoned && $0.cordonMark == nil })
        #expect(nodes.allSatisfy { $0.kubeletVersion?.release == MinorRelease(release) })
        let cordoned = try #require(
            try ObjectReading.node(TestFiles.fixture("kubectl/\(release)/node-cordoned.json"))
        )
        #expect(cordoned.isCordoned)
        #expect(cordoned.cordonMark == nil)
    }

    @Test("pods are told apart as a drain must", arguments: releases)
    func pods(release: String) throws {
        let pods = try ObjectReading.pods(TestFiles.fixture("kubectl/\(release)/pods.json"))
        #expect(pods.filter { $0.name == "bare" }.allSatisfy { $0.owner == nil && !$0.hasEmptyDir })
        #expect(pods.filter { $0.name == "db-0" }.allSatisfy { $0.owner == "StatefulSet/db" })
        #expect(pods.contains { $0.name.hasPrefix("scratch-") && $0.hasEmptyDir })
        #expect(pods.contains { $0.name.hasPrefix("agent-") && $0.isOfDaemonSet })
        #expect(pods.allSatisfy { $0.namespace == "demo" && $0.isReady && !$0.uid.isEmpty && !$0.isMirror })
        let mirrors = try ObjectReading.pods(TestFiles.fixture("kubectl/\(release)/mirror-pods.json"))
        #expect(mirrors.map(\.isMirror) == [true])
    }

    @Test("a budget covers the pods that its selector names", arguments: releases)
    func budgets(release: String) throws {
        let budgets = try ObjectReading.budgets(TestFiles.fixture("kubectl/\(release)/budgets.json"))
        let pods = try ObjectReading.pods(TestFiles.fixture("kubectl/\(release)/pods.json"))
        let budget = try #require(budgets.first)
        #expect(budgets.count == 1)
        #expect(budget.path == "demo/web-apps")
        #expect(budget.disruptionsAllowed == 0)
        #expect(budget.desiredHealthy == 3)
        #expect(pods.filter(budget.covers).map(\.labels["app"]) == ["web-apps", "web-apps", "web-apps"])
    }

    @Test("a DaemonSet has its own pods, one a node", arguments: releases)
    func daemonSet(release: String) throws {
        let object = try TestFiles.fixture("kubectl/\(release)/daemonset.json")
        let pods = try TestFiles.fixture("kubectl/\(release)/pods.json")
        let text = "\(object)\n@upgrader daemonset 0\n\(pods)\n@upgrader pods 0\n"
        let daemonSet = try #require(try ObjectReading.daemonSet(Sections(text)))
        #expect(daemonSet.updateStrategy == "RollingUpdate")
        #expect(daemonSet.pods.values.allSatisfy { $0.owner == "DaemonSet/agent" })
        #expect(daemonSet.pods.keys.sorted() == ["node-1", "node-2", "node-3"])
        #expect(try ObjectReading.daemonSet(Sections("\n@upgrader daemonset 0\n\(pods)\n@upgrader pods 0\n")) == nil)
    }

    @Test("a DaemonSet says where Calico's data is, by the environment of any of its containers")
    func datastore() throws {
        func type(_ env: String) throws -> String? {
            let object = """
                {"metadata": {"name": "calico-node", "uid": "u"}, "spec": {"template": {"spec": {"containers": [
                {"name": "install-cni", "image": "i:1"}, {"name": "calico-node", "env": [\(env)]}]}}}}
                """
            let text = "\(object)\n@upgrader daemonset 0\n{\"items\": []}\n@upgrader pods 0\n"
            return try ObjectReading.daemonSet(Sections(text))?.datastoreType
        }
        #expect(try type(#"{"name": "X"}, {"name": "DATASTORE_TYPE", "value": "kubernetes"}"#) == "kubernetes")
        #expect(try type(#"{"name": "X", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}"#) == nil)
    }

    @Test("a Deployment whose replicas are all new and available says so", arguments: releases)
    func deployment(release: String) throws {
        let text = try TestFiles.fixture("kubectl/\(release)/deployment.json")
        let deployment = try #require(try ObjectReading.deployment(text))
        #expect(deployment.replicas == 3)
        #expect(deployment.updatedAndAvailable == 3)
    }

    @Test(
        "replicas of an old template never count as new",
        arguments: [
            (#"{"observedGeneration":1,"replicas":3,"updatedReplicas":3,"availableReplicas":3}"#, 0),
            (#"{"observedGeneration":2,"replicas":4,"updatedReplicas":1,"availableReplicas":3}"#, 0),
            (#"{"observedGeneration":2,"replicas":4,"updatedReplicas":2,"availableReplicas":3}"#, 1),
            (#"{"observedGeneration":2,"replicas":3,"updatedReplicas":3,"availableReplicas":2}"#, 2),
            ("{}", 0),
        ]
    )
    func oldReplicas(status: String, expected: Int) throws {
        let text = """
            {"metadata":{"name":"d","generation":2},"spec":{"replicas":3,"template":{"spec":{}}},"status":\(status)}
            """
        #expect(try ObjectReading.deployment(text)?.updatedAndAvailable == expected)
    }

    @Test("an API server is healthy only when it says exactly ok", arguments: releases)
    func apiServer(release: String) throws {
        let version = try TestFiles.fixture("kubectl/\(release)/version.json")
        let good = try ObjectReading.apiServer(
            Sections("ok\n@upgrader health 0\n\(version)\n@upgrader version 0\n")
        )
        #expect(good.isHealthy)
        #expect(good.version?.release == MinorRelease(release))
        let away = try ObjectReading.apiServer(Sections("\n@upgrader health 1\n\n@upgrader version 1\n"))
        #expect(away == APIServerState(isHealthy: false, version: nil))
    }

    @Test("the newer of the two forms of a leader lock counts")
    func leader() throws {
        let endpoints = """
            {"metadata":{"name":"kube-scheduler","annotations":{"control-plane.alpha.kubernetes.io/leader":\
            "{\\"holderIdentity\\":\\"cp1_a\\",\\"renewTime\\":\\"2026-11-22T15:15:00Z\\"}"}}}
            """
        let lease = #"{"spec":{"holderIdentity":"cp2_b","renewTime":"2026-11-22T15:15:01.500000Z"}}"#
        let clock = "1795360503.0\n@upgrader clock 0\n"
        let both = "\(endpoints)\n@upgrader endpoints 0\n\(lease)\n@upgrader lease 0\n\(clock)"
        #expect(
            try ObjectReading.leader(Sections(both)) == LeaderState(holder: "cp2_b", secondsSinceRenewal: 1.5)
        )
        let old = "\(endpoints)\n@upgrader endpoints 0\n\n@upgrader lease 1\n\(clock)"
        #expect(try ObjectReading.leader(Sections(old)) == LeaderState(holder: "cp1_a", secondsSinceRenewal: 3))
        let none = "\n@upgrader endpoints 0\n\n@upgrader lease 0\n\(clock)"
        #expect(try ObjectReading.leader(Sections(none)) == nil)
    }

    @Test("output cut off at any point is an error, never a trap or a half answer", arguments: releases)
    func truncated(release: String) throws {
        let text = try TestFiles.fixture("kubectl/\(release)/budgets.json").trimmingNewlines()
        for length in stride(from: 1, to: text.count - 1, by: 37) {
            #expect(throws: ReadingError.self) { try ObjectReading.budgets(String(text.prefix(length))) }
        }
        let deep = String(repeating: "[", count: 20_000)
        #expect(throws: ReadingError.self) { try ObjectReading.nodes(deep) }
        #expect(throws: ReadingError.self) { try ObjectReading.nodes(#"{"items":"x"}"#) }
        #expect(throws: ReadingError.self) { try ObjectReading.apiServer(Sections("ok\n@upgrader health 0\n")) }
    }

    @Test("an unreachable API server is told from a refusal")
    func signs() throws {
        for file in ["08-get-noapiserver.err", "08-get-noetcd.err"] {
            let text = try TestFiles.fixture("kubectl/1.14/\(file)")
            #expect(APIAccess.couldNotReachServer(CommandResult(errorOutput: text, outcome: .exited(1))))
        }
        let refusal = "Error from server (Forbidden): nodes is forbidden"
        #expect(!APIAccess.couldNotReachServer(CommandResult(errorOutput: refusal, outcome: .exited(1))))
    }
}

@Suite("reading what hosts print")
struct HostReadingTests {
    private func unit(_ state: String, version: String = "") throws -> UnitState {
        try HostReading.unit(Sections("\(state)\n\n@upgrader state 0\n\(version)\n@upgrader version 0\n"))
    }

    @Test("an identity has the clock's offset against the middle of the call")
    func identity() throws {
        let text = "clock 105.5\nmachine-id 0123456789abcdef0123456789abcdef\nkernel 4.9.0-13-amd64\nroot yes\n"
        let identity = try HostReading.identity(text, .init(sent: 100, received: 101))
        #expect(identity.clockOffset == 5)
        #expect(identity.hasRoot)
        #expect(identity.kernel == "4.9.0-13-amd64")
        for broken in ["", "clock x\n", "clock 1\nmachine-id short\nkernel 4\nroot yes\n", String(text.prefix(70))] {
            #expect(throws: ReadingError.self) { try HostReading.identity(broken, .init()) }
        }
    }

    @Test("packages are held, half installed, or not there")
    func packages() throws {
        let text =
            "kubernetes-node\t1.13.12-1\tinstall ok installed\nhelm\t2.14.3-1\thold ok installed\n"
            + "calicoctl\t3.17.0-1\tinstall ok half-configured\nold\t1.0\tdeinstall ok config-files\n"
            + "never\t\tunknown ok not-installed\n"
        let packages = try HostReading.packages(text)
        #expect(packages.keys.sorted() == ["calicoctl", "helm", "kubernetes-node"])
        #expect(packages["helm"]?.isHeld == true)
        #expect(packages["calicoctl"]?.isConfigured == false)
        #expect(packages["kubernetes-node"]?.version.kubernetes == KubernetesVersion("1.13.12"))
        for broken in ["kubernetes-node", "a\tb", "a\t!\tinstall ok installed", "a\t1\tinstall"] {
            #expect(throws: ReadingError.self) { try HostReading.packages(broken) }
        }
    }

    @Test("candidates are binary versions, each once, in apt's order")
    func candidates() throws {
        let text = """
            kubernetes-node |  1.14.10-1 | http://apt.example.org bookworm/kubernetes114 amd64 Packages
            kubernetes-node |  1.13.12-1 | http://apt.example.org bookworm/kubernetes113 amd64 Packages
            kubernetes-node |  1.13.12-1 | http://mirror.example.org bookworm/kubernetes113 amd64 Packages
            kubernetes-node |  1.15.12-1 | http://apt.example.org bookworm/kubernetes115 Sources
            """
        #expect(
            try HostReading.candidates(text)["kubernetes-node"]?.map(\.text) == ["1.14.10-1", "1.13.12-1"]
        )
        #expect(try HostReading.candidates("").isEmpty)
        #expect(throws: ReadingError.self) { try HostReading.candidates("N: Unable to locate package") }
    }

    @Test("a unit masked while it runs is masked, active, and has its running version")
    func units() throws {
        let masked = try unit(
            "LoadState=loaded\nActiveState=active\nMainPID=12\nUnitFileState=masked",
            version: "Kubernetes v1.12.10\n"
        )
        #expect(
            masked == UnitState(isActive: true, isMasked: true, runningVersion: KubernetesVersion("1.12.10"))
        )
        let started = try unit(
            "LoadState=loaded\nActiveState=active\nMainPID=12\nActiveEnterTimestampMonotonic=5500000\nUptime=7.25"
        )
        #expect(started.activeSeconds == 1.75)
        #expect(try unit("LoadState=loaded\nActiveState=inactive\nUptime=7.25").activeSeconds == nil)
        let absent = try unit("LoadState=not-found\nActiveState=inactive\nMainPID=0\nUnitFileState=")
        #expect(absent == UnitState(exists: false, isActive: false))
        let other = try unit("LoadState=loaded\nActiveState=active\nMainPID=3", version: "etcd Version: 3.4.23")
        #expect(other.runningVersion == nil)
        #expect(throws: ReadingError.self) { try unit("") }
        #expect(throws: ReadingError.self) { try HostReading.unit(Sections("LoadState=loaded\n")) }
    }

    @Test("sizes and sums are read, and nothing else is taken for them")
    func files() throws {
        let sum = String(repeating: "0a", count: 32)
        #expect(try HostReading.file("12\n\(sum)  -\n") == FileState(sha256: sum, size: ByteCount(bytes: 12)))
        #expect(try HostReading.file("absent\n") == nil)
        #expect(throws: ReadingError.self) { try HostReading.file("12\n") }
        #expect(try HostReading.freeSpace("1000 4096\n") == ByteCount(bytes: 4_096_000))
        #expect(throws: ReadingError.self) { try HostReading.freeSpace("9223372036854775807 4096") }
        #expect(throws: ReadingError.self) { try HostReading.freeSpace("-1 4096") }
    }
}

@Suite("reading what etcdctl prints")
struct EtcdReadingTests {
    private let status = """
        [{"Endpoint":"https://127.0.0.1:2379","Status":{"header":{"cluster_id":14841639068965178418,\
        "member_id":10276657743932975437,"revision":7,"raft_term":2},"version":"3.4.23","dbSize":20480,\
        "leader":10276657743932975437,"raftIndex":9,"raftTerm":2}}]
        """
    private let members = #"{"header":{},"members":[{"ID":1,"name":"a"},{"ID":2,"name":"b"},{"ID":3}]}"#

    private func member(
        health: String = "https://127.0.0.1:2379 is healthy: successfully committed proposal: took = 2ms",
        healthStatus: Int = 0,
        statusText: String? = nil,
        statusStatus: Int = 0,
        alarms: String = "",
        quota: String = ""
    ) throws -> EtcdMemberState {
        try EtcdReading.member(
            Sections(
                "\(health)\n@upgrader health \(healthStatus)\n\(statusText ?? status)\n@upgrader status \(statusStatus)\n"
                    + "\(members)\n@upgrader members 0\n\(alarms)\n@upgrader alarms 0\n\(quota)\n@upgrader quota 0\n"
            )
        )
    }

    @Test("a member knows its size, its leader and its peers")
    func healthy() throws {
        #expect(
            try member()
                == EtcdMemberState(
                    isHealthy: true,
                    isLeader: true,
                    version: "3.4.23",
                    databaseSize: ByteCount(bytes: 20_480),
                    quota: .mebibytes(2048),
                    memberCount: 3
                )
        )
        #expect(try member(quota: "8589934592").quota == .mebibytes(8192))
        #expect(try member(quota: "0").quota == .mebibytes(2048), "etcd takes 0 for its own default")
        #expect(try member(quota: "-1").quota == nil, "etcd takes a negative one for none")
        #expect(throws: ReadingError.self) { try member(quota: "2GiB") }
        #expect(try member(alarms: "memberID:8211f1d0f64f3269 alarm:NOSPACE").alarms == ["NOSPACE"])
    }

    @Test("a member that does not answer is unhealthy, not an error")
    func unhealthy() throws {
        #expect(try member(health: "x is unhealthy: failed to connect").isHealthy == false)
        #expect(try member(healthStatus: 1).isHealthy == false)
        #expect(try member(statusText: "", statusStatus: 1).isHealthy == false)
        #expect(try member(statusText: "[{\"Status\":").isHealthy == false)
        #expect(throws: ReadingError.self) { try EtcdReading.member(Sections("x is healthy\n@upgrader health 0\n")) }
    }

    @Test("a snapshot that does not verify is none, an etcdctl that is missing is an error")
    func snapshots() throws {
        func status(_ text: String, _ code: Int, proof: String? = nil) throws(ReadingError) -> SnapshotStatus? {
            try EtcdReading.snapshot(
                Sections("\(text)\n@upgrader status \(code)\n\(proof ?? "")\n@upgrader proof \(proof == nil ? 1 : 0)\n")
            )
        }
        let good = #"{"hash":4102480234,"revision":7,"totalKey":12,"totalSize":20480}"#
        var expected = SnapshotStatus(hash: "f486e16a", revision: 7, totalKeys: 12)
        #expect(try status(good, 0) == expected)
        expected.proof = SnapshotProof(sha256: "ab", revision: 7, knownKey: 3, keys: 11)
        #expect(try status(good, 0, proof: "sha256 ab\nrevision 7\nknown-key 3\nkeys 11\n") == expected)
        #expect(throws: ReadingError.self) { try status(good, 0, proof: "sha256 ab\nrevision 7\n") }
        #expect(try status("", 1) == nil)
        #expect(throws: ReadingError.failed) { try status("", 127) }
        #expect(throws: ReadingError.self) { try status("{}", 0) }
    }
}
