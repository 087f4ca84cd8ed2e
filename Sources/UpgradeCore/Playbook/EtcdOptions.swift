/// How etcd is asked, and what becomes of its snapshots.
public struct EtcdOptions: Hashable, Sendable {
    /// The client address of the member, on its own host.
    public var endpoint: String
    /// The CA certificate on the etcd hosts; `nil` for plain HTTP.
    public var cacert: String?
    /// The client certificate on the etcd hosts.
    public var cert: String?
    /// The client key on the etcd hosts.
    public var key: String?
    /// Where snapshots are written on the etcd host.
    public var snapshotDirectory: String
    /// How many snapshots are kept on the host.
    public var keep: Int
    /// Whether each snapshot is restored beside etcd and read back before the hop goes on.
    public var provesSnapshot: Bool
    /// The key that is read back.
    ///
    /// - Source: Kubernetes 1.12 to 1.16, registry/core/namespace and `--etcd-prefix`, by default `/registry`
    public var knownKey: String

    /// Makes options.
    public init(
        endpoint: String = "https://127.0.0.1:2379",
        cacert: String? = nil,
        cert: String? = nil,
        key: String? = nil,
        snapshotDirectory: String = "/var/lib/upgrader/snapshots",
        keep: Int = 5,
        provesSnapshot: Bool = true,
        knownKey: String = "/registry/namespaces/kube-system"
    ) {
        self.endpoint = endpoint
        self.cacert = cacert
        self.cert = cert
        self.key = key
        self.snapshotDirectory = snapshotDirectory
        self.keep = keep
        self.provesSnapshot = provesSnapshot
        self.knownKey = knownKey
    }
}
