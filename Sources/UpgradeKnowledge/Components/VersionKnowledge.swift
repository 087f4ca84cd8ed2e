public import UpgradeCore

/// What is known of the components of a cluster, and of which works with which.
public struct VersionKnowledge: Hashable, Sendable {
    /// The releases of Kubernetes, the oldest first.
    public var kubernetes: [KubernetesRelease]
    /// The rules of etcd.
    public var etcdRules: [EtcdRule]
    /// The releases of Calico, the oldest first.
    public var calico: [CalicoRelease]
    /// The ways between releases of Calico.
    public var calicoEdges: [CalicoUpgradeEdge]
    /// What no evidence can bend.
    public var calicoConstraints: [CalicoConstraint]
    /// Below which Kubernetes a Calico does not work, as its pages say.
    public var calicoFloors: [CalicoFloor]
    /// The releases of Helm, the oldest first.
    public var helm: [HelmRelease]
    /// What the makers of Helm promise.
    public var helmPolicy: HelmPolicy
    /// Versions of Helm that people name and that never were.
    public var helmNeverReleased: [NeverReleased]
    /// Which helmfile works with which Helm.
    public var helmfile: [HelmfileWindow]
    /// The first helmfile that takes a Helm whose version lacks its patch number, as self-built ones may.
    public var helmfileTakesShortVersionsFrom: PatchVersion
    /// The newest helmfile known.
    public var helmfileNewest: PatchVersion
    /// What the operator changed or added, which is already in the rest.
    public var overrides: [FactOverride] = []
    /// The day of the oldest of the data files.
    public var asOf: CalendarDay

    /// The data as it is part of the binary.
    ///
    /// - Throws: `VersionDataError`; a mistake of this program's makers, which a test excludes.
    public static func embedded() throws(VersionDataError) -> VersionKnowledge { try loaded.get() }

    /// The data with what an operator changed or added.
    ///
    /// - Throws: `VersionDataError` for the first change that names no fact, or that does not fit.
    public static func embedded(overriding overrides: [FactOverride]) throws(VersionDataError) -> VersionKnowledge {
        guard !overrides.isEmpty else { return try embedded() }
        let isOfComponent = { (fact: FactOverride) in FactRoot.of(fact.fact).map { files.contains($0.file) } ?? true }
        do {
            let tree = try FactTree(reading: files)
            var knowledge = try VersionKnowledge(tree.overriding(overrides.filter(isOfComponent)))
            knowledge.overrides = overrides
            return knowledge
        } catch .unreadable(let file, let reason) {
            throw .overridden(file: file, reason: reason)
        }
    }

    private static let files = ["kubernetes.yaml", "calico.yaml", "helm.yaml"]

    // Read once: the files do not change while the program runs.
    private static let loaded: Result<VersionKnowledge, VersionDataError> = Result { () throws(VersionDataError) in
        try VersionKnowledge(FactTree(reading: files))
    }

    init(_ tree: FactTree) throws(VersionDataError) {
        let kubernetes = try tree.decode(KubernetesFile.self, from: "kubernetes.yaml")
        let calico = try tree.decode(CalicoFile.self, from: "calico.yaml")
        let helm = try tree.decode(HelmFile.self, from: "helm.yaml")
        self.kubernetes = kubernetes.releases.sorted { $0.version < $1.version }
        etcdRules = kubernetes.etcdRules
        self.calico = calico.releases.sorted { $0.version < $1.version }
        calicoEdges = calico.edges
        calicoConstraints = calico.constraints
        calicoFloors = calico.statement.stronger
        self.helm = helm.releases.sorted { $0.version < $1.version }
        helmPolicy = helm.policy
        helmNeverReleased = helm.neverReleased
        helmfile = helm.helmfile.compat
        helmfileTakesShortVersionsFrom = helm.helmfile.takesShortVersionsFrom
        helmfileNewest = helm.helmfile.newest
        asOf = min(kubernetes.asOf, calico.asOf, helm.asOf)
    }
}

private struct KubernetesFile: Decodable {
    var asOf: CalendarDay
    var releases: [KubernetesRelease]
    var etcdRules: [EtcdRule]

    enum CodingKeys: String, CodingKey {
        case releases
        case asOf = "as_of"
        case etcdRules = "etcd_rules"
    }
}

private struct CalicoFile: Decodable {
    struct Statement: Decodable {
        var stronger: [CalicoFloor]
    }

    var asOf: CalendarDay
    var releases: [CalicoRelease]
    var edges: [CalicoUpgradeEdge]
    var constraints: [CalicoConstraint]
    var statement: Statement

    enum CodingKeys: String, CodingKey {
        case releases
        case asOf = "as_of"
        case edges = "upgrade_edges"
        case constraints = "hard_constraints"
        case statement = "support_statement"
    }
}

private struct HelmFile: Decodable {
    struct Helmfile: Decodable {
        var compat: [HelmfileWindow]
        var takesShortVersionsFrom: PatchVersion
        var newest: PatchVersion

        enum CodingKeys: String, CodingKey {
            case compat, newest
            case takesShortVersionsFrom = "needs_patch_number_below"
        }
    }

    var asOf: CalendarDay
    var releases: [HelmRelease]
    var policy: HelmPolicy
    var neverReleased: [NeverReleased]
    var helmfile: Helmfile

    enum CodingKeys: String, CodingKey {
        case releases, policy, helmfile
        case asOf = "as_of"
        case neverReleased = "never_existed"
    }
}
