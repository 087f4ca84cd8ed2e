@testable import UpgradeCore
@testable import UpgradeSteps

/// A cluster in memory that answers the probes of a step, and only those.
///
/// It begins with everything where the hop starts and well: two control-plane hosts without Node objects, three etcd
/// hosts, three workers whose nodes have FQDN names. A test changes what it is about. A question about something that the
/// scene does not have stays unanswered, so that the step fails with `notObserved`.
struct Scene {
    var playbook: Playbook
    var hop = HopID(from: .start)
    var hops: [HopID] = [HopID(from: .start)]
    /// The phases of each hop of the plan, where a step asks for them.
    var phases: [PlannedPhase] = []
    var run = "run1"
    /// The run whose lane is taken back; `nil` for an upgrade.
    var takesBack: String?
    var ledger = Ledger()
    var isUnderWay = false
    var machineIDs: [String: String] = [:]
    var baseline = Baseline(readyNodes: [], foreignCordons: [], etcdMembers: 3)

    var identities: [String: HostIdentity] = [:]
    var freeSpace: [String: ByteCount] = [:]
    var packages: [String: [String: InstalledPackage]] = [:]
    var offered: [String: [PackageVersion]] = [:]
    /// The digit of the sums of packages that are not the same everywhere, by host.
    var otherArchives: [String: [PackageSpec: [String]]] = [:]
    var dryStarts: [String: DryStartResult] = [:]
    var conffiles: [String: ConffileSurvey] = [:]
    var packageSystems: [String: PackageSystemState] = [:]
    var units: [String: [String: UnitState]] = [:]
    var members: [String: EtcdMemberState] = [:]
    var snapshots: [String: SnapshotStatus] = [:]
    var files: [String: FileState] = [:]
    var localFiles: [String: FileState] = [:]
    var servers: [String: APIServerState] = [:]
    var leaders: [String: LeaderState] = [:]
    var nodes: [String: NodeState] = [:]
    var pods: [String: [PodState]] = [:]
    var budgets: [BudgetState] = []
    var daemonSets: [String: DaemonSetState] = [:]
    var deployments: [String: DeploymentState] = [:]
    var configurations: [String: HostConfiguration] = [:]
    var objects = ClusterObjects()
    var helmManifests: [HelmManifest] = []
    var helm: HelmInventory?
    var helmPresence = HelmPresence()
    /// What programs of Helm's say, by `HOST PROGRAM`.
    var helmVersions: [String: String] = [:]
    var requests: [String: [APIRequests]] = [:]
    var unreachedKubelets: [String: [UnreachedKubelet]] = [:]
    var bgpPeers: [String: [BGPPeer]] = [:]
    var calico: CalicoStores?
    var calicoFiles: [String: [String]] = [:]
    /// What a node reaches, by its host.
    var podReach: [String: PodReach] = [:]
    /// What a host's runtime says of any image.
    var nodeImages: [String: NodeImage] = [:]
    var missingPrograms: Set<String> = []
    /// Files that are newer than the start of a unit, by `host:unit`.
    var newerFiles: [String: [String]] = [:]
    var silences: [AlertSilence: SilenceState] = [:]
    var marks: [String: [HostMark]] = [:]
    var markedDaemonSets: [MarkedDaemonSet] = []
    var silenceMarks: [String: [String]] = [:]
    var restores: [String: EtcdRestoreState] = [:]
    /// The snapshot that the plan leads back to.
    var snapshot: EtcdRestoration?

    init(hosts: [Host] = Scene.hosts) {
        playbook = Scene.playbook(hosts)
        for host in hosts { add(host) }
        baseline.readyNodes = Set(nodes.keys)
    }

    /// The scene at the end of the hop.
    static func done(hosts: [Host] = Scene.hosts) -> Scene {
        var scene = Scene(hosts: hosts)
        for host in hosts {
            scene.install(on: host.name)
            scene.runNew(on: host.name)
        }
        return scene
    }

    static let hosts =
        ["cp1", "cp2"].map { Host(name: $0, roles: [.controlPlane]) }
        + ["etcd1", "etcd2", "etcd3"].map { Host(name: $0, roles: [.etcd]) }
        + ["w1", "w2", "w3"].map { Host(name: $0, roles: [.worker], nodeName: "\($0).example.org") }

    private mutating func add(_ host: Host) {
        let name = host.name
        let old = PackageVersion.start
        identities[name] = HostIdentity(machineID: "id-\(name)")
        configurations[name] = HostConfiguration()
        machineIDs[name] = "id-\(name)"
        freeSpace["\(name):/var"] = .mebibytes(4096)
        freeSpace["\(name):/var/lib/upgrader"] = .mebibytes(4096)
        packageSystems[name] = PackageSystemState()
        packages[name] = [:]
        units[name] = [:]
        for unit in PauseTimers.units {
            units[name]?[unit] = UnitState(isActive: true)
        }
        var names: [String] = []
        if host.roles.contains(.controlPlane) {
            names += playbook.packages.controlPlane + playbook.packages.client
            servers[name] = APIServerState(isHealthy: true, version: old.kubernetes)
            requests[name] = []
            unreachedKubelets[name] = []
            for unit in ["kube-apiserver", "kube-controller-manager", "kube-scheduler"] {
                units[name]?[unit] = UnitState(isActive: true, runningVersion: old.kubernetes, activeSeconds: 60)
                leaders[unit] = LeaderState(holder: "\(name)_1", secondsSinceRenewal: 2)
            }
        }
        if host.roles.contains(.client) { names += playbook.packages.client }
        if host.roles.contains(.worker) {
            names += playbook.packages.node
            for unit in ["kubelet", "kube-proxy"] {
                units[name]?[unit] = UnitState(isActive: true, runningVersion: old.kubernetes, activeSeconds: 60)
            }
            nodes[host.node] = NodeState(name: host.node, kubeletVersion: old.kubernetes)
            pods[host.node] = []
        }
        if host.roles.contains(.etcd) {
            let count = playbook.hosts(.etcd).count
            members[name] = EtcdMemberState(isHealthy: true, version: "3.4.23", memberCount: count)
        }
        for package in names {
            packages[name]?[package] = InstalledPackage(version: old)
            offered[package] = Array(playbook.releases.values)
        }
    }
}

extension MinorRelease {
    static let start = MinorRelease(major: 1, minor: 12)
}

extension PackageVersion {
    /// Where the hop of a scene starts.
    static let start = make("1.12.10-1")
    /// Where the hop of a scene ends.
    static let target = make("1.13.12-1")
    /// Where the hop after it ends.
    static let later = make("1.14.10-1")

    static func make(_ text: String) -> PackageVersion {
        guard let version = PackageVersion(text) else { preconditionFailure("\(text) is not a package version") }
        return version
    }
}
