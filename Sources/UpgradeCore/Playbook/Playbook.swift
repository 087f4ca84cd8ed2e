/// What the cluster is and how careful to be, as the operator wrote it.
///
/// Read by `PlaybookDecoder`; every key is documented in `playbooks/schema.json` and `playbooks/default.yaml`.
public struct Playbook: Hashable, Sendable {
    /// The cluster's name; also the directory of its runs.
    public var cluster: String
    /// The minor release to reach.
    public var target: MinorRelease
    /// The package version of each minor release on the path, the present one included.
    public var releases: [MinorRelease: PackageVersion]
    /// The hosts, in the order in which they are worked on.
    public var hosts: [Host] {
        didSet { index = HostIndex(hosts) }
    }
    /// Every step of every host asks for hosts by name and by role: looked for each time, a thousand cost a million looks.
    private var index: HostIndex
    /// The simulated cluster to run on instead of real hosts; `nil` for real ones.
    public var simulation: SimulationSettings?
    /// How hosts are reached.
    public var ssh: SSHOptions
    /// How the API is asked.
    public var api: APIOptions
    /// How etcd is asked, and what becomes of its snapshots.
    public var etcd: EtcdOptions
    /// The packages of each part.
    public var packages: PackageNames
    /// What becomes of conffiles that a host and a new package have both changed.
    public var conffiles: ConffileRules
    /// What to do with packages that are on hold.
    public var packageHolds: PackageHolds
    /// What is saved of each host before it is changed.
    public var savedPaths: [String]
    /// How a node is drained.
    public var drain: DrainOptions
    /// What to do with nodes that somebody else cordoned.
    public var foreignCordons: ForeignCordons
    /// How many workers are worked on at once.
    public var workerBatch: Int
    /// How many workers may fail before no other is begun.
    public var workerFailureBudget: Int
    /// In which waves workers are worked on.
    public var waves: WaveOptions
    /// How long things may take.
    public var deadlines: Deadlines
    /// How the run says that it lives, so that no other works on the cluster.
    public var lease: LeaseTerms
    /// Calico, where the run moves it; `nil` leaves it alone.
    public var calico: CalicoOptions?
    /// Helm, where the run moves it; `nil` leaves it alone.
    public var helm: HelmOptions?
    /// The operator's own commands.
    public var hooks: [Hook]
    /// What the operator knows better than the version data of this program, or knows besides.
    public var versions: [FactOverride]
    /// Findings of foresight that the operator has accepted.
    public var acceptedFindings: [AcceptedFinding]
    /// The states out of range that the operator says yes to.
    public var accepted: [Acceptance]
    /// Alerts that are silenced while a hop goes on.
    public var silences: [SilenceOptions]
    /// Who is told how a run goes on.
    public var notifications: [NotificationOptions]
    /// The file of the operator's machine where node-exporter finds figures of the run; `nil` for none.
    public var metricsFile: String?
    /// Where packages are built, and the way out from there; a run does not read it.
    public var packaging: PackagingOptions

    /// Makes a playbook; what is not given is what the decoder takes where the key is absent.
    public init(
        cluster: String,
        target: MinorRelease,
        releases: [MinorRelease: PackageVersion],
        hosts: [Host],
        simulation: SimulationSettings? = nil,
        ssh: SSHOptions = SSHOptions(),
        api: APIOptions = APIOptions(),
        etcd: EtcdOptions = EtcdOptions(),
        packages: PackageNames = PackageNames(),
        conffiles: ConffileRules = ConffileRules(),
        packageHolds: PackageHolds = .refuse,
        savedPaths: [String] = ["/etc/default", "/etc/kubernetes", "/etc/systemd/system", "/etc/cni/net.d"],
        drain: DrainOptions = DrainOptions(deadline: .seconds(300)),
        foreignCordons: ForeignCordons = .refuse,
        workerBatch: Int = 1,
        workerFailureBudget: Int = 0,
        waves: WaveOptions = WaveOptions(),
        deadlines: Deadlines = Deadlines(),
        lease: LeaseTerms = LeaseTerms(),
        calico: CalicoOptions? = nil,
        helm: HelmOptions? = nil,
        hooks: [Hook] = [],
        versions: [FactOverride] = [],
        acceptedFindings: [AcceptedFinding] = [],
        accepted: [Acceptance] = [],
        silences: [SilenceOptions] = [],
        notifications: [NotificationOptions] = [],
        metricsFile: String? = nil,
        packaging: PackagingOptions = PackagingOptions()
    ) {
        self.cluster = cluster
        self.target = target
        self.releases = releases
        self.hosts = hosts
        index = HostIndex(hosts)
        self.simulation = simulation
        self.ssh = ssh
        self.api = api
        self.etcd = etcd
        self.packages = packages
        self.conffiles = conffiles
        self.packageHolds = packageHolds
        self.savedPaths = savedPaths
        self.drain = drain
        self.foreignCordons = foreignCordons
        self.workerBatch = workerBatch
        self.workerFailureBudget = workerFailureBudget
        self.waves = waves
        self.deadlines = deadlines
        self.lease = lease
        self.calico = calico
        self.helm = helm
        self.hooks = hooks
        self.versions = versions
        self.acceptedFindings = acceptedFindings
        self.accepted = accepted
        self.silences = silences
        self.notifications = notifications
        self.metricsFile = metricsFile
        self.packaging = packaging
    }

