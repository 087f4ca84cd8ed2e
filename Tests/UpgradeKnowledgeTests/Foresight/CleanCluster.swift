import Testing
import UpgradeKnowledge

@testable import UpgradeCore

/// A cluster with which nothing is wrong, as Debian packages leave it: arguments in /etc/default, read by the unit.
///
/// A test changes the one thing that it is about.
struct CleanCluster {
    var facts: ClusterFacts
    let release: MinorRelease

    init(_ text: String = "1.12", workers: Int = 3, podsPerNode: Int = 0) throws {
        release = try #require(MinorRelease(text))
        let hosts =
            [Host(name: "etcd1", roles: [.etcd]), Host(name: "cp1", roles: [.controlPlane])]
            + (1...workers).map { Host(name: "w\($0)", roles: [.worker], nodeName: "w\($0).example.org") }
        let version = try #require(KubernetesVersion("\(text).10"))
        var playbook = Playbook(cluster: "test", target: release, releases: [:], hosts: hosts)
        playbook.drain = DrainOptions(deadline: .seconds(300), deletesBarePods: false, deletesEmptyDirData: false)
        facts = ClusterFacts(playbook: playbook)
        facts.hosts = hosts.map { ($0, Self.configuration(of: $0)) }
        facts.identities = Dictionary(uniqueKeysWithValues: hosts.map { ($0.name, HostIdentity(machineID: $0.name)) })
        facts.members["etcd1"] = EtcdMemberState(
            isHealthy: true,
            version: "3.2.18",
            databaseSize: .mebibytes(64),
            memberCount: 1
        )
        facts.servers["cp1"] = APIServerState(isHealthy: true, version: version)
        facts.nodes = playbook.hosts(.worker).map { host in
            NodeState(
                name: host.node,
                kubeletVersion: version,
                labels: ["kubernetes.io/hostname": host.node, "beta.kubernetes.io/os": "linux"],
                runtime: "docker://18.6.3",
                room: Resources(cpu: 8_000, memory: .mebibytes(32_768), pods: 110),
                confinesPods: true
            )
        }
        let nodes = facts.nodes.map(\.name)
        for (number, node) in nodes.enumerated() {
            facts.pods[node] = (0..<podsPerNode).map { index in
                PodState(
                    namespace: "team-\(index % 50)",
                    name: "app-\(number)-\(index)",
                    uid: "\(number)-\(index)",
                    owner: "ReplicaSet/app-\(index)",
                    labels: ["app": "app-\(index)"],
                    requests: Resources(cpu: 100, memory: .mebibytes(128), pods: 1)
                )
            }
        }
    }

    /// The hops from the cluster's release to another.
    func path(to text: String) throws -> [HopID] {
        let target = try #require(MinorRelease(text))
        return sequence(first: release) { $0.next < target ? $0.next : nil }.filter { $0 < target }.map(HopID.init)
    }

    /// What is worth knowing of every cluster with NodeRestriction that leaves 1.12; of others nothing is.
    static let standing = "note/k113-node-self-delete"

    /// The ids of what is found besides.
    func ids(to target: String = "1.16") throws -> [String] {
        let ids = try findings(to: target).map(\.id)
        #expect(ids.contains(Self.standing) == (release.description == "1.12"))
        return ids.filter { $0 != Self.standing }
    }

    func findings(to target: String = "1.16") throws -> [Finding] {
        Foresight.findings(facts, path: try path(to: target), knowledge: try Breakage.all())
    }

    // MARK: changes

    /// Adds arguments to the file that a daemon's unit reads.
    mutating func give(_ daemon: String, on host: String, _ arguments: String) {
        change("/etc/default/\(daemon)", on: host) { $0.replace("DAEMON_ARGS=\"", with: "DAEMON_ARGS=\"\(arguments) ") }
    }

