public import UpgradeCore

/// A rule of etcd that an upgrade has to keep.
public struct EtcdRule: Hashable, Sendable, Decodable {
    /// Its stable name.
    public var id: String
    /// What it says.
    public var rule: String
    /// Whom it concerns, where that is not everyone.
    public var affects: String?
    /// The first minor of etcd that has it; `nil` where it holds of all.
    public var etcdFrom: MinorRelease?
    /// The first minor of Kubernetes that has it.
    public var kubernetesFrom: MinorRelease?
    /// Where it was read.
    public var source: String
    /// Whether the sources leave room for doubt.
    public var uncertain: Bool?

    enum CodingKeys: String, CodingKey {
        case id, rule, affects, source, uncertain
        case etcdFrom = "etcd_from"
        case kubernetesFrom = "kubernetes_from"
    }
}
