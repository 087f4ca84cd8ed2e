public import UpgradeCore

/// One change of one part of a cluster.
public enum PathMove: Hashable, Sendable {
    /// Kubernetes goes to the next minor release; both are live meanwhile.
    case hop(HopID)
    /// Calico changes its version.
    case calico(from: PatchVersion, to: PatchVersion)
    /// Calico's data goes from etcd to the Kubernetes API.
    case calicoDatastore
    /// Helm goes up, or down where that was allowed.
    case helm(from: PatchVersion, to: PatchVersion)
    /// Helm 2 releases become Helm 3 releases, and Tiller goes.
    case helmConversion(from: PatchVersion, to: PatchVersion)
    /// A frozen Helm may be used again.
    case helmThaw(PatchVersion)
    /// helmfile changes its version.
    case helmfile(from: PatchVersion, to: PatchVersion)
    /// etcd goes to the next minor release.
    case etcd(from: PatchVersion, to: PatchVersion)
    /// kube-apiserver's objects go from etcd's v2 store to v3.
    case etcdObjects
}

extension PathMove: CustomStringConvertible {
    /// What it does, in a few words.
    public var description: String {
        switch self {
        case .hop(let hop): "Kubernetes \(hop.from) → \(hop.to)"
        case .calico(let from, let to): "Calico \(from) → \(to)"
        case .calicoDatastore: "Calico's data from etcd to the Kubernetes API"
        case .helm(let from, let to): from < to ? "Helm \(from) → \(to)" : "Helm down from \(from) to \(to)"
        case .helmConversion(let from, let to): "Helm \(from) → \(to), releases converted, Tiller retired"
        case .helmThaw(let version): "Helm \(version) may be used again"
        case .helmfile(let from, let to): "helmfile \(from) → \(to)"
        case .etcd(let from, let to): "etcd \(from) → \(to)"
        case .etcdObjects: "Kubernetes' objects from etcd's v2 store to v3"
        }
    }

    /// The part that it changes.
    public var component: PathComponent {
        switch self {
        case .hop: .kubernetes
        case .calico, .calicoDatastore: .calico
        case .helm, .helmConversion, .helmThaw: .helm
        case .helmfile: .helmfile
        case .etcd, .etcdObjects: .etcd
        }
    }
}

/// A part of a cluster that has a version.
public enum PathComponent: String, Hashable, Sendable, CaseIterable, Comparable {
    /// Kubernetes.
    case kubernetes
    /// etcd.
    case etcd
    /// Calico.
    case calico
    /// Helm.
    case helm
    /// helmfile.
    case helmfile

    /// Its name as people write it.
    public var title: String {
        switch self {
        case .kubernetes: "Kubernetes"
        case .calico: "Calico"
        case .helm: "Helm"
        case .etcd, .helmfile: rawValue
        }
    }

    /// Orders by name.
    public static func < (left: PathComponent, right: PathComponent) -> Bool { left.rawValue < right.rawValue }
}