    mutating func change(_ path: String, on host: String, _ body: (inout String) -> Void) {
        configure(host) { configuration in
            guard let index = configuration.files.firstIndex(where: { $0.path == path }) else {
                Issue.record("\(host) has no \(path)")
                return
            }
            body(&configuration.files[index].text)
        }
    }

    /// Adds a file to a daemon.
    mutating func add(
        _ kind: HostConfiguration.File.Kind,
        _ path: String,
        to daemon: String,
        on host: String,
        _ text: String
    ) {
        configure(host) { configuration in
            configuration.files.append(.init(kind: kind, path: path, text: text))
            guard let index = configuration.daemons.firstIndex(where: { $0.name == daemon }) else { return }
            configuration.daemons[index].files.append(path)
        }
    }

    mutating func configure(_ host: String, _ body: (inout HostConfiguration) -> Void) {
        guard let index = facts.hosts.firstIndex(where: { $0.host.name == host }) else {
            Issue.record("there is no host \(host)")
            return
        }
        body(&facts.hosts[index].configuration)
    }

    mutating func run(_ pod: PodState, on host: String) {
        facts.pods["\(host).example.org", default: []].append(pod)
    }

    // MARK: what is there

    private static func configuration(of host: Host) -> HostConfiguration {
        var found = HostConfiguration(
            clock: 1_600_000_000,
            hostName: host.name,
            kernel: "4.19.0-13-amd64",
            iptables: "iptables v1.8.2 (legacy)",
            cgroupDriver: "cgroupfs",
            certificates: [.init(path: "/etc/kubernetes/ssl/server.pem", notAfter: 1_700_000_000)]
        )
        for (name, arguments) in arguments(of: host) {
            let unit = "/lib/systemd/system/\(name).service"
            let environment = "/etc/default/\(name)"
            found.files += [
                .init(
                    kind: .unit,
                    path: unit,
                    text: """
                        [Unit]
                        Description=\(name)

                        [Service]
                        EnvironmentFile=-\(environment)
                        ExecStart=/usr/bin/\(name) $DAEMON_ARGS
                        Restart=on-failure
                        """
                ),
                .init(
                    kind: .environment,
                    path: environment,
                    text: "# Arguments of \(name)\nDAEMON_ARGS=\"\(arguments.joined(separator: " "))\""
                ),
            ]
            found.daemons.append(
                .init(name: name, files: [unit, environment], program: "/usr/bin/\(name)", words: arguments)
            )
        }
        if host.roles.contains(.worker) {
            found.files.append(
                .init(kind: .network, path: "/etc/cni/net.d/10-calico.conflist", text: #"{"cniVersion": "0.3.1"}"#)
            )
        }
        return found
    }

    private static func arguments(of host: Host) -> [(String, [String])] {
        if host.roles.contains(.etcd) { return [("etcd", ["--name=\(host.name)"])] }
        if host.roles.contains(.controlPlane) {
            return [
                (
                    "kube-apiserver",
                    [
                        "--etcd-servers=https://etcd1:2379", "--storage-backend=etcd3", "--allow-privileged=true",
                        "--authorization-mode=Node,RBAC", "--enable-admission-plugins=NodeRestriction",
                        "--service-cluster-ip-range=192.0.2.0/24",
                    ]
                ),
                ("kube-controller-manager", ["--kubeconfig=/etc/kubernetes/cm.conf", "--leader-elect=true"]),
                ("kube-scheduler", ["--kubeconfig=/etc/kubernetes/scheduler.conf", "--leader-elect=true"]),
            ]
        }
        return [
            (
                "kubelet",
                [
                    "--kubeconfig=/etc/kubernetes/kubelet.conf", "--hostname-override=\(host.node)",
                    "--network-plugin=cni", "--cgroup-driver=cgroupfs", "--node-labels=example.org/rack=a",
                ]
            ),
            (
                "kube-proxy",
                [
                    "--kubeconfig=/etc/kubernetes/proxy.conf", "--hostname-override=\(host.node)",
                    "--proxy-mode=iptables",
                ]
            ),
        ]
    }
}
