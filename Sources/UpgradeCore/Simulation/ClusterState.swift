/// A simulated cluster: a value that answers probes and takes actions as a real one would.
///
/// Simulated, not real: no host, no daemon and no network stand behind it. It is seeded by the survey of a real
/// cluster (plan, dry-run) or made from nothing (`ClusterState.sample`, the embedded default).
public struct ClusterState: Hashable, Sendable, Codable {
    /// A simulated host.
    public struct SimulatedHost: Hashable, Sendable, Codable {
        /// Who it is.
        public var identity = HostIdentity(machineID: "")
        /// Bytes free by path; a path that was never asked for has `defaultFreeSpace`.
        public var freeSpace: [String: ByteCount] = [:]
        /// Installed packages.
        public var packages: [String: InstalledPackage] = [:]
        /// What apt offers.
        public var candidates: [String: [PackageVersion]] = [:]
        /// The archives that apt offers, where they are not those that every host is offered.
        public var offeredArchives: [OfferedArchive]?
        /// The state of dpkg.
        public var packageSystem = PackageSystemState()
        /// Units by name.
        public var units: [String: UnitState] = [:]
        /// The etcd member, on etcd hosts.
        public var etcd: EtcdMemberState?
        /// Verified snapshots by path.
        public var snapshots: [String: SnapshotStatus] = [:]
        /// Files by path.
        public var files: [String: FileState] = [:]
        /// The API server as asked on its own address, on control-plane hosts.
        public var apiServer: APIServerState?
        /// How its daemons are configured.
        public var configuration = HostConfiguration()
        /// Who asks its API server for alpha and beta APIs, on control-plane hosts.
        public var requests: [APIRequests]?
        /// Which kubelets it gets no connection to, on control-plane hosts.
        public var unreachedKubelets: [UnreachedKubelet]?
        /// The BGP sessions of its Calico.
        public var bgpPeers: [BGPPeer]?
        /// What its container runtime is known to have or not, by image.
        public var images: [String: NodeImage]?
        /// Programs that root does not find.
        public var missingPrograms: Set<String>?
        /// Calico's files that name etcd's v2 API.
        public var calicoFiles: [String]?
        /// What runs have marked as theirs; absent where nothing ever was.
        public var marks: [HostMark]?
        /// Files that are newer than the start of the unit that consists of them, by unit.
        public var newerFiles: [String: [String]]?
        /// What apt has fetched and not installed yet.
        public var archives: [PackageSpec]?
        /// Conffiles of packages that are not installed yet.
        public var conffiles: [Conffile]?
        /// How far a restore of its etcd has come; revision and keys are those of what is restored.
        public var restore: EtcdRestoreState?
        /// What the daemons of a release say to the arguments that they run with, where that is not their version.
        public var refusedStarts: [DryStartResult.Trial]?

        /// Makes an empty host.
        public init() {}
    }

    /// How a simulated scheduler chooses among nodes that have room.
    public enum Placement: String, Hashable, Sendable, Codable {
        /// The one with the fewest pods.
        case fewestPods
        /// The one with the most pods, as a scheduler does that packs.
        /// - Source: Kubernetes documentation, Resource Bin Packing, MostAllocated
        case mostPods
    }

    /// Free space of a path that the survey did not ask for.
    static let defaultFreeSpace = ByteCount.mebibytes(65536)

