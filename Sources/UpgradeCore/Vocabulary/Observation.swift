/// The answers to a step's probes.
public struct Observation: Hashable, Sendable {
    /// The answers by question.
    public private(set) var answers: [Probe: Answer]

    /// Makes an observation from answers.
    public init(_ answers: [Probe: Answer] = [:]) {
        self.answers = answers
    }

    /// Makes room for so many answers at once.
    mutating func reserve(_ count: Int) {
        answers.reserveCapacity(count)
    }

    /// Adds an answer.
    public mutating func record(_ answer: Answer, to probe: Probe) {
        answers[probe] = answer
    }

    /// Who a host is.
    ///
    /// - Throws: `StepError.notObserved` when the step did not ask.
    public func identity(of host: String) throws(StepError) -> HostIdentity {
        guard case .identity(let value) = answers[.identity(host: host)] else { throw missing("identity \(host)") }
        return value
    }

    /// Bytes free below a path of a host.
    ///
    /// - Throws: `StepError.notObserved` when the step did not ask.
    public func freeSpace(on host: String, path: String) throws(StepError) -> ByteCount {
        guard case .freeSpace(let value) = answers[.freeSpace(host: host, path: path)] else {
            throw missing("free space \(host):\(path)")
        }
        return value
    }

    /// What dpkg says of packages on a host.
    ///
    /// - Throws: `StepError.notObserved` when the step did not ask for exactly these names.
    public func packages(on host: String, names: [String]) throws(StepError) -> [String: InstalledPackage] {
        guard case .packages(let value) = answers[.packages(host: host, names: names)] else {
            throw missing("packages \(host)")
        }
        return value
    }

    /// The versions that apt can install on a host.
    ///
    /// - Throws: `StepError.notObserved` when the step did not ask for exactly these names.
    public func candidates(on host: String, names: [String]) throws(StepError) -> [String: [PackageVersion]] {
        guard case .candidates(let value) = answers[.candidates(host: host, names: names)] else {
            throw missing("candidates \(host)")
        }
        return value
    }

    /// The archives that apt on a host would fetch.
    ///
    /// - Throws: `StepError.notObserved` when the step did not ask for exactly these packages.
    public func archives(on host: String, packages: [PackageSpec]) throws(StepError) -> [OfferedArchive] {
        guard case .archives(let value) = answers[.archives(host: host, packages: packages)] else {
            throw missing("archives \(host)")
        }
        return value
    }

    /// What the daemons of packages that are not installed yet say to the arguments of the running units.
    ///
    /// - Throws: `StepError.notObserved` when the step did not ask for exactly this.
    public func dryStart(on host: String, packages: [PackageSpec], units: [String]) throws(StepError) -> DryStartResult
    {
        guard case .dryStart(let value) = answers[.dryStart(host: host, packages: packages, units: units)] else {
            throw missing("dry-start \(host)")
        }
        return value
    }

    /// The conffiles that packages which are not installed yet and their host have both changed.
    ///
    /// - Throws: `StepError.notObserved` when the step did not ask for exactly this.
    public func conffiles(on host: String, packages: [PackageSpec]) throws(StepError) -> ConffileSurvey {
        guard case .conffiles(let value) = answers[.conffiles(host: host, packages: packages)] else {
            throw missing("conffiles \(host)")
        }
        return value
    }

    /// The state of dpkg on a host.
    ///
    /// - Throws: `StepError.notObserved` when the step did not ask.
    public func packageSystem(on host: String) throws(StepError) -> PackageSystemState {
        guard case .packageSystem(let value) = answers[.packageSystem(host: host)] else {
            throw missing("dpkg \(host)")
        }
        return value
    }

    /// A systemd unit on a host.
    ///
    /// - Throws: `StepError.notObserved` when the step did not ask.
    public func unit(_ unit: String, on host: String) throws(StepError) -> UnitState {
        guard case .unit(let value) = answers[.unit(host: host, unit: unit)] else {
            throw missing("unit \(unit) \(host)")
        }
        return value
    }

    /// The etcd member on a host.
    ///
    /// - Throws: `StepError.notObserved` when the step did not ask.
    public func etcdMember(on host: String) throws(StepError) -> EtcdMemberState {
        guard case .etcdMember(let value) = answers[.etcdMember(host: host)] else { throw missing("etcd \(host)") }
        return value
    }

    /// A snapshot on a host; `nil` where it is absent or does not verify.
    ///
    /// - Throws: `StepError.notObserved` when the step did not ask.
    public func snapshot(on host: String, path: String) throws(StepError) -> SnapshotStatus? {
        guard case .snapshot(let value) = answers[.snapshot(host: host, path: path)] else {
            throw missing("snapshot \(host):\(path)")
        }
        return value
    }

