/// A mutating verb.
///
/// Closed on purpose: the compiler names every place that must learn a new verb: its commands, its simulation, its
/// description, its side effect. Hosts are named as in the playbook; nodes by the name of their Node object.
public enum Action: Hashable, Sendable, Codable {
    /// Reads the package lists anew (`apt-get update`).
    case refreshPackageLists(host: String)
    /// Fetches exactly these versions and what they need, and installs nothing.
    case download(host: String, packages: [PackageSpec])
    /// Keeps the archives of exactly these versions in a directory of the host, and there no other of these packages.
    case keepArchives(host: String, packages: [PackageSpec], directory: String)
    /// Installs exactly these versions; dpkg never asks. Of conffiles that the host has changed, what becomes of those that
    /// the packages change as well is said by `conffiles`, which is absent where there are none.
    case install(host: String, packages: [PackageSpec], conffiles: [ConffileDecision]? = nil)
    /// Puts exactly these versions, older ones, in the place of those installed, from archives that a directory of the
    /// host keeps; conffiles of the host are kept, dpkg never asks, no repository is needed.
    case downgrade(host: String, packages: [PackageSpec], directory: String)
    /// Ends an interrupted dpkg run (`dpkg --configure -a`).
    case configurePending(host: String)
    /// Lifts the hold of a package (`apt-mark unhold`); an install would do so too, and not put it back.
    case unhold(host: String, package: String)
    /// Puts a package on hold (`apt-mark hold`).
    case hold(host: String, package: String)
    /// Masks a unit, so that no maintainer script starts it.
    case mask(host: String, unit: String)
    /// Takes a mask away.
    case unmask(host: String, unit: String)
    /// Stops a unit that begins work by itself, and masks it, so that it does not come back with a restart of the host.
    case pause(host: String, unit: String)
    /// Takes the mask of a paused unit away and starts it.
    case unpause(host: String, unit: String)
    /// Restarts a unit, or starts one that is stopped.
    case restart(host: String, unit: String)
    /// Saves an etcd snapshot to a file on the host.
    case saveSnapshot(host: String, path: String)
    /// Restores a snapshot into a scratch directory on its host, starts etcd on that where nobody else can reach it,
    /// reads `key` back, and leaves what it found beside the snapshot.
    case proveSnapshot(host: String, path: String, key: String)
    /// Packs directories and files of the host into a compressed archive on it.
    case archive(host: String, sources: [String], path: String)
    /// Copies a file of the host to the operator's machine and compares the checksum.
    case fetch(host: String, path: String, localPath: String)
    /// Removes all but the newest `keep` files of a directory on the host whose names start with `prefix`.
    case prune(host: String, directory: String, prefix: String, keep: Int)
    /// Cordons a node and marks the cordon as ours, in one request.
    case cordon(node: String, mark: String)
    /// Takes our mark and the cordon away, in one request.
    case uncordon(node: String, mark: String)
    /// Evicts the pods of a node and waits until they are gone.
    case drain(node: String, options: DrainOptions)
    /// Sets the update strategy of a DaemonSet; `prior` is what it was.
    case setUpdateStrategy(namespace: String, daemonSet: String, to: String, prior: String)
    /// Sets the image of a container of a DaemonSet.
    case setDaemonSetImage(namespace: String, daemonSet: String, container: String, image: String, prior: String)
    /// Sets the image of a container of a Deployment.
    case setDeploymentImage(namespace: String, deployment: String, container: String, image: String)
    /// Deletes one pod, only if it still has this uid.
    case deletePod(namespace: String, name: String, uid: String)
    /// Runs an operator's own command on a host; once it has ended well, the file `receipt` is made there by the same
    /// job, directories included.
    case hook(name: String, host: String, words: [String], receipt: String, deadline: Duration)
    /// Writes a revision of a Helm 2 release as the Secret of Helm 3, marked as ours; Helm 2's object stays.
    case convertHelmRelease(HelmConversion)
    /// Removes the Secret of Helm 3 that the conversion wrote, only if it is still as it was written.
    case removeHelmSecret(HelmConversion)
    /// Writes the deployed revision of a release anew with the APIs that stay, as a revision that supersedes it.
    case mapHelmRelease(HelmMapping)
    /// Copies an object of Helm 2 to the operator's machine, reads the copy back, and removes the object.
    case retireHelmRecord(HelmRetirement)
    /// Removes the Deployment and the Service of the Tiller of a namespace.
    case removeTiller(namespace: String)
    /// Opens a silence in an Alertmanager, or lets the one that this run has opened last as long again.
    case openSilence(AlertSilence)
    /// Ends the silence that this run has opened, only if it is still as it was made.
    case closeSilence(AlertSilence)
    /// Saves a part of what Calico keeps to a compressed archive on the host, with an index of kinds, counts and SHA-256.
    case saveCalico(host: String, path: String, part: CalicoPart)
    /// Runs a command of `calico-upgrade` on the host. `store` is the etcd host that tells of both stores, `mark` the run's
    /// name, with which a validation is remembered.
    case migrateCalico(host: String, store: String, stage: CalicoStage, mark: String)
    /// Lets Calico's files on a host name etcd's v3 API where they name its v2 API; each is kept beside, as it was.
    case switchCalico(host: String)
    /// Sets a variable of a container of a DaemonSet.
    case setDaemonSetVariable(
        namespace: String,
        daemonSet: String,
        container: String,
        name: String,
        value: String,
        prior: String
    )
    /// Fetches an image to the host before a pod wants it; what runs is not touched.
    case pullImage(host: String, image: String, client: ImageClient)
    /// Takes away the mark of an effect that is gone, or that somebody else has changed; the rest stays as it is.
    case dropMark(SideEffect)
    /// Copies a file of the operator's machine to the host, where it is put in place only with this SHA-256.
    case placeFile(host: String, localPath: String, path: String, sha256: String)
    /// Restores the etcd snapshot at `path` of the host beside the data of its member, which goes on; `mark` is the run's
    /// name, and the token of the cluster that comes of it.
    case stageEtcd(host: String, path: String, sha256: String, mark: String)
    /// Moves the data of a member that is stopped aside, and what was restored beside it in its place.
    case swapEtcd(host: String, mark: String)
    /// Restarts units, whatever they run, and leaves the file `receipt` on the host once all are.
    case restartAll(host: String, units: [String], receipt: String)
}

