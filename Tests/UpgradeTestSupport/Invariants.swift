internal import Synchronization
public import UpgradeCore

/// What must hold at every boundary of a run, looked at after each change of a simulated cluster.
public final class Invariants: Sendable {
    private let broken = Mutex<[String]>([])
    private let limits: [HopID: HopFacts]

    /// Makes a watch with the limits of these facts.
    public init(_ hops: [HopID: HopFacts]) {
        limits = hops
    }

    /// What did not hold, in the order in which it was seen.
    public var violations: [String] { broken.withLock { $0 } }

    /// Looks at a state.
    public func look(_ state: ClusterState) {
        let found = skew(state) + quorum(state) + budgets(state) + drained(state)
        if !found.isEmpty { broken.withLock { $0 += found } }
    }

    /// No controller or kubelet is newer than the oldest API server, or further behind the newest than its limit.
    private func skew(_ state: ClusterState) -> [String] {
        let servers = state.hosts.values.compactMap { $0.apiServer?.version?.release }
        guard let oldest = servers.min(), let newest = servers.max() else { return [] }
        let hop = limits.values.min { $0.hop < $1.hop }
        var found: [String] = []
        if newest.minor - oldest.minor > 1 { found.append("API servers at \(oldest) and \(newest)") }
        for (name, host) in state.hosts {
            for unit in [ControlPlaneUnit.controllerManager, .scheduler] {
                guard let version = host.units[unit.rawValue]?.runningVersion?.release else { continue }
                if version > oldest { found.append("\(unit.rawValue) on \(name) is newer than an API server") }
                if newest.minor - version.minor > (hop?.controllerSkewLimit.value ?? 0) {
                    found.append("\(unit.rawValue) on \(name) is too old")
                }
            }
        }
        for node in state.nodes.values {
            guard let version = node.kubeletVersion?.release else { continue }
            if version > oldest { found.append("the kubelet of \(node.name) is newer than an API server") }
            if newest.minor - version.minor > (hop?.kubeletSkewLimit.value ?? 0) {
                found.append("the kubelet of \(node.name) is too old")
            }
        }
        return found
    }

    /// With more than one API server, one is always there; the etcd majority is.
    private func quorum(_ state: ClusterState) -> [String] {
        let servers = state.hosts.values.compactMap(\.apiServer)
        var found: [String] = []
        if servers.count > 1, servers.count(where: { !$0.isHealthy }) > 1 {
            found.append("two API servers are away at once")
        }
        let members = state.hosts.values.compactMap(\.etcd)
        if members.count(where: \.isHealthy) * 2 <= members.count { found.append("the etcd majority is lost") }
        return found
    }

    private func budgets(_ state: ClusterState) -> [String] {
        state.budgets.filter { $0.currentHealthy < $0.desiredHealthy }.map { "budget \($0.path) is violated" }
    }
    /// A kubelet is down only on a node whose pods were moved away.
    private func drained(_ state: ClusterState) -> [String] {
        state.packaging.hostOfNode.compactMap { node, host in
            guard state.hosts[host]?.units[NodeUnit.kubelet.rawValue]?.isActive == false else { return nil }
            let pods = (state.pods[node] ?? []).filter { !$0.isMirror && !$0.isOfDaemonSet && !$0.isFinished }
            return pods.isEmpty ? nil : "the kubelet of \(node) is down under \(pods.count) pods"
        }
    }
}
