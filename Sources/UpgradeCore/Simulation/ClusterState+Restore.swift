/// What a simulated API holds and a snapshot of etcd leads back to.
///
/// Nodes come back with their cordons; what their kubelets report comes from the kubelets again, and pods from what runs.
public struct SimulatedObjects: Hashable, Sendable, Codable {
    private var cordons: [String: String]
    private var cordoned: Set<String>
    private var daemonSets: [String: DaemonSetState]
    private var deployments: [String: DeploymentState]
    private var objects: ClusterObjects
    private var helmManifests: [HelmManifest]
    private var helm: HelmInventory
    private var lease: LeaseRecord?

    /// Keeps what a cluster holds now.
    init(_ state: ClusterState) {
        cordons = state.nodes.compactMapValues(\.cordonMark)
        cordoned = Set(state.nodes.values.filter(\.isCordoned).map(\.name))
        daemonSets = state.daemonSets
        deployments = state.deployments
        objects = state.objects
        helmManifests = state.helmManifests
        helm = state.helm
        lease = state.lease
    }

    /// Whether a cluster holds what was kept.
    public func isHeld(by state: ClusterState) -> Bool {
        var now = SimulatedObjects(state)
        now.lease = lease
        return now == self
    }

    fileprivate func put(into state: inout ClusterState) {
        for name in state.nodes.keys {
            state.nodes[name]?.isCordoned = cordoned.contains(name)
            state.nodes[name]?.cordonMark = cordons[name]
        }
        state.daemonSets = daemonSets
        state.deployments = deployments
        state.objects = objects
        state.helmManifests = helmManifests
        state.helm = helm
        state.lease = lease
        // Whoever has read a later one must not be right with it by chance.
        state.leaseVersion = (state.leaseVersion ?? 0) + 1000
    }
}

extension ClusterState {
    private var etcdHosts: [SimulatedHost] { hosts.values.filter { $0.etcd != nil } }

    func restore(on host: SimulatedHost) -> EtcdRestoreState {
        var state = host.restore ?? EtcdRestoreState()
        let isUp = host.etcd?.isHealthy == true
        if !isUp { (state.revision, state.keys) = (nil, nil) }
        if isUp, state.inPlace == nil { (state.revision, state.keys) = (10_000 + Int64(applied.count), 1000) }
        return state
    }

    /// Refuses what would leave members with different data, or lose some.
    func refuseRestore(_ action: Action) throws(AccessError) {
        switch action {
        case .stageEtcd(let host, let path, let sum, _):
            let there = try simulated(host)
            guard there.files[path]?.sha256 == sum else {
                throw failed(host, action, "the SHA-256 of \(path) is not \(sum)")
            }
            guard there.units[DaemonName.etcd]?.isActive == true else {
                throw failed(host, action, "etcd does not run")
            }
        case .swapEtcd(let host, _):
            guard try simulated(host).restore?.staged != nil else { throw failed(host, action, "nothing is restored") }
            let servers = hosts.values.contains { $0.units[ControlPlaneUnit.apiServer.rawValue]?.isActive == true }
            guard !servers, !etcdHosts.contains(where: { $0.units[DaemonName.etcd]?.isActive == true }) else {
                throw .refusedBySimulation(reason: "etcd or an API server still runs")
            }
        case .unpause:
            guard Set(etcdHosts.map { $0.restore?.inPlace }).count <= 1 else {
                throw .refusedBySimulation(reason: "not every member has the data that was restored")
            }
        default: break
        }
    }

    mutating func stage(_ path: String, _ sum: String, on host: String) {
        let status = hosts.values.lazy.compactMap { $0.snapshots[path] }.first
        // A snapshot counts every version of a key that it has, a member that answers only the keys.
        let keys = status?.proof?.keys ?? status?.totalKeys
        hosts[host]?.restore = EtcdRestoreState(staged: sum, revision: status?.revision, keys: keys)
        hosts[host]?.snapshots[path] = status
    }

    /// The cluster holds what it held once the last member has its data.
    mutating func swap(on host: String) {
        let staged = hosts[host]?.restore?.staged
        hosts[host]?.restore?.inPlace = staged
        guard etcdHosts.allSatisfy({ $0.restore?.inPlace != nil }) else { return }
        let saved = savedObjects ?? [:]
        let sum = hosts[host]?.restore?.inPlace
        let path = hosts[host]?.files.first { $0.value.sha256 == sum && saved[$0.key] != nil }?.key
        if let path { saved[path]?.put(into: &self) }
    }
}
