/// A real cluster, reached over a `Remote`.
///
/// What is asked and done, and how long it may take, is the playbook's; the words are those of `CommandRendering` and
/// `ProbeRendering`. Keeps nothing but which hosts have answered before: everything else is asked anew.
public struct LiveCluster: ClusterAccess {
    let playbook: Playbook
    var access: HostAccess
    var api: APIAccess
    let localDirectory: String
    let disk: any Disk
    let leaseVersions: [String]
    let now: @Sendable () -> Double
    let helm: (any HelmCodec)?
    var waiting: @Sendable (ActionProgress) -> Void

    /// Makes the cluster that `playbook` describes.
    ///
    /// - Parameters:
    ///   - remote: runs commands on the playbook's hosts.
    ///   - playbook: names the hosts, the credentials on them and the deadlines.
    ///   - localDirectory: where relative paths of the operator's machine lead: the run's directory.
    ///   - disk: where copies of what Helm 2 keeps are written below that directory.
    ///   - leaseVersions: the versions of the coordination API that a lease may be kept in, the first that a server has
    ///     is used; a server that has none of them keeps it in a ConfigMap.
    ///   - clock: measures deadlines and waits between two looks.
    ///   - helm: reads and writes what Helm stores; without it no release can be asked for.
    ///   - now: the operator's clock in seconds since 1970, which hosts' clocks are compared with.
    ///   - waiting: told when a question waits for a host.
    public init(
        remote: any Remote,
        playbook: Playbook,
        localDirectory: String = ".",
        disk: any Disk = LocalDisk(),
        leaseVersions: [String] = [],
        clock: any Clock<Duration> = ContinuousClock(),
        helm: (any HelmCodec)? = nil,
        now: @escaping @Sendable () -> Double,
        waiting: @escaping @Sendable (ActionProgress) -> Void = { _ in }
    ) {
        self.helm = helm
        self.playbook = playbook
        self.localDirectory = localDirectory
        self.disk = disk
        self.leaseVersions = leaseVersions
        self.now = now
        self.waiting = waiting
        access = HostAccess(remote: remote, clock: clock, connect: playbook.deadlines.connect)
        api = APIAccess(access: access, hosts: playbook.hosts(.controlPlane))
    }

    /// The same cluster, whose questions tell one more what they wait for.
    func telling(_ report: @escaping @Sendable (ActionProgress) -> Void) -> LiveCluster {
        var copy = self
        copy.waiting = { [waiting] progress in
            waiting(progress)
            report(progress)
        }
        return copy
    }

    /// The host of this name.
    ///
    /// - Throws: `.remote` for a name that the playbook does not have.
    func host(_ name: String) throws(AccessError) -> Host {
        guard let host = playbook.host(name) else {
            throw .remote(.unreachable(host: name, address: "", reason: "the playbook names no such host"))
        }
        return host
    }

    /// A path of the operator's machine; a relative one leads below the run's directory.
    func local(_ path: String) -> String {
        path.hasPrefix("/") ? path : "\(localDirectory)/\(path)"
    }
}
