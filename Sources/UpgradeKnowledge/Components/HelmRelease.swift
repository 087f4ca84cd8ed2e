public import UpgradeCore

/// What is known of a minor release of Helm.
public struct HelmRelease: Hashable, Sendable, Decodable {
    /// The release.
    public var version: MinorRelease
    /// Its first tag.
    public var first: Tag
    /// Its last tag.
    public var last: Tag
    /// The minor of Kubernetes that it is compiled against.
    public var compiledAgainst: MinorRelease
    /// The releases of Kubernetes that it is promised for.
    public var kubernetes: ReleaseRange
    /// Where these facts were read.
    public var source: String
    /// Whether the sources leave room for doubt.
    public var uncertain: Bool?
    /// What the doubt is, or another remark.
    public var note: String?

    /// A tag of the repository.
    public struct Tag: Hashable, Sendable, Decodable {
        /// The version.
        public var tag: PatchVersion
        /// The day of the tag.
        public var date: CalendarDay
    }

    enum CodingKeys: String, CodingKey {
        case version, first, last, kubernetes, source, uncertain, note
        case compiledAgainst = "compiled_against"
    }
}

/// What the makers of Helm promise.
public struct HelmPolicy: Hashable, Sendable, Decodable {
    /// What Helm 2 is compatible with.
    public var helm2: String
    /// What Helm 3 and 4 are compatible with.
    public var helm3And4: String
    /// What is said of newer Kubernetes.
    public var newer: String
    /// What gets fixes.
    public var maintenance: String
    /// The last day on which Helm 2 got any.
    public var helm2MaintainedUntil: CalendarDay
    /// Where this was read.
    public var source: String

    enum CodingKeys: String, CodingKey {
        case helm2, newer, maintenance, source
        case helm3And4 = "helm3_and_4"
        case helm2MaintainedUntil = "helm2_maintained_until"
    }
}

/// A version that people name and that was never released.
public struct NeverReleased: Hashable, Sendable, Decodable {
    /// The version.
    public var version: PatchVersion
    /// Why it is known, and what may be meant.
    public var why: String
    /// Where this was read.
    public var source: String
}