    /// The host of this name.
    public func host(_ name: String) -> Host? {
        index.byName[name].map { hosts[$0] }
    }

    /// The hosts that do this in the cluster, in the playbook's order.
    public func hosts(_ role: Role) -> [Host] {
        index.byRole[role] ?? []
    }
}

extension Host {
    /// The name of the Node object: as given, or the host's name.
    public var node: String { nodeName ?? name }
}

/// How the API is asked: with kubectl, on a control-plane host.
public struct APIOptions: Hashable, Sendable {
    /// The kubeconfig on the control-plane hosts.
    public var kubeconfig: String
    /// The address of one API server; `{name}` and `{address}` stand for those of its host.
    public var endpoint: String
    /// From one look at the API servers to the next, while a run is at work.
    public var watch: Duration

    /// Makes options.
    public init(
        kubeconfig: String = "/etc/kubernetes/admin.conf",
        endpoint: String = "https://{address}:6443",
        watch: Duration = .seconds(5)
    ) {
        self.kubeconfig = kubeconfig
        self.endpoint = endpoint
        self.watch = watch
    }
}

/// The packages of each part.
public struct PackageNames: Hashable, Sendable {
    /// On control-plane hosts.
    public var controlPlane: [String]
    /// On workers.
    public var node: [String]
    /// On control-plane and client hosts, upgraded last.
    public var client: [String]

    /// Makes a list.
    public init(
        controlPlane: [String] = ["kubernetes-master"],
        node: [String] = ["kubernetes-node"],
        client: [String] = ["kubernetes-client"]
    ) {
        self.controlPlane = controlPlane
        self.node = node
        self.client = client
    }

    /// Those of every part, in order.
    public var all: [String] { controlPlane + node + client }
}

/// What to do with packages that are on hold.
public enum PackageHolds: String, Hashable, Sendable, CaseIterable {
    /// Stop before anything is changed.
    case refuse
    /// Install them all the same, and put them on hold again.
    case keep
}

/// What to do with nodes that somebody else cordoned.
public enum ForeignCordons: String, Hashable, Sendable, CaseIterable {
    /// Stop before anything is changed.
    case refuse
    /// Upgrade the node and leave it cordoned.
    case keep
}

/// How long things may take.
public struct Deadlines: Hashable, Sendable {
    /// A host to be reached, reconnection after a loss included.
    public var connect: Duration
    /// A package installation.
    public var install: Duration
    /// A daemon to run its new version and be healthy.
    public var daemon: Duration
    /// A node to be Ready at its new version.
    public var nodeReady: Duration
    /// A snapshot or an archive.
    public var backup: Duration

    /// Makes deadlines.
    public init(
        connect: Duration = .seconds(120),
        install: Duration = .seconds(600),
        daemon: Duration = .seconds(180),
        nodeReady: Duration = .seconds(300),
        backup: Duration = .seconds(600)
    ) {
        self.connect = connect
        self.install = install
        self.daemon = daemon
        self.nodeReady = nodeReady
        self.backup = backup
    }
}

/// Which Calico runs at the end of each hop.
public struct CalicoOptions: Hashable, Sendable {
    /// The versions of the packages and the tags of the image that Calico goes through, in order, by the release at whose
    /// arrival it is moved; each is a roll of its own.
    ///
    /// At the release that the cluster has now, Calico is moved before the first hop.
    public var rolls: [MinorRelease: [ComponentVersion]]
    /// The packages on each worker.
    public var packages: [String]
    /// The namespace of the DaemonSet.
    public var namespace: String
    /// The name of the DaemonSet.
    public var daemonSet: String
    /// The systemd unit that runs Calico on each worker in place of a DaemonSet; `nil` for a DaemonSet.
    public var unit: String?
    /// Whether a container of `image` is what runs: always of a DaemonSet, of a unit where the playbook names the image.
    public var isContainer = true
    /// The container whose image is set.
    public var container: String
    /// The image without its tag.
    public var image: String
    /// The host that `calicoctl` and `calico-upgrade` are run on; `nil` for the first control-plane host.
    public var host: String?
    /// Who fetches the new image to each worker before the first pod is replaced; `nil` for the client that is there.
    public var pull: ImagePull?
    /// Typha, which is moved before the nodes; `nil` where the cluster has none.
    public var typha: TyphaOptions?
    /// The move of its data from etcd's v2 API to its v3 API; `nil` for none.
    public var migration: CalicoMigrationOptions?

