public import UpgradeCore

/// A rule between Calico, Kubernetes and etcd that no evidence can bend.
public struct CalicoConstraint: Hashable, Sendable, Decodable {
    /// Its stable name, such as `C1`.
    public var id: String
    /// What it says.
    public var rule: String
    /// Why; `nil` where the rule says it.
    public var why: String?
    /// What happens where it is not kept.
    public var effect: Effect
    /// The first minor of Calico that it concerns; `nil` for all down to the first.
    public var calicoFrom: MinorRelease?
    /// The first minor of Calico that it no longer concerns.
    public var calicoBelow: MinorRelease?
    /// The first minor of Kubernetes that it concerns.
    public var kubernetesFrom: MinorRelease?
    /// The first minor of Kubernetes that it no longer concerns.
    public var kubernetesBelow: MinorRelease?
    /// The first minor of etcd that it concerns.
    public var etcdFrom: MinorRelease?
    /// The datastores that it concerns; `nil` for all.
    public var datastores: [CalicoDatastore]?

    /// What happens where a rule is not kept.
    public enum Effect: String, Hashable, Sendable, Codable {
        /// The state does not work.
        case broken
        /// The state works, and the stock manifests of that Calico cannot be applied in it.
        case cannotApply = "cannot-apply"
        /// Something is to be done before Calico moves to `calicoFrom` or beyond.
        case beforeMove = "before-move"
        /// Something is to be looked at on the hosts.
        case host
    }

    enum CodingKeys: String, CodingKey {
        case id, rule, why, effect, datastores
        case calicoFrom = "calico_from"
        case calicoBelow = "calico_below"
        case kubernetesFrom = "kubernetes_from"
        case kubernetesBelow = "kubernetes_below"
        case etcdFrom = "etcd_from"
    }

    /// Whether a state is one that the rule speaks of.
    ///
    /// - Parameters:
    ///   - calico: the release of Calico.
    ///   - kubernetes: the release of Kubernetes.
    ///   - datastore: where Calico keeps its data; a rule about some datastores does not speak of `nil`.
    ///   - etcd: the minor of etcd; a rule about etcd does not speak of `nil`.
    /// - Returns: whether the rule speaks of the state.
    public func concerns(
        calico: MinorRelease,
        kubernetes: MinorRelease,
        datastore: CalicoDatastore? = nil,
        etcd: MinorRelease? = nil
    ) -> Bool {
        if let datastores {
            guard let datastore, datastores.contains(datastore) else { return false }
        }
        if let etcdFrom {
            guard let etcd, etcdFrom <= etcd else { return false }
        }
        return calicoFrom.map { $0 <= calico } ?? true && calicoBelow.map { calico < $0 } ?? true
            && kubernetesFrom.map { $0 <= kubernetes } ?? true && kubernetesBelow.map { kubernetes < $0 } ?? true
    }
}

/// A stronger sentence of Calico's requirements page: from some release on, older Kubernetes does not work.
public struct CalicoFloor: Hashable, Sendable, Decodable {
    /// The first minor of Calico whose page says so.
    public var calicoFrom: MinorRelease
    /// The newest minor of Kubernetes that does not work.
    public var doesNotWorkThrough: MinorRelease
    /// What the page says.
    public var text: String

    enum CodingKeys: String, CodingKey {
        case text
        case calicoFrom = "from_calico"
        case doesNotWorkThrough = "does_not_work_through"
    }
}
