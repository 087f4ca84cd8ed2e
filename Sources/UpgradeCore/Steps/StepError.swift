/// Why a step could not decide.
public enum StepError: Error, Hashable, Sendable, Codable {
    /// The step needs an answer that it did not ask for: a mistake of ours.
    case notObserved(String)
    /// Something that must be so is not.
    case unmet(Unmet)
}

/// Something that must be so and is not, with the facts.
public enum Unmet: Error, Hashable, Sendable, Codable {
    /// There is no Node object of that name.
    case nodeMissing(node: String)
    /// The node must be cordoned first.
    case mustBeCordoned(node: String)
    /// The node is not Ready.
    case nodeNotReady(node: String)
    /// The kubelet reports another version than the one that should run.
    case kubeletVersion(node: String, found: KubernetesVersion?, expected: KubernetesVersion?)
    /// apt offers no such version on the host.
    case noCandidate(host: String, packages: [PackageSpec])
    /// A version of a package is not the same archive on all hosts: the hosts by the SHA-256 that they are offered.
    case archivesDiffer(package: PackageSpec, hosts: [String: [String]], others: Int)
    /// No archive of an older version is kept on the host.
    case noKeptArchive(host: String, packages: [PackageSpec], directory: String)
    /// A package is on hold.
    case packageHeld(host: String, package: String)
    /// An installed version is neither where the hop starts nor where it ends.
    case unexpectedPackage(host: String, package: String, found: PackageVersion?, expected: [PackageVersion])
    /// dpkg has something to finish or to mend.
    case packageSystemUnclean(host: String, audit: String)
    /// Somebody else holds dpkg's lock.
    case packageLockHeld(host: String, by: String)
    /// Root cannot be had.
    case noRoot(host: String)
    /// The machine behind the name is another than at the survey.
    case machineChanged(host: String, expected: String, found: String)
    /// Two hosts have the same machine-id.
    case machineTwice(host: String, other: String)
    /// The clock is off, in seconds.
    case clockSkew(host: String, seconds: Double, limit: Double)
    /// Too little space is free.
    case spaceShort(host: String, path: String, free: ByteCount, needed: ByteCount)
    /// A unit is not known to systemd.
    case unitMissing(host: String, unit: String)
    /// A unit is masked by somebody else.
    case unitMasked(host: String, unit: String)
    /// A daemon runs a program that the new packages do not have.
    case programElsewhere(host: String, unit: String, program: String, packages: [PackageSpec])
    /// A daemon does not run, or runs another version.
    case unitNotRunning(host: String, unit: String, found: KubernetesVersion?, expected: KubernetesVersion?)
    /// A unit runs from before what it consists of was changed; `files` are newer than its start.
    case unitBehind(host: String, unit: String, files: [String])
    /// An etcd member is not healthy.
    case etcdUnhealthy(host: String)
    /// Fewer than all members are there, so that one more loss would be one too many.
    case etcdMemberMissing(known: Int, expected: Int)
    /// An etcd member's database is so large that it may soon take no more writes.
    case etcdNearQuota(host: String, size: ByteCount, quota: ByteCount)
    /// An etcd alarm is raised.
    case etcdAlarm(host: String, alarm: String)
    /// A snapshot did not verify.
    case snapshotUnverified(host: String, path: String)
    /// etcd on a host is not as this program restores it, with the reason.
    case etcdNotRestorable(host: String, why: String)
    /// The snapshot is not yet restored on a host, beside etcd's data or in its place.
    case etcdNotInPlace(host: String)
    /// A member does not hold what the snapshot held.
    case etcdContent(host: String, revision: Int64?, keys: Int64?, expected: Int64, expectedKeys: Int64)
    /// A unit runs that has to be stopped first.
    case unitStillRuns(host: String, unit: String)
    /// An API server does not answer, or not well.
    case apiServerUnhealthy(host: String)
    /// An API server says another version.
    case apiServerVersion(host: String, found: KubernetesVersion?, expected: KubernetesVersion?)
    /// Nobody holds a controller's lock, or its holder has not renewed it.
    case noLeader(component: String)
    /// A component is too far from the API servers.
    case skewExceeded(component: String, version: MinorRelease, apiServer: MinorRelease, limit: Int)
    /// Somebody else cordoned the node.
    case foreignCordon(node: String)
    /// The node still has the cordon of this run.
    case cordonLeft(node: String)
    /// A disruption budget can never allow an eviction.
    case budgetNeverAllows(budget: String, pod: String, node: String)
    /// A pod is held by two budgets; the API refuses its eviction.
    case twoBudgets(pod: String, budgets: [String])
    /// Pods without a controller would be lost and the playbook does not permit that.
    case barePods(node: String, pods: [String])
    /// Pods with emptyDir data would lose it and the playbook does not permit that.
    case emptyDirPods(node: String, pods: [String])
    /// A node that was Ready at the survey is not.
    case worseThanBaseline(node: String)
    /// A DaemonSet or Deployment is not there.
    case workloadMissing(kind: String, namespace: String, name: String)
    /// A workload's pod or rollout is not as wanted yet.
    case workloadNotReady(kind: String, namespace: String, name: String, on: String?)
    /// Fewer BGP sessions of the host are established than before the run.
    case bgpSessionsDown(host: String, established: Int, before: Int, others: [BGPPeer])
    /// Pods on other nodes that the node reached before the run, and of which none answers now; `from` is the pod that asked,
    /// `nil` for the host.
    case podsUnreached(node: String, from: String?, silent: [PodReach.Target])
    /// A host lacks a program that a step will call.
    case programMissing(host: String, program: String, step: String)
    /// A Typha that the playbook does not name; `image` is without its tag.
    case typhaUnnamed(namespace: String, deployment: String, image: String)
    /// A Deployment whose rollout may take away more than one of its pods at a time.
    case rolloutTooWide(namespace: String, deployment: String, unavailable: Int)
    /// A file was not saved or copied.
    case fileMissing(host: String, path: String)
    /// The playbook asks for something that this version does not do.
    case notSupportedYet(feature: String, until: String)
    /// Helm 2 releases that cannot be converted, each with the reason; nothing was written.
    case helmUnconvertible([String])
    /// Deployed releases that name APIs which go and cannot be written with others, each with the reason; nothing was
    /// written.
    case helmUnmappable([String])
    /// Releases that Helm 3 does not hold as Helm 2 does, each with what differs.
    case helmDiffers([String])
    /// Objects of converted releases that the cluster does not have, each with its release.
    case helmObjectsAbsent([String])
    /// A program of Helm's is not the version that was planned: what it says of itself.
    case helmVersion(program: String, host: String, said: String, needs: String)
    /// A program of Helm's that steps will ask is not what it has to be before anything is changed: what it says of itself.
    case helmProgram(program: String, host: String, said: String, needs: String)
    /// A move of Calico whose data has to move with it, and the playbook does not say so.
    case calicoNeedsMigration(from: String, to: String, release: MinorRelease)
    /// etcd holds nothing of Calico that could be moved.
    case calicoStoreMissing(host: String)
    /// Calico's two stores do not hold the same, each with what differs.
    case calicoDiffers([String])
    /// Calico's new store holds what no import of this program has put there.
    case calicoStoreForeign(host: String, objects: Int)
    /// What lost runs have marked, and must not be undone now.
    case marksKept([String])
    /// A daemon of a package that is not installed yet does not start with the arguments that it runs with: the flag and
    /// where it stands, where they are known.
    case dryStartRefused(
        host: String,
        daemon: String,
        version: PackageVersion,
        flag: String?,
        place: String?,
        output: String
    )
    /// A conffile that the host and its new package have both changed, and the playbook says to refuse.
    case conffileRefused(host: String, package: String, path: String, difference: [String])
    /// A conffile whose two changes cannot be brought together, though the playbook says so.
    case conffileUnmergeable(host: String, package: String, path: String, reason: String, difference: [String])
    /// Packages whose conffiles are not known, because apt no longer has what it had fetched.
    case conffilesUnknown(host: String, packages: [PackageSpec])
    /// Something ahead on the path will break: what and where, the id of each finding, and the cure of the first.
    case foreseen(findings: [String], ids: [String], cure: String)
}
