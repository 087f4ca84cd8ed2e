/// A BGP session of Calico on one host, as `calicoctl node status` tells it.
public struct BGPPeer: Hashable, Sendable, Codable {
    /// The address of the other end.
    public var address: String
    /// What BIRD says of the session: `Established`, `Active Socket: Connection refused`.
    public var info: String

    /// Makes a session.
    public init(address: String, info: String) {
        self.address = address
        self.info = info
    }

    /// Whether routes are exchanged.
    public var isEstablished: Bool { info == "Established" }
}
