public import UpgradeCore

/// The versions that a cluster runs: one point of the lattice that the planner searches.
///
/// A component that is absent is not there, or nobody looks after it. The container runtime has no place here: no fact
/// of this program ties one to a Kubernetes release.
public struct ClusterPoint: Hashable, Sendable {
    /// Kubernetes.
    public var kubernetes: MinorRelease
    /// etcd, where it is known.
    public var etcd: EtcdPoint?
    /// Calico.
    public var calico: CalicoPoint?
    /// Helm.
    public var helm: HelmPoint?
    /// helmfile.
    public var helmfile: PatchVersion?

    /// Makes a point.
    public init(
        kubernetes: MinorRelease,
        etcd: EtcdPoint? = nil,
        calico: CalicoPoint? = nil,
        helm: HelmPoint? = nil,
        helmfile: PatchVersion? = nil
    ) {
        self.kubernetes = kubernetes
        self.etcd = etcd
        self.calico = calico
        self.helm = helm
        self.helmfile = helmfile
    }
}

extension ClusterPoint: CustomStringConvertible {
    /// `1.12 | Calico 3.5.8 | Helm 2.13.1`, the form of the plans that people write.
    public var description: String { "\(kubernetes)\(components)" }

    /// The same without Kubernetes.
    var components: String {
        [
            etcd.map { "etcd \($0)" }, calico.map { "Calico \($0)" }, helm.map { "Helm \($0)" },
            helmfile.map { "helmfile \($0)" },
        ]
        .compactMap { $0.map { " | \($0)" } }.joined()
    }
}

/// An etcd cluster, as far as the path depends on it.
public struct EtcdPoint: Hashable, Sendable, CustomStringConvertible {
    /// The lowest version that a member runs.
    public var version: PatchVersion
    /// Whether it is started with `--enable-v2`, where that has to be asked for.
    public var isV2Enabled: Bool
    /// Whether kube-apiserver still keeps its objects in etcd's v2 store.
    public var holdsV2Objects: Bool

    /// Makes a point.
    public init(version: PatchVersion, isV2Enabled: Bool = false, holdsV2Objects: Bool = false) {
        self.version = version
        self.isV2Enabled = isV2Enabled
        self.holdsV2Objects = holdsV2Objects
    }

    /// `3.2.24`, with what is unusual about it.
    public var description: String {
        "\(version)" + (isV2Enabled ? " with v2" : "") + (holdsV2Objects ? " holding v2 objects" : "")
    }
}

/// A Calico and where it keeps its data.
public struct CalicoPoint: Hashable, Sendable, CustomStringConvertible {
    /// The version.
    public var version: PatchVersion
    /// Where it keeps its data.
    public var datastore: CalicoDatastore

    /// Makes a point.
    public init(version: PatchVersion, datastore: CalicoDatastore) {
        self.version = version
        self.datastore = datastore
    }

    /// `3.7.5`, with the datastore where it is the Kubernetes API.
    public var description: String {
        switch datastore {
        case .etcdv2, .etcdv3: "\(version)"
        case .thirdPartyResources, .customResources: "\(version) (\(datastore.rawValue))"
        }
    }
}

/// A Helm, and whether anybody may use it now.
public struct HelmPoint: Hashable, Sendable, CustomStringConvertible {
    /// The version.
    public var version: PatchVersion
    /// Whether nothing is deployed with it until it is converted or in range again.
    public var isFrozen: Bool

    /// Makes a point.
    public init(version: PatchVersion, isFrozen: Bool = false) {
        self.version = version
        self.isFrozen = isFrozen
    }

    /// `2.16.12 frozen`, or the version alone.
    public var description: String { isFrozen ? "\(version) frozen" : "\(version)" }
}