    /// Makes options of at most one roll at each release.
    public init(
        versions: [MinorRelease: ComponentVersion],
        packages: [String] = ["calico-cni", "calicoctl"],
        namespace: String = "kube-system",
        daemonSet: String = "calico-node",
        container: String = "calico-node",
        image: String = "calico/node"
    ) {
        rolls = versions.mapValues { [$0] }
        self.packages = packages
        self.namespace = namespace
        self.daemonSet = daemonSet
        self.container = container
        self.image = image
    }
}

/// A component's package version and image tag.
public struct ComponentVersion: Hashable, Sendable {
    /// The Debian package version.
    public var package: PackageVersion
    /// The tag of the image.
    public var tag: String

    /// Makes a version.
    public init(package: PackageVersion, tag: String) {
        self.package = package
        self.tag = tag
    }
}

/// An operator's own command, run on the hosts of a phase before or after their other steps.
public struct Hook: Hashable, Sendable {
    /// Its name; it becomes part of a step key.
    public var name: String
    /// The phase whose lanes run it.
    public var phase: PhaseID
    /// Whether it runs before the other steps of the lane, or after them.
    public var runsBefore: Bool
    /// The host to run it on; `nil` for the lane's own.
    public var host: String?
    /// The command; `{node}`, `{host}` and `{address}` stand for those of the lane.
    public var words: [String]
    /// How long it may take.
    public var deadline: Duration

    /// Makes a hook.
    public init(
        name: String,
        phase: PhaseID,
        runsBefore: Bool,
        host: String? = nil,
        words: [String],
        deadline: Duration = .seconds(60)
    ) {
        self.name = name
        self.phase = phase
        self.runsBefore = runsBefore
        self.host = host
        self.words = words
        self.deadline = deadline
    }
}

/// A simulated cluster to begin with; only the playbook of the embedded default has one.
public struct SimulationSettings: Hashable, Sendable {
    /// The release that the simulated cluster starts at.
    public var release: MinorRelease
    /// How long a simulated action takes, so that a person can watch and kill it.
    public var pace: Duration
    /// The tag of Calico's image at the start; `nil` for one that says no version.
    public var calicoTag: String?
    /// Whether etcd is started with `--enable-v2`, as that of a Calico 2 is; where Calico's data moves it is anyway.
    public var servesV2: Bool
    /// The tag of Tiller's image at the start; `nil` for one that says no version.
    public var tillerTag: String?
    /// How many pods run on the workers besides the few of the sample; its hosts then have configurations to read.
    public var pods: Int
    /// Steps whose actions fail, so that a person can see what a failure is like.
    public var failures: [SimulatedFailure]
    /// Objects of deployed Helm releases that somebody has deleted, as `Kind namespace/name`.
    public var lost: [String]

    /// Makes settings.
    public init(
        release: MinorRelease,
        pace: Duration,
        calicoTag: String? = nil,
        servesV2: Bool = false,
        tillerTag: String? = nil,
        pods: Int = 0,
        failures: [SimulatedFailure] = [],
        lost: [String] = []
    ) {
        self.release = release
        self.pace = pace
        self.calicoTag = calicoTag
        self.servesV2 = servesV2
        self.tillerTag = tillerTag
        self.pods = pods
        self.failures = failures
        self.lost = lost
    }
}

/// A failure of a simulated cluster: actions of a step end badly.
public struct SimulatedFailure: Hashable, Sendable {
    /// The step.
    public var step: StepID
    /// The host, or `cluster`; `nil` for all.
    public var target: Target?
    /// How many attempts fail, from the first on.
    public var attempts: Int

    /// Makes a failure.
    public init(step: StepID, target: Target? = nil, attempts: Int = 1) {
        self.step = step
        self.target = target
        self.attempts = attempts
    }

    /// Whether it is one of this step.
    public func isOf(_ key: StepKey) -> Bool { key.step == step && (target ?? key.target) == key.target }

    /// Whether an action of this job fails.
    func isOf(_ job: JobID) -> Bool {
        // Cleanup has no attempts; what it undoes it can undo.
        isOf(job.key) && job.attempt > 0 && job.attempt <= attempts
    }
}
