@testable import UpgradeCore

extension Scene {
    /// The Kubernetes packages of a host are at the target; what runs is not.
    mutating func install(on host: String) {
        for name in (packages[host] ?? [:]).keys { packages[host]?[name] = InstalledPackage(version: .target) }
    }

    /// Every daemon of a host runs the target, and reports it.
    mutating func runNew(on host: String) {
        let version = PackageVersion.target.kubernetes
        for unit in (units[host] ?? [:]).keys {
            units[host]?[unit] = UnitState(isActive: true, runningVersion: version, activeSeconds: 60)
        }
        if servers[host] != nil { servers[host] = APIServerState(isHealthy: true, version: version) }
        if let node = playbook.host(host)?.node, nodes[node] != nil { nodes[node]?.kubeletVersion = version }
    }

    /// This run cordons the node of a host.
    mutating func weCordon(_ host: String) {
        enter(.cordon(node: node(host), mark: run))
        nodes[node(host)]?.isCordoned = true
        nodes[node(host)]?.cordonMark = run
    }

    /// This run has cordoned the node of a host to wait for its lane.
    mutating func weCordonAhead(_ host: String, in phase: PhaseID = "cordon-ahead-rest") {
        let mark = CordonMark.ahead(of: run)
        let key = StepKey(hop: hop, phase: phase, step: "cordon-ahead", target: .cluster)
        ledger.note(intent: .cordon(node: node(host), mark: mark), key: key)
        nodes[node(host)]?.isCordoned = true
        nodes[node(host)]?.cordonMark = mark
    }

    /// Somebody else cordons the node of a host.
    mutating func theyCordon(_ host: String) {
        nodes[node(host)]?.isCordoned = true
    }

    /// A unit is masked and stopped; with an entry in the ledger, by this run.
    mutating func mask(_ unit: String, on host: String, byUs: Bool) {
        if byUs { enter(.mask(host: host, unit: unit)) }
        units[host]?[unit]?.isMasked = true
        units[host]?[unit]?.isActive = false
        units[host]?[unit]?.runningVersion = nil
    }

    /// The ledger has the side effect of an action.
    mutating func enter(_ action: Action) {
        ledger.note(intent: action, key: StepKey(hop: hop, phase: "workers", step: "cordon", target: .cluster))
    }

    /// A pod of a ReplicaSet is on the node of a host.
    mutating func addPod(_ name: String, on host: String, _ change: (inout PodState) -> Void = { _ in }) {
        var pod = PodState(
            namespace: "shop",
            name: name,
            owner: "ReplicaSet/\(name)",
            labels: ["app": name]
        )
        change(&pod)
        pods[node(host)]?.append(pod)
    }

    /// A budget over the pods of one name; it wants `desired` of `expected` pods.
    mutating func addBudget(_ name: String, over pod: String, desired: Int, expected: Int, allowed: Int = 0) {
        budgets.append(
            BudgetState(
                namespace: "shop",
                name: name,
                matchLabels: ["app": pod],
                disruptionsAllowed: allowed,
                currentHealthy: desired + allowed,
                desiredHealthy: desired,
                expectedPods: expected
            )
        )
    }

    func node(_ host: String) -> String {
        playbook.host(host)?.node ?? host
    }
}