    /// A file on a host; `nil` where there is none.
    ///
    /// - Throws: `StepError.notObserved` when the step did not ask.
    public func file(on host: String, path: String) throws(StepError) -> FileState? {
        guard case .file(let value) = answers[.file(host: host, path: path)] else {
            throw missing("file \(host):\(path)")
        }
        return value
    }

    /// The names of the files of a directory on a host that start with `prefix`, in order.
    ///
    /// - Throws: `StepError.notObserved` when the step did not ask.
    public func files(on host: String, directory: String, prefix: String) throws(StepError) -> [String] {
        guard case .files(let value) = answers[.files(host: host, directory: directory, prefix: prefix)] else {
            throw missing("files \(host):\(directory)/\(prefix)")
        }
        return value
    }

    /// A file on the operator's machine; `nil` where there is none.
    ///
    /// - Throws: `StepError.notObserved` when the step did not ask.
    public func localFile(_ path: String) throws(StepError) -> FileState? {
        guard case .file(let value) = answers[.localFile(path: path)] else { throw missing("file \(path)") }
        return value
    }

    /// The API server on a host.
    ///
    /// - Throws: `StepError.notObserved` when the step did not ask.
    public func apiServer(on host: String) throws(StepError) -> APIServerState {
        guard case .apiServer(let value) = answers[.apiServer(host: host)] else { throw missing("API server \(host)") }
        return value
    }

    /// The addresses of the API servers that are up.
    ///
    /// - Throws: `StepError.notObserved` when the step did not ask.
    public func apiServers() throws(StepError) -> [String] {
        guard case .apiServers(let value) = answers[.apiServers] else { throw missing("API servers") }
        return value
    }

    /// The holder of a controller's leader lock.
    ///
    /// - Throws: `StepError.notObserved` when the step did not ask.
    public func leader(of component: String) throws(StepError) -> LeaderState? {
        guard case .leader(let value) = answers[.leader(component: component)] else {
            throw missing("leader \(component)")
        }
        return value
    }

    /// Every Node object.
    ///
    /// - Throws: `StepError.notObserved` when the step did not ask.
    public func nodes() throws(StepError) -> [NodeState] {
        guard case .nodes(let value) = answers[.nodes] else { throw missing("nodes") }
        return value
    }

    /// One Node object; `nil` where there is none.
    ///
    /// - Throws: `StepError.notObserved` when the step did not ask.
    public func node(_ name: String) throws(StepError) -> NodeState? {
        guard case .node(let value) = answers[.node(name)] else { throw missing("node \(name)") }
        return value
    }

    /// Every pod on a node.
    ///
    /// - Throws: `StepError.notObserved` when the step did not ask.
    public func pods(on node: String) throws(StepError) -> [PodState] {
        guard case .pods(let value) = answers[.podsOnNode(node)] else { throw missing("pods \(node)") }
        return value
    }

    /// Every disruption budget.
    ///
    /// - Throws: `StepError.notObserved` when the step did not ask.
    public func budgets() throws(StepError) -> [BudgetState] {
        guard case .budgets(let value) = answers[.budgets] else { throw missing("budgets") }
        return value
    }

    /// A DaemonSet; `nil` where there is none.
    ///
    /// - Throws: `StepError.notObserved` when the step did not ask.
    public func daemonSet(_ name: String, in namespace: String) throws(StepError) -> DaemonSetState? {
        guard case .daemonSet(let value) = answers[.daemonSet(namespace: namespace, name: name)] else {
            throw missing("DaemonSet \(namespace)/\(name)")
        }
        return value
    }

    /// A Deployment; `nil` where there is none.
    ///
    /// - Throws: `StepError.notObserved` when the step did not ask.
    public func deployment(_ name: String, in namespace: String) throws(StepError) -> DeploymentState? {
        guard case .deployment(let value) = answers[.deployment(namespace: namespace, name: name)] else {
            throw missing("Deployment \(namespace)/\(name)")
        }
        return value
    }

    /// How the daemons of a host are configured.
    ///
    /// - Throws: `StepError.notObserved` when the step did not ask.
    public func hostConfiguration(of host: String) throws(StepError) -> HostConfiguration {
        guard case .hostConfiguration(let value) = answers[.hostConfiguration(host: host)] else {
            throw missing("configuration \(host)")
        }
        return value
    }

    /// Every pod of the cluster by the name of its node.
    ///
    /// - Throws: `StepError.notObserved` when the step did not ask.
    public func podsByNode() throws(StepError) -> [String: [PodState]] {
        guard case .podsByNode(let value) = answers[.pods] else { throw missing("pods") }
        return value
    }

