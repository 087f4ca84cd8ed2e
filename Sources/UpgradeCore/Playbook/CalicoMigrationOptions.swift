/// That Calico's data moves from etcd's v2 API to its v3 API, with the move from Calico 2 to 3.
public struct CalicoMigrationOptions: Hashable, Sendable {
    /// The release at which Calico moves from 2 to 3; one of `calico.versions`.
    public var at: MinorRelease
    /// What tells `calico-upgrade` where the old store is, a file on the host that runs it.
    ///
    /// - Source: projectcalico/calico-upgrade v1.0.5, pkg/constants/paths.go
    public var oldConfiguration: String
    /// What tells it where the new store is.
    public var newConfiguration: String

    /// Makes options.
    public init(
        at release: MinorRelease,
        oldConfiguration: String = "/etc/calico/apiconfigv1.cfg",
        newConfiguration: String = "/etc/calico/apiconfigv3.cfg"
    ) {
        at = release
        self.oldConfiguration = oldConfiguration
        self.newConfiguration = newConfiguration
    }
}

extension Playbook {
    /// Where `calicoctl` and `calico-upgrade` are run: as the playbook says, or else the first control-plane host.
    public var calicoHost: String { calico?.host ?? hosts(.controlPlane).first?.name ?? "" }

    /// Where etcd is asked for what Calico keeps in it: the member that snapshots are saved from.
    public var calicoStoreHost: String { hosts(.etcd).first?.name ?? "" }
}
