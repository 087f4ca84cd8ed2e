/// A read-only question to the cluster or to one of its hosts.
///
/// Closed on purpose: the compiler names every place that must learn a new question: its command, its parser, its
/// simulation. Hosts are named as in the playbook; nodes by the name of their Node object.
public enum Probe: Hashable, Sendable, Codable {
    /// Who the host is: machine-id, clock, kernel, and whether root can be had.
    case identity(host: String)
    /// Bytes free for root below a path.
    case freeSpace(host: String, path: String)
    /// What dpkg says of these packages on the host.
    case packages(host: String, names: [String])
    /// The versions of these packages that apt can install on the host.
    case candidates(host: String, names: [String])
    /// The archives that apt on the host would fetch for these packages.
    case archives(host: String, packages: [PackageSpec])
    /// Which of these packages apt has fetched to the host and, once it has all, whether their daemons take the arguments
    /// of the running units; nothing is installed.
    case dryStart(host: String, packages: [PackageSpec], units: [String])
    /// Which of these packages apt has fetched to the host and, of those that are not installed yet, the conffiles that the
    /// host and the package have both changed.
    case conffiles(host: String, packages: [PackageSpec])
    /// What `dpkg --audit` complains of, and who holds the dpkg lock.
    case packageSystem(host: String)
    /// The state of a systemd unit and the version of the program that its main process runs.
    case unit(host: String, unit: String)
    /// The etcd member on the host, as it sees itself.
    case etcdMember(host: String)
    /// An etcd snapshot file on the host, verified by `etcdctl snapshot status`.
    case snapshot(host: String, path: String)
    /// A file on the host.
    case file(host: String, path: String)
    /// The files of a directory on the host whose names start with `prefix`.
    case files(host: String, directory: String, prefix: String)
    /// A file on the operator's machine.
    case localFile(path: String)
    /// The API server on one control-plane host, asked on its own address.
    case apiServer(host: String)
    /// The addresses of the API servers that are up, as the endpoints of the Service `kubernetes` list them.
    case apiServers
    /// Who holds the leader lock of a controller.
    case leader(component: String)
    /// Every Node object.
    case nodes
    /// One Node object.
    case node(String)
    /// Every pod on a node.
    case podsOnNode(String)
    /// Every disruption budget.
    case budgets
    /// A DaemonSet and its pods.
    case daemonSet(namespace: String, name: String)
    /// A Deployment.
    case deployment(namespace: String, name: String)
    /// How the daemons of the host are configured, and what they stand on.
    case hostConfiguration(host: String)
    /// Every pod of the cluster, in one listing.
    case pods
    /// What was made through the API besides nodes, pods and budgets.
    case objects
    /// What the deployed Helm releases hold.
    case helmManifests
    /// Every release of Helm 2 and 3, and the Tillers; `compares` asks for the digest of each part of each release.
    case helmReleases(compares: Bool)
    /// Which objects of the manifests of deployed releases the cluster has.
    case helmPresence
    /// Which version a program of Helm's on the host says that it is.
    case helmVersion(host: String, of: HelmProgram)
    /// Who asks the API server of a control-plane host for alpha and beta APIs.
    case apiRequests(host: String)
    /// Which kubelets a control-plane host gets no connection to.
    case unreachedKubelets(host: String)
    /// The BGP sessions of Calico on the host.
    case bgpPeers(host: String)
    /// The silence that this run has opened in an Alertmanager.
    case silence(AlertSilence)
    /// What Calico keeps in both APIs of etcd, as an etcd host sees it.
    case calicoStores(host: String)
    /// Which of Calico's files on a host name etcd's v2 API.
    case calicoConfiguration(host: String)
    /// Which pods on other nodes are reached from a node; `host` is the machine behind it.
    case podReach(host: String, node: String)
    /// Whether an image is on the host, asked of the playbook's client or, for `nil`, of the one that is there.
    case nodeImage(host: String, image: String, client: ImageClient?)
    /// Which of these programs root finds on the host.
    case programs(host: String, names: [String])
    /// What runs have marked as theirs on the host, and how each effect stands.
    case marks(host: String)
    /// The DaemonSets whose update strategy a run has marked as set by it.
    case markedDaemonSets
    /// Which runs have a silence open in an Alertmanager that is this one but for the run.
    case silenceMarks(AlertSilence)
    /// How far the restore of etcd by the run `mark` has come on an etcd host.
    case etcdRestore(host: String, mark: String)
    /// Which of the files that a unit and these packages consist of are newer than the start of the unit.
    case newerFiles(host: String, unit: String, packages: [String])
}

