import UpgradeCore
import UpgradeKnowledge

/// What foresight costs on a cluster of many nodes and pods, without the time of asking.
enum Foreseeing {
    static func measure(nodes: Int, pods: Int, _ report: inout Report) throws {
        let hosts =
            [Host(name: "etcd1", roles: [.etcd]), Host(name: "cp1", roles: [.controlPlane])]
            + (1...nodes).map { Host(name: "w\($0)", roles: [.worker]) }
        let path = try HopCatalog.all().keys.sorted()
        guard let last = path.last else { return }
        let playbook = Playbook(cluster: "bench", target: last.to, releases: [:], hosts: hosts)
        var facts = ClusterFacts(playbook: playbook)
        facts.hosts = hosts.map { ($0, configuration(of: $0.name)) }
        facts.nodes = playbook.hosts(.worker).map { host in
            NodeState(
                name: host.node,
                kubeletVersion: nil,
                room: Resources(cpu: 8_000, memory: .mebibytes(32_768), pods: 110)
            )
        }
        for number in 0..<pods {
            facts.pods["w\(number % nodes + 1)", default: []].append(
                PodState(
                    namespace: "team-\(number % 50)",
                    name: "app-\(number)",
                    owner: "ReplicaSet/app-\(number / 10)",
                    labels: ["app": "app-\(number / 10)"],
                    requests: Resources(cpu: 100, memory: .mebibytes(128), pods: 1)
                )
            )
        }
        facts.budgets = (0..<1_000).map { number in
            BudgetState(
                namespace: "team-\(number % 50)",
                name: "app-\(number)",
                matchLabels: ["app": "app-\(number)"],
                disruptionsAllowed: 1,
                currentHealthy: 10,
                desiredHealthy: 9,
                expectedPods: 10
            )
        }
        let clock = ContinuousClock()
        // Read before: what is measured is the rules alone.
        let knowledge = try Breakage.all()
        var found: [Finding] = []
        let took = clock.measure { found = Foresight.findings(facts, path: path, knowledge: knowledge) }
        report.add("foresee, \(nodes) nodes, \(pods) pods, \(found.count) findings", took / .seconds(1), "s")
    }

    private static func configuration(of host: String) -> HostConfiguration {
        let words = (1...20).map { "--feature-gates=Gate\($0)=true" } + ["--kubeconfig=/etc/kubernetes/kubelet.conf"]
        let daemons = [NodeUnit.kubelet, .kubeProxy].map(\.rawValue)
        return HostConfiguration(
            files: daemons.flatMap { name -> [HostConfiguration.File] in
                [
                    .init(
                        kind: .unit,
                        path: "/u/\(name)",
                        text: "[Service]\nExecStart=/usr/bin/\(name) $DAEMON_ARGS\n"
                    ),
                    .init(
                        kind: .environment,
                        path: "/e/\(name)",
                        text: "DAEMON_ARGS=\"\(words.joined(separator: " "))\"\n"
                    ),
                ]
            },
            daemons: daemons.map { .init(name: $0, files: ["/u/\($0)", "/e/\($0)"], words: words) }
        )
    }
}
