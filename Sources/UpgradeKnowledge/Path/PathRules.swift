public import UpgradeCore

/// A rule of paths that no yes lifts.
public struct PathRule: Hashable, Sendable, Decodable {
    /// Its stable name, such as `K1`.
    public var id: String
    /// What it says.
    public var says: String
    /// The first release of Kubernetes that it concerns; `nil` for all.
    public var kubernetesFrom: MinorRelease?
    /// The first release of Calico that it concerns; `nil` for all.
    public var calicoFrom: MinorRelease?
    /// The first release of etcd that it concerns; `nil` for all.
    public var etcdFrom: MinorRelease?
    /// Where it was read.
    public var source: String
    /// Whether the sources leave room for doubt.
    public var uncertain: Bool?

    enum CodingKeys: String, CodingKey {
        case id, says, source, uncertain
        case kubernetesFrom = "kubernetes_from"
        case calicoFrom = "calico_from"
        case etcdFrom = "etcd_from"
    }
}

/// What the planner knows besides the releases: `path.yaml`.
public struct PathRules: Hashable, Sendable, Decodable {
    /// The day of the data.
    public var asOf: CalendarDay
    /// The rules.
    public var rules: [PathRule]
    /// The versions of helmfile that a path lands on, the oldest first.
    public var helmfileLandings: [HelmfileLanding]

    /// The minor releases of etcd, the oldest first.
    public var etcd: EtcdReleases

    /// The minor releases of etcd.
    public struct EtcdReleases: Hashable, Sendable, Decodable {
        /// In their order.
        public var releases: [MinorRelease]
        /// Where they were read.
        public var source: String
    }

    /// A version of helmfile that a path lands on.
    public struct HelmfileLanding: Hashable, Sendable, Decodable {
        /// The version.
        public var version: PatchVersion
        /// The first day on which it is known to be there.
        public var date: CalendarDay
        /// Where it was read.
        public var source: String
    }

    enum CodingKeys: String, CodingKey {
        case rules, etcd
        case asOf = "as_of"
        case helmfileLandings = "helmfile_landings"
    }

    /// The rules as they are part of the binary.
    ///
    /// - Throws: `VersionDataError`; a mistake of this program's makers, which a test excludes.
    public static func embedded() throws(VersionDataError) -> PathRules { try loaded.get() }

    /// The rules with what an operator changed.
    ///
    /// - Throws: `VersionDataError` for the first change that names no fact, or that does not fit.
    static func embedded(overriding overrides: [FactOverride]) throws(VersionDataError) -> PathRules {
        try VersionData.decode(PathRules.self, from: "path.yaml", overriding: overrides)
    }

    private static let loaded: Result<PathRules, VersionDataError> = Result { () throws(VersionDataError) in
        try VersionData.decode(PathRules.self, from: "path.yaml")
    }

    /// The release of etcd that comes after another; `nil` where none is known.
    func etcd(after release: MinorRelease) -> MinorRelease? { etcd.releases.first { release < $0 } }

    /// The rule of this name; a path that names a rule which the file lacks says at least its name.
    func rule(_ id: PathRuleID) -> PathRule {
        rules.first { $0.id == id.rawValue } ?? PathRule(id: id.rawValue, says: id.rawValue, source: "")
    }
}

/// The names of the rules in `path.yaml`; a test holds the two against each other.
enum PathRuleID: String, CaseIterable {
    case kubernetesOneMinor = "K1"
    case calicoEdge = "C1"
    case calicoBothAPIs = "C4"
    case calicoDatastore = "C8"
    case helmGoesUp = "H1"
    case helmConversion = "H2"
    case helmRewrite = "H3"
    case helmfileGoesUp = "F1"
    case etcdObjects = "E1"
    case etcdOneMinor = "E2"
}

/// A rule that a move or a state breaks.
public struct BrokenRule: Hashable, Sendable, CustomStringConvertible {
    /// The rule's name with that of its file, such as `path/K1` or `calico/C4`.
    public var id: String
    /// What it says.
    public var says: String
    /// Where it was read; empty where the rule's own words say it.
    public var source: String

    /// `calico 3.1 before 1.16 (calico/C1)`.
    public var description: String { "\(says) (\(id))" }

    init(_ rule: PathRule) {
        id = "path/\(rule.id)"
        says = rule.says
        source = rule.source
    }

    init(id: String, says: String, source: String = "") {
        self.id = id
        self.says = says
        self.source = source
    }
}
