extension ClusterState {
    /// Fills a sample with as many pods as the playbook's simulation asks for, and gives its hosts configurations.
    ///
    /// What a survey of a cluster of that size has to look through: pods of ten replicas each in fifty namespaces, half
    /// of them under a budget, daemons with a unit, an EnvironmentFile and a command line.
    mutating func addCrowd(_ playbook: Playbook) {
        let workers = playbook.hosts(.worker)
        guard let count = playbook.simulation?.pods, count > 0, !workers.isEmpty else { return }
        for host in workers {
            nodes[host.node]?.room = Resources(cpu: 64_000, memory: .mebibytes(262_144), pods: 10_000)
            nodes[host.node]?.runtime = "docker://18.6.3"
            nodes[host.node]?.labels = ["kubernetes.io/hostname": host.node, "beta.kubernetes.io/os": "linux"]
        }
        let replicas = 10
        for number in 0..<count {
            let app = number / replicas
            pods[workers[number % workers.count].node, default: []].append(
                PodState(
                    namespace: "team-\(app % 50)",
                    name: "app-\(app)-\(number)",
                    uid: "app-\(app)-\(number)",
                    owner: "ReplicaSet/app-\(app)",
                    labels: ["app": "app-\(app)"],
                    image: "registry.example.org/team/app:1.\(app)",
                    requests: Resources(cpu: 20, memory: .mebibytes(64), pods: 1)
                )
            )
        }
        for app in stride(from: 0, to: count / replicas, by: 2) {
            budgets.append(
                BudgetState(
                    namespace: "team-\(app % 50)",
                    name: "app-\(app)",
                    matchLabels: ["app": "app-\(app)"],
                    disruptionsAllowed: 1,
                    currentHealthy: replicas,
                    desiredHealthy: replicas - 1,
                    expectedPods: replicas
                )
            )
            objects.applied.append(
                .init(
                    kind: "Deployment",
                    namespace: "team-\(app % 50)",
                    name: "app-\(app)",
                    appliedVersion: "apps/v1",
                    images: ["registry.example.org/team/app:1.\(app)"]
                )
            )
        }
        for host in playbook.hosts { hosts[host.name]?.configuration = Self.configuration(of: host) }
    }

    /// The daemons of a host as Debian's packages leave them: the unit reads its arguments from /etc/default.
    private static func configuration(of host: Host) -> HostConfiguration {
        var found = HostConfiguration(
            hostName: host.name,
            kernel: "4.19.0-13-amd64",
            iptables: "iptables v1.8.2 (legacy)",
            cgroupDriver: "cgroupfs"
        )
        for (name, arguments) in arguments(of: host) {
            let unit = "/lib/systemd/system/\(name).service"
            let environment = "/etc/default/\(name)"
            let text = "[Service]\nEnvironmentFile=-\(environment)\nExecStart=/usr/bin/\(name) $DAEMON_ARGS\n"
            found.files.append(.init(kind: .unit, path: unit, text: text))
            let value = "DAEMON_ARGS=\"\(arguments.joined(separator: " "))\"\n"
            found.files.append(.init(kind: .environment, path: environment, text: value))
            found.daemons.append(
                .init(name: name, files: [unit, environment], program: "/usr/bin/\(name)", words: arguments)
            )
        }
        return found
    }

    private static func arguments(of host: Host) -> [(name: String, words: [String])] {
        var daemons: [(name: String, words: [String])] = []
        func kubeconfig(_ name: String) -> String { "--kubeconfig=/etc/kubernetes/\(name).conf" }
        if host.roles.contains(.etcd) { daemons.append(("etcd", ["--name=\(host.name)"])) }
        if host.roles.contains(.controlPlane) {
            let server = [
                "--storage-backend=etcd3", "--allow-privileged=true", "--authorization-mode=Node,RBAC",
                "--enable-admission-plugins=NodeRestriction",
            ]
            daemons.append((ControlPlaneUnit.apiServer.rawValue, server))
            for unit in [ControlPlaneUnit.controllerManager, .scheduler] {
                daemons.append((unit.rawValue, [kubeconfig(unit.rawValue), "--leader-elect=true"]))
            }
        }
        if host.roles.contains(.worker) {
            let name = "--hostname-override=\(host.node)"
            let kubelet = [name, kubeconfig("kubelet"), "--network-plugin=cni", "--cgroup-driver=cgroupfs"]
            daemons.append((NodeUnit.kubelet.rawValue, kubelet))
            daemons.append((NodeUnit.kubeProxy.rawValue, [name, kubeconfig("kube-proxy"), "--proxy-mode=iptables"]))
        }
        return daemons
    }
}
