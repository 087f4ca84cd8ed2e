/// How far a restore of etcd has come on one of its hosts.
public struct EtcdRestoreState: Hashable, Sendable, Codable {
    /// Why the member cannot be restored by this program; `nil` where it can, and where it has begun.
    public var obstacle: String?
    /// The SHA-256 of the snapshot that is restored beside the data; `nil` while none is.
    public var staged: String?
    /// The SHA-256 of the snapshot that the run has made etcd's data; `nil` while none is.
    public var inPlace: String?
    /// The revision that the member answers with; `nil` while it does not.
    public var revision: Int64?
    /// The number of keys in it.
    public var keys: Int64?

    /// Makes a state.
    public init(
        obstacle: String? = nil,
        staged: String? = nil,
        inPlace: String? = nil,
        revision: Int64? = nil,
        keys: Int64? = nil
    ) {
        self.obstacle = obstacle
        self.staged = staged
        self.inPlace = inPlace
        self.revision = revision
        self.keys = keys
    }
}
