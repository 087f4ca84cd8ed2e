import UpgradeKnowledge

@testable import UpgradeCore

extension Breaker {
    private static func pod(_ name: String, _ change: (inout PodState) -> Void = { _ in }) -> PodState {
        var pod = PodState(namespace: "shop", name: name, uid: name, owner: "ReplicaSet/web", labels: ["app": "web"])
        change(&pod)
        return pod
    }

    private static func budget(_ name: String, desired: Int, expected: Int, allowed: Int) -> BudgetState {
        BudgetState(
            namespace: "shop",
            name: name,
            matchLabels: ["app": "web"],
            disruptionsAllowed: allowed,
            currentHealthy: desired + allowed,
            desiredHealthy: desired,
            expectedPods: expected
        )
    }

    /// Drains.
    static let drains = [
        Breaker(
            "the recorded budget that wants three of three",
            "budget-never-allows/demo/web-apps",
            .refusedByAPI,
            "1.12-1.13",
            at: "pod demo/web-apps-56d4b5489b-b5c6h on node-1"
        ) { cluster in
            let pods = try ObjectReading.podsByNode(try Recorded.text("1.12", "03-pods"))
            cluster.facts.budgets = try ObjectReading.budgets(try Recorded.text("1.12", "03-pdb"))
            cluster.facts.pods = pods
            cluster.facts.playbook.hosts = pods.keys.map { Host(name: $0, roles: [.worker]) }
        },
        Breaker(
            "the recorded bare pod",
            "bare-pod/demo/bare",
            .refusedByAPI,
            "1.12-1.13",
            at: "node-1"
        ) { cluster in
            let pods = try ObjectReading.podsByNode(try Recorded.text("1.12", "03-pods"))
            cluster.facts.pods = pods
            cluster.facts.playbook.hosts = pods.keys.map { Host(name: $0, roles: [.worker]) }
        },
        Breaker(
            "a budget under its number",
            "budget-exhausted/shop/web",
            .changesBehaviour,
            "1.12-1.13",
            at: "shop/web-0"
        ) {
            $0.run(pod("web-0"), on: "w1")
            $0.facts.budgets = [budget("web", desired: 2, expected: 3, allowed: 0)]
        },
        Breaker("two budgets on one pod", "two-budgets/shop/a+shop/b", .refusedByAPI, "1.12-1.13", at: "shop/web-0") {
            $0.run(pod("web-0"), on: "w1")
            $0.facts.budgets = ["b", "a"].map { budget($0, desired: 1, expected: 3, allowed: 2) }
        },
        Breaker("a pod with data of its own", "emptydir/shop/ReplicaSet/web", .refusedByAPI, "1.12-1.13", at: "web-0") {
            $0.run(pod("web-0") { $0.hasEmptyDir = true }, on: "w2")
        },
        Breaker(
            "a pod with a volume of its node",
            "local-volume/shop/data",
            .changesBehaviour,
            "1.12-1.13",
            at: "web-0"
        ) {
            $0.run(pod("web-0") { $0.claims = ["data"] }, on: "w2")
            $0.facts.objects.localClaims = ["shop/data"]
        },
        Breaker(
            "all replicas on one node",
            "all-on-one-node/shop/ReplicaSet/web",
            .changesBehaviour,
            "1.12-1.13",
            at: "w3"
        ) {
            for name in ["web-0", "web-1"] { $0.run(pod(name), on: "w3") }
        },
        Breaker(
            "a webhook that fails closed and whose only backend is drained (clusterlint#180)",
            "webhook/guard/pods.guard",
            .refusedByAPI,
            "1.12-1.13",
            at: "service shop/guard"
        ) {
            $0.run(pod("web-0"), on: "w1")
            $0.facts.objects.services = ["shop/guard": ["app": "web"]]
            $0.facts.objects.webhooks = [
                .init(name: "guard/pods.guard", failsClosed: true, service: "shop/guard", resources: ["pods"])
            ]
        },
        Breaker(
            "a budget that allows less than a wave has",
            "budget-serialises/shop/web",
            .worthKnowing,
            "1.12-1.13",
            at: "nodes w1.example.org"
        ) {
            for name in ["web-0", "web-1", "web-2"] { $0.run(pod(name), on: "w1") }
            $0.run(pod("web-3"), on: "w2")
            $0.facts.budgets = [budget("web", desired: 3, expected: 4, allowed: 1)]
        },
        Breaker(
            "such a budget over pods that fit on no other node",
            "budget-stuck/shop/web",
            .refusedByAPI,
            "1.12-1.13",
            at: "pod shop/web-0 on w1.example.org"
        ) {
            for name in ["web-0", "web-1"] {
                $0.run(pod(name) { $0.nodeSelector = ["disk": "ssd"] }, on: "w1")
            }
            $0.facts.nodes[0].labels["disk"] = "ssd"
            $0.facts.budgets = [budget("web", desired: 1, expected: 2, allowed: 1)]
        },
        Breaker(
            "too little room while a wave is out",
            "capacity/wave-of-w1.example.org",
            .changesBehaviour,
            "1.12-1.13",
            at: "memory"
        ) {
            // It would fit, if the node that is out could be counted.
            for host in ["w1", "w2", "w3"] {
                $0.run(
                    pod("big-\(host)") { $0.requests = Resources(cpu: 1, memory: .mebibytes(23_000), pods: 1) },
                    on: host
                )
            }
        },
    ]

    /// What somebody left behind.
    static let states = [
        Breaker("somebody else's cordon", "foreign-cordon/w2.example.org", .changesBehaviour, "1.12-1.13", at: "w2") {
            $0.facts.nodes[1].isCordoned = true
        },
        Breaker("an upgrade that ended half way", "mixed-versions/kubelet", .changesBehaviour, "1.12-1.13", at: "") {
            $0.facts.nodes[2].kubeletVersion = KubernetesVersion("1.11.10")
        },
        Breaker(
            "a kubelet too old for the DaemonSets to come",
            "note/k113-kubelet-min-111",
            .refusedByAPI,
            "1.12-1.13",
            at: "w3"
        ) {
            $0.facts.nodes[2].kubeletVersion = KubernetesVersion("1.10.13")
        },
        Breaker(
            "a node that the playbook forgets",
            "node-left-behind/old.example.org",
            .refusedByAPI,
            "1.14-1.15",
            at: "old"
        ) {
            $0.facts.nodes.append(NodeState(name: "old.example.org", kubeletVersion: KubernetesVersion("1.12.10")))
        },
        Breaker(
            "an etcd that is older than what the path is tested with",
            "etcd-version/3.1",
            .changesBehaviour,
            "1.12-1.13",
            at: "etcd1 etcd 3.1.20"
        ) { $0.facts.members["etcd1"]?.version = "3.1.20" },
        Breaker(
            "an etcd without the health endpoints that 1.31 asks",
            "etcd-version/3.5",
            .changesBehaviour,
            "1.30-1.31",
            at: "etcd1 etcd 3.5.10",
            from: "1.30",
            to: "1.31"
        ) { $0.facts.members["etcd1"]?.version = "3.5.10" },
        Breaker("an etcd alarm", "etcd-alarm/NOSPACE", .refusedByAPI, "1.12-1.13", at: "etcd1") {
            $0.facts.members["etcd1"]?.alarms = ["NOSPACE"]
        },
        Breaker("an etcd that is nearly full", "etcd-size/etcd1", .changesBehaviour, "1.12-1.13", at: "etcd1 1900 MiB")
        {
            $0.facts.members["etcd1"]?.databaseSize = .mebibytes(1900)
        },
    ]
}
