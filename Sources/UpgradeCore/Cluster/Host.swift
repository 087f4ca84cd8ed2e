/// A machine of the cluster, as the playbook names it.
///
/// Its identity is the machine-id found on it, not the address: an address may move to another machine.
public struct Host: Hashable, Sendable, Codable {
    /// The name used in plans, step keys and messages.
    public var name: String
    /// Where SSH connects to: a host name, an address, or an alias of the SSH configuration.
    public var address: String
    /// What the host does in the cluster.
    public var roles: Set<Role>
    /// The name of its Node object, where it has one; it may differ from the address.
    public var nodeName: String?

    /// Makes a host; the address is the name where none is given.
    public init(name: String, address: String? = nil, roles: Set<Role>, nodeName: String? = nil) {
        self.name = name
        self.address = address ?? name
        self.roles = roles
        self.nodeName = nodeName
    }
}

/// What a host does in the cluster.
public enum Role: String, Hashable, Sendable, Codable, CaseIterable {
    /// Runs an etcd member.
    case etcd
    /// Runs kube-apiserver, kube-controller-manager and kube-scheduler.
    case controlPlane = "control-plane"
    /// Runs kubelet and kube-proxy; has a Node object.
    case worker
    /// Holds client programs only (kubectl, helm); upgraded last.
    case client
}