/// A package at a version.
public struct PackageSpec: Hashable, Sendable, Codable {
    /// The package's name.
    public var name: String
    /// The version to install.
    public var version: PackageVersion

    /// Makes a spec.
    public init(name: String, version: PackageVersion) {
        self.name = name
        self.version = version
    }
}

extension PackageSpec {
    /// How the name of its archive begins, as apt writes it; the architecture follows.
    public var archivePrefix: String {
        "\(name)_\(version.text.replacing(":", with: "%3a"))_"
    }
}

/// How a node is drained; each permission is explicit, as kubectl's flags are.
///
/// - Source: kubectl drain, Kubernetes 1.14 pkg/kubectl/drain/filters.go
public struct DrainOptions: Hashable, Sendable, Codable {
    /// For the whole drain.
    public var deadline: Duration
    /// Whether pods without a controller may be deleted for good (`--force`).
    public var deletesBarePods: Bool
    /// Whether the data of emptyDir volumes may be lost (`--delete-local-data`).
    public var deletesEmptyDirData: Bool

    /// Makes options; nothing is permitted unless said.
    public init(deadline: Duration, deletesBarePods: Bool = false, deletesEmptyDirData: Bool = false) {
        self.deadline = deadline
        self.deletesBarePods = deletesBarePods
        self.deletesEmptyDirData = deletesEmptyDirData
    }
}

extension Action {
    /// Whether the action may outlast a connection and so runs as a transient systemd unit on its host.
    ///
    /// The others are short and say the same thing when said twice.
    public var isJob: Bool {
        switch self {
        case .refreshPackageLists, .download, .keepArchives, .install, .downgrade, .configurePending, .restart,
            .pause, .saveSnapshot, .proveSnapshot, .archive, .drain, .hook, .saveCalico, .migrateCalico, .pullImage,
            .placeFile, .stageEtcd, .swapEtcd, .restartAll:
            true
        case .unhold, .hold, .mask, .unmask, .unpause, .fetch, .prune, .cordon, .uncordon, .setUpdateStrategy,
            .setDaemonSetImage,
            .setDeploymentImage, .deletePod, .convertHelmRelease, .removeHelmSecret, .openSilence, .closeSilence,
            .mapHelmRelease, .retireHelmRecord, .removeTiller, .switchCalico, .setDaemonSetVariable,
            .dropMark:
            false
        }
    }
}
