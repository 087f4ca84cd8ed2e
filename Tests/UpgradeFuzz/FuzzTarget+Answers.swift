internal import UpgradeCore
internal import UpgradeHelm
internal import UpgradeTorture

extension FuzzTarget {
    /// What stands between the outputs of one command and the next, where a question takes several.
    static let separator = "\n----\n"

    /// Asks the question of the first byte of hosts whose programs print the rest.
    static func answer(_ bytes: [UInt8]) async throws(Broken) {
        guard let first = bytes.first, let hosts else { return }
        let question = questions[Int(first) % questions.count]
        let outputs = String(decoding: bytes.dropFirst(), as: UTF8.self).split(separator: separator[...]).map(
            String.init
        )
        let cluster = LiveCluster(
            remote: PrintingRemote(outputs: outputs),
            playbook: hosts,
            clock: VirtualClock(),
            helm: HelmFormat(),
            now: { 0 }
        )
        _ = try? await cluster.answer([question])
    }

    /// The questions, one of each kind; their order is that of the first bytes of the corpus.
    static let questions: [Probe] = [
        .identity(host: "w1"), .freeSpace(host: "w1", path: "/var"), .packages(host: "w1", names: ["kubernetes-node"]),
        .candidates(host: "w1", names: ["kubernetes-node"]),
        .dryStart(host: "w1", packages: packages, units: ["kubelet"]),
        .conffiles(host: "w1", packages: packages), .packageSystem(host: "w1"), .unit(host: "w1", unit: "kubelet"),
        .etcdMember(host: "etcd1"), .snapshot(host: "etcd1", path: "/var/lib/upgrader/s.db"),
        .file(host: "w1", path: "/etc/motd"), .files(host: "w1", directory: "/var", prefix: "a"),
        .apiServer(host: "cp1"),
        .apiServers, .leader(component: "kube-scheduler"), .nodes, .node("w1.example.org"),
        .podsOnNode("w1.example.org"),
        .budgets, .daemonSet(namespace: "kube-system", name: "calico-node"),
        .deployment(namespace: "kube-system", name: "calico-typha"), .hostConfiguration(host: "w1"), .pods, .objects,
        .helmManifests, .helmReleases(compares: true), .apiRequests(host: "cp1"), .unreachedKubelets(host: "cp1"),
        .bgpPeers(host: "w1"), .archives(host: "w1", packages: packages), .calicoStores(host: "etcd1"),
        .calicoConfiguration(host: "w1"), .podReach(host: "w1", node: "w1.example.org"),
        .nodeImage(host: "w1", image: "calico/node:v3", client: nil), .programs(host: "cp1", names: ["calicoctl"]),
        .etcdRestore(host: "etcd1", mark: "run-1"), .marks(host: "w1"), .markedDaemonSets,
        .newerFiles(host: "w1", unit: "calico-node", packages: ["calico-node"]),
        .helmVersion(host: "cp1", of: .client("helm")),
        .helmVersion(host: "cp1", of: .tiller(namespace: "kube-system")),
        .helmVersion(host: "cp1", of: .helmfile), .helmPresence,
    ]

    private static let packages =
        PackageVersion("1.13.12-1").map { [PackageSpec(name: "kubernetes-node", version: $0)] } ?? []

    private static let hosts = try? PlaybookDecoder.decode(
        """
        cluster: fuzz
        target: 1.13
        releases: {1.12: 1.12.10-1, 1.13: 1.13.12-1}
        hosts:
          - {name: etcd1, roles: [etcd]}
          - {name: cp1, roles: [control-plane]}
          - {name: w1, roles: [worker], node: w1.example.org}
        """,
        file: "fuzz.yaml",
        home: "/root"
    )
}

/// Hosts on which each program prints what it is told to, the first one first, and the last one over again.
private actor PrintingRemote: CommandRemote {
    private var outputs: [String]

    init(outputs: [String]) {
        self.outputs = outputs
    }

    func run(_ command: Command, on host: Host, deadline: Duration) async throws(RemoteError) -> CommandResult {
        let output = outputs.count > 1 ? outputs.removeFirst() : outputs.first ?? ""
        return CommandResult(output: output)
    }
}