    /// Which packages hold which units, from the playbook.
    public var packaging: Packaging
    /// Hosts by name.
    public var hosts: [String: SimulatedHost] = [:]
    /// Node objects by name.
    public var nodes: [String: NodeState] = [:]
    /// Pods by the node they are on.
    public var pods: [String: [PodState]] = [:]
    /// Pods that have found no node; `nil` where that has never happened.
    public var pending: [PodState]?
    /// How evicted pods choose among nodes; `nil` for the one with the fewest pods.
    public var placement: Placement?
    /// Disruption budgets.
    public var budgets: [BudgetState] = []
    /// DaemonSets by `namespace/name`.
    public var daemonSets: [String: DaemonSetState] = [:]
    /// DaemonSets whose update strategy a run has set, by `namespace/name`; absent where none ever was.
    public var daemonSetMarks: [String: MarkedDaemonSet]?
    /// Deployments by `namespace/name`.
    public var deployments: [String: DeploymentState] = [:]
    /// What else was made through the API.
    public var objects = ClusterObjects()
    /// What the deployed Helm releases hold.
    public var helmManifests: [HelmManifest] = []
    /// The releases of Helm 2 and 3, and the Tillers.
    public var helm = HelmInventory()
    /// Objects of deployed releases that somebody has deleted, as `Kind namespace/name`; absent where nobody has.
    public var lostHelmObjects: Set<String>?
    /// Kinds that its API server does not serve, as `apiVersion Kind`; absent where it serves all that a release names.
    public var unservedHelmKinds: Set<String>?
    /// Objects of the manifests of deployed releases as a survey found them; what is simulated has none.
    public var surveyedPresence: HelmPresence?
    /// What programs of Helm's say that they are where that is not what is installed, by `HOST PROGRAM`.
    public var saidHelmVersions: [String: String]?
    /// What programs of Helm's said that no package of a survey carries, by `HOST PROGRAM`; absent where none was asked.
    public var foundHelmVersions: [String: String]?
    /// The package that carries a program of Helm's, by the program; absent in clusters of older versions.
    public var helmPackages: [String: String]?
    /// What Calico keeps in etcd; absent in clusters whose Calico is not said to keep anything.
    public var calico: CalicoStores?
    /// Nodes of which no pod is reached, as `FROM TO`; absent where all are.
    public var unreachedPods: Set<String>?
    /// What the API held when a snapshot of etcd was saved, by the path of the snapshot; `nil` where none was.
    public var savedObjects: [String: SimulatedObjects]?
    /// Silences that are open; absent in clusters of older versions.
    public var silences: Set<AlertSilence>?
    /// Leaders by component.
    public var leaders: [String: LeaderState] = [:]
    /// Files on the operator's machine, as simulated.
    public var localFiles: [String: FileState] = [:]
    /// Jobs that have ended, by unit name; one is never run twice.
    public var jobs: Set<String> = []
    /// The lock of the cluster.
    public var lease: LeaseRecord?
    /// Counts the replacements of the lease, as the API's resourceVersion does.
    public var leaseVersion: Int?
    /// The newest fencing token that the simulated hosts have seen.
    public var fence: Int?
    /// Every action that changed something, in order, for tests and for people.
    public var applied: [Action] = []

    /// Makes a cluster without hosts.
    public init(packaging: Packaging) {
        self.packaging = packaging
    }

    /// Which packages hold which units, and what their maintainer scripts do.
    public struct Packaging: Hashable, Sendable, Codable {
        /// The units of each package.
        public var units: [String: [String]]
        /// The host name of each Node object.
        public var hostOfNode: [String: String]
        /// The unit that runs Calico on workers; absent where it is a DaemonSet.
        public var calicoUnit: String?
        /// Whether maintainer scripts stop daemons and start them anew: the worst case that the field has.
        public var scriptsRestart = true

        /// Makes the packaging that a playbook describes.
        public init(playbook: Playbook) {
            units = [:]
            for name in playbook.packages.controlPlane {
                units[name] = ControlPlaneUnit.allCases.map(\.rawValue)
            }
            for name in playbook.packages.node {
                units[name] = NodeUnit.allCases.map(\.rawValue)
            }
            if let calico = playbook.calico, let unit = calico.unit {
                calicoUnit = unit
                for name in calico.packages { units[name] = [unit] }
            }
            hostOfNode = Dictionary(
                playbook.hosts(.worker).map { ($0.node, $0.name) },
                uniquingKeysWith: { first, _ in first }
            )
        }
    }
}

/// The systemd units of a control-plane host.
public enum ControlPlaneUnit: String, Hashable, Sendable, CaseIterable {
    /// The API server.
    case apiServer = "kube-apiserver"
    /// The controller manager.
    case controllerManager = "kube-controller-manager"
    /// The scheduler.
    case scheduler = "kube-scheduler"
}

/// The systemd units of a worker.
public enum NodeUnit: String, Hashable, Sendable, CaseIterable {
    /// The kubelet.
    case kubelet
    /// The service proxy.
    case kubeProxy = "kube-proxy"
}