    /// What was made through the API.
    ///
    /// - Throws: `StepError.notObserved` when the step did not ask.
    public func objects() throws(StepError) -> ClusterObjects {
        guard case .objects(let value) = answers[.objects] else { throw missing("objects") }
        return value
    }

    /// The BGP sessions of a host; `nil` where nothing is known of any.
    ///
    /// - Throws: `StepError.notObserved` when the step did not ask.
    public func bgpPeers(on host: String) throws(StepError) -> [BGPPeer]? {
        guard case .bgpPeers(let value) = answers[.bgpPeers(host: host)] else { throw missing("BGP of \(host)") }
        return value
    }

    /// What Calico keeps in both APIs of etcd.
    ///
    /// - Throws: `StepError.notObserved` when the step did not ask.
    public func calicoStores(on host: String) throws(StepError) -> CalicoStores {
        guard case .calicoStores(let value) = answers[.calicoStores(host: host)] else {
            throw missing("Calico's stores \(host)")
        }
        return value
    }

    /// Which of Calico's files on a host name etcd's v2 API.
    ///
    /// - Throws: `StepError.notObserved` when the step did not ask.
    public func calicoConfiguration(of host: String) throws(StepError) -> [String] {
        guard case .calicoConfiguration(let value) = answers[.calicoConfiguration(host: host)] else {
            throw missing("Calico's files \(host)")
        }
        return value
    }

    /// Which pods on other nodes are reached from a node.
    ///
    /// - Throws: `StepError.notObserved` when the step did not ask.
    public func podReach(from node: String, on host: String) throws(StepError) -> PodReach {
        guard case .podReach(let value) = answers[.podReach(host: host, node: node)] else {
            throw missing("pods reached from \(node)")
        }
        return value
    }

    /// Whether an image is on a host.
    ///
    /// - Throws: `StepError.notObserved` when the step did not ask for exactly this.
    public func nodeImage(_ image: String, on host: String, client: ImageClient?) throws(StepError) -> NodeImage {
        guard case .nodeImage(let value) = answers[.nodeImage(host: host, image: image, client: client)] else {
            throw missing("image \(image) \(host)")
        }
        return value
    }

    /// Which programs root finds on a host.
    ///
    /// - Throws: `StepError.notObserved` when the step did not ask for exactly these names.
    public func programs(on host: String, names: [String]) throws(StepError) -> [String] {
        guard case .programs(let value) = answers[.programs(host: host, names: names)] else {
            throw missing("programs \(host)")
        }
        return value
    }

    /// What runs have marked as theirs on a host.
    ///
    /// - Throws: `StepError.notObserved` when the step did not ask.
    public func marks(on host: String) throws(StepError) -> [HostMark] {
        guard case .marks(let value) = answers[.marks(host: host)] else { throw missing("marks \(host)") }
        return value
    }

    /// The DaemonSets whose update strategy a run has set.
    ///
    /// - Throws: `StepError.notObserved` when the step did not ask.
    public func markedDaemonSets() throws(StepError) -> [MarkedDaemonSet] {
        guard case .markedDaemonSets(let value) = answers[.markedDaemonSets] else { throw missing("marked DaemonSets") }
        return value
    }

    /// The runs that have such a silence open.
    ///
    /// - Throws: `StepError.notObserved` when the step did not ask.
    public func silenceMarks(_ silence: AlertSilence) throws(StepError) -> [String] {
        guard case .silenceMarks(let value) = answers[.silenceMarks(silence)] else {
            throw missing("runs of silence \(silence.name)")
        }
        return value
    }

    /// Which files are newer than the start of the unit that consists of them.
    ///
    /// - Throws: `StepError.notObserved` when the step did not ask for exactly these packages.
    public func newerFiles(of unit: String, on host: String, packages: [String]) throws(StepError) -> [String] {
        guard case .newerFiles(let value) = answers[.newerFiles(host: host, unit: unit, packages: packages)] else {
            throw missing("files of \(unit) \(host)")
        }
        return value
    }

    /// The silence of a run; `nil` where there is none.
    ///
    /// - Throws: `StepError.notObserved` when the step did not ask.
    public func silence(_ silence: AlertSilence) throws(StepError) -> SilenceState? {
        guard case .silence(let value) = answers[.silence(silence)] else { throw missing("silence \(silence.name)") }
        return value
    }

    /// How far the restore of etcd by a run has come on a host.
    ///
    /// - Throws: `StepError.notObserved` when the step did not ask.
    public func etcdRestore(on host: String, by run: String) throws(StepError) -> EtcdRestoreState {
        guard case .etcdRestore(let value) = answers[.etcdRestore(host: host, mark: run)] else {
            throw missing("restore of etcd \(host)")
        }
        return value
    }

    func missing(_ what: String) -> StepError {
        .notObserved(what)
    }
}
