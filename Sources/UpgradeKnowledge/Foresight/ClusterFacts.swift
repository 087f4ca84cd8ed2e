public import UpgradeCore

/// What rules may look at: the playbook and whatever was observed.
///
/// A rule whose facts were not asked for finds nothing.
public struct ClusterFacts: Sendable {
    /// The playbook.
    public var playbook: Playbook
    /// The hosts' configurations with their names, in the playbook's order.
    public var hosts: [(host: Host, configuration: HostConfiguration)] = []
    /// Who the hosts are, by name.
    public var identities: [String: HostIdentity] = [:]
    /// etcd members by host.
    public var members: [String: EtcdMemberState] = [:]
    /// The API servers by host.
    public var servers: [String: APIServerState] = [:]
    /// Node objects.
    public var nodes: [NodeState] = []
    /// Pods by node.
    public var pods: [String: [PodState]] = [:]
    /// Disruption budgets.
    public var budgets: [BudgetState] = []
    /// What was made through the API.
    public var objects = ClusterObjects()
    /// What Helm has deployed.
    public var helm: [HelmManifest] = []
    /// Requests for alpha and beta APIs by control-plane host, in the playbook's order.
    public var requests: [(host: String, requests: [APIRequests])] = []
    /// Kubelets that a control-plane host gets no connection to, in the playbook's order.
    public var unreachedKubelets: [(host: String, kubelets: [UnreachedKubelet])] = []
    /// Manifests that the operator gave, by file.
    public var manifests: [(file: String, objects: [ClusterObjects.Reference])] = []

    private var arguments: [String: [String: [DaemonArgument]]] = [:]
    /// What every API server whose configuration was seen is told to serve; the facts must be prepared.
    private(set) var switches = APISwitches()

    /// Makes facts without any answer.
    public init(playbook: Playbook) { self.playbook = playbook }

    /// Takes every answer that a rule may use.
    public init(playbook: Playbook, seen: Observation) {
        self.playbook = playbook
        var configurations: [String: HostConfiguration] = [:]
        var requests: [String: [APIRequests]] = [:]
        var unreached: [String: [UnreachedKubelet]] = [:]
        for (probe, answer) in seen.answers {
            switch (probe, answer) {
            case (.hostConfiguration(let host), .hostConfiguration(let value)): configurations[host] = value
            case (.identity(let host), .identity(let value)): identities[host] = value
            case (.etcdMember(let host), .etcdMember(let value)): members[host] = value
            case (.apiServer(let host), .apiServer(let value)): servers[host] = value
            case (.nodes, .nodes(let value)): nodes = value
            case (.pods, .podsByNode(let value)): pods = value
            case (.budgets, .budgets(let value)): budgets = value
            case (.objects, .objects(let value)): objects = value
            case (.helmManifests, .helmManifests(let value)): helm = value
            case (.apiRequests(let host), .apiRequests(let value)): requests[host] = value
            case (.unreachedKubelets(let host), .unreachedKubelets(let value)): unreached[host] = value
            default: break
            }
        }
        hosts = playbook.hosts.compactMap { host in configurations[host.name].map { (host, $0) } }
        let servers = playbook.hosts(.controlPlane).map(\.name)
        self.requests = servers.compactMap { host in requests[host].map { (host, $0) } }
        unreachedKubelets = servers.compactMap { host in unreached[host].map { (host, $0) } }
    }

    /// The same with the arguments of every daemon read: many rules look at them.
    func prepared() -> ClusterFacts {
        var facts = self
        for (host, configuration) in hosts {
            for daemon in configuration.daemons {
                let arguments = DaemonArguments(host: host.name, daemon, configuration).all
                facts.arguments[host.name, default: [:]][daemon.name] = arguments
            }
        }
        facts.switches = APISwitches(
            facts.arguments.values.compactMap { $0["kube-apiserver"] }.map { arguments in
                let told = arguments.filter { $0.flag == "--runtime-config" }
                // What files say holds after the restart.
                let written = told.filter { $0.place.file != nil }
                return (written.isEmpty ? told : written).compactMap(\.value).joined(separator: ",")
            }
        )
        return facts
    }

    /// The arguments of a daemon; the facts must be prepared.
    func arguments(of daemon: HostConfiguration.Daemon, on host: String) -> [DaemonArgument] {
        arguments[host]?[daemon.name] ?? []
    }

    /// The files that a daemon's `--config` names.
    func configurationFiles(
        of daemon: HostConfiguration.Daemon,
        on host: String,
        _ configuration: HostConfiguration
    ) -> [ConfigurationFile] {
        daemon.files.compactMap { configuration.file($0) }.filter { $0.kind == .configuration }
            .map { ConfigurationFile($0, on: host) }
    }

    /// The time by the hosts' clocks, in seconds since 1970; `nil` where none has one.
    public var clock: Double? { hosts.compactMap(\.configuration.clock).max() }
}