/// The answer to a `Probe`; the case corresponds to the case of the question.
public enum Answer: Hashable, Sendable, Codable {
    /// To `.identity`.
    case identity(HostIdentity)
    /// To `.freeSpace`.
    case freeSpace(ByteCount)
    /// To `.packages`: installed packages by name; a package that dpkg does not know is absent.
    case packages([String: InstalledPackage])
    /// To `.candidates`: versions by name; a package that apt does not know is absent.
    case candidates([String: [PackageVersion]])
    /// To `.archives`: several of one package where the lists disagree; none where apt does not offer it.
    case archives([OfferedArchive])
    /// To `.dryStart`.
    case dryStart(DryStartResult)
    /// To `.conffiles`.
    case conffiles(ConffileSurvey)
    /// To `.packageSystem`.
    case packageSystem(PackageSystemState)
    /// To `.unit`.
    case unit(UnitState)
    /// To `.etcdMember`.
    case etcdMember(EtcdMemberState)
    /// To `.snapshot`; `nil` where the file is absent or does not verify.
    case snapshot(SnapshotStatus?)
    /// To `.file` and `.localFile`; `nil` where there is none.
    case file(FileState?)
    /// To `.files`: names in the order of their characters; empty where there is no such directory.
    case files([String])
    /// To `.apiServer`.
    case apiServer(APIServerState)
    /// To `.apiServers`, in the order of the list.
    case apiServers([String])
    /// To `.leader`; `nil` where nobody holds the lock.
    case leader(LeaderState?)
    /// To `.nodes`.
    case nodes([NodeState])
    /// To `.node`; `nil` where there is no such Node object.
    case node(NodeState?)
    /// To `.podsOnNode`.
    case pods([PodState])
    /// To `.budgets`.
    case budgets([BudgetState])
    /// To `.daemonSet`; `nil` where there is none.
    case daemonSet(DaemonSetState?)
    /// To `.deployment`; `nil` where there is none.
    case deployment(DeploymentState?)
    /// To `.hostConfiguration`.
    case hostConfiguration(HostConfiguration)
    /// To `.pods`: pods by the name of their node; those without one are below the empty name.
    case podsByNode([String: [PodState]])
    /// To `.objects`.
    case objects(ClusterObjects)
    /// To `.helmManifests`.
    case helmManifests([HelmManifest])
    /// To `.helmReleases`.
    case helmReleases(HelmInventory)
    /// To `.helmPresence`.
    case helmPresence(HelmPresence)
    /// To `.helmVersion`.
    case helmVersion(HelmProgramVersion)
    /// To `.apiRequests`.
    case apiRequests([APIRequests])
    /// To `.unreachedKubelets`.
    case unreachedKubelets([UnreachedKubelet])
    /// To `.bgpPeers`; `nil` where `calicoctl` is not there, or knows of no BGP on the host.
    case bgpPeers([BGPPeer]?)
    /// To `.silence`; `nil` where there is none of this run that is as it was made.
    case silence(SilenceState?)
    /// To `.calicoStores`.
    case calicoStores(CalicoStores)
    /// To `.calicoConfiguration`: paths.
    case calicoConfiguration([String])
    /// To `.podReach`.
    case podReach(PodReach)
    /// To `.nodeImage`.
    case nodeImage(NodeImage)
    /// To `.programs`: those that are there, in the order of the question.
    case programs([String])
    /// To `.marks`, in the order of their names.
    case marks([HostMark])
    /// To `.markedDaemonSets`.
    case markedDaemonSets([MarkedDaemonSet])
    /// To `.silenceMarks`: names of runs, each once; none for a window, which tells of one run only when asked.
    case silenceMarks([String])
    /// To `.etcdRestore`.
    case etcdRestore(EtcdRestoreState)
    /// To `.newerFiles`: paths; of a package it is dpkg's list of its files, which each install writes anew.
    case newerFiles([String])
}
