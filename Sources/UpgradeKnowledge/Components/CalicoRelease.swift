public import UpgradeCore

/// What is known of a minor release of Calico.
public struct CalicoRelease: Hashable, Sendable, Decodable {
    /// The release.
    public var version: MinorRelease
    /// The day of its first patch; a month where no source gives the day.
    public var releaseDate: CalendarDay
    /// The last patch; `nil` where the sources name none.
    public var lastPatch: PatchVersion?
    /// What its makers publish of Kubernetes releases.
    public var kubernetes: CalicoEvidence
    /// Where it can keep its data.
    public var datastores: [CalicoDatastore]
    /// What changes with it.
    public var breaking: [String]?
    /// Whether the sources leave room for doubt.
    public var uncertain: Bool?
    /// What the doubt is, or another remark.
    public var note: String?
    /// Where these facts were read.
    public var sources: [String]

    enum CodingKeys: String, CodingKey {
        case version, kubernetes, datastores, breaking, uncertain, note, sources
        case releaseDate = "release_date"
        case lastPatch = "last_patch"
    }

    /// The patch that stands for the release: the last one, or `.0` where the sources name none.
    public var patch: PatchVersion { lastPatch ?? PatchVersion(release: version, patch: 0) }
}

/// Where Calico keeps its data.
public enum CalicoDatastore: String, Hashable, Sendable, Codable, CaseIterable {
    /// The v2 API of etcd.
    case etcdv2
    /// The v3 API of etcd.
    case etcdv3
    /// The Kubernetes API, as third-party resources.
    case thirdPartyResources = "kdd-tpr"
    /// The Kubernetes API, as custom resources.
    case customResources = "kdd-crd"
}

/// What the makers of Calico publish of the Kubernetes releases that a release of it works with.
public struct CalicoEvidence: Hashable, Sendable, Decodable {
    /// What kind of statement there is.
    public var level: Level
    /// The releases tested at the end, where there is a list.
    public var tested: ReleaseRange?
    /// What the list said from when on, where it changed; in order.
    public var history: [DatedRange]
    /// The minimum as the documents state it, where there is no list.
    public var minimumDocumented: String?
    /// The newest release that its documents, manifests or CI name, where there is no list.
    public var newestNamed: MinorRelease?
    /// The lowest release on which it can keep its data in the Kubernetes API, where that is stated.
    public var customResourcesFrom: MinorRelease?
    /// Where this was read.
    public var evidence: String

    /// The kinds of statements, the strongest first.
    public enum Level: String, Hashable, Sendable, Codable, CaseIterable {
        /// A published list of tested releases.
        case tested
        /// Documents or manifests that state a minimum.
        case minimumOnly = "minimum-only"
        /// What the CI of a part of it used.
        case ci
        /// Nothing is published.
        case none
    }

    /// What the list of tested releases said from a day on.
    public struct DatedRange: Hashable, Sendable, Decodable {
        /// The first day.
        public var from: CalendarDay
        /// The lowest release.
        public var min: MinorRelease
        /// The highest release.
        public var max: MinorRelease
        /// Where this was read.
        public var source: String

        /// The releases.
        public var range: ReleaseRange { ReleaseRange(min: min, max: max) }
    }

    enum CodingKeys: String, CodingKey {
        case level, min, max, history, evidence
        case minimumDocumented = "min_documented"
        case newestNamed = "newest_named"
        case customResourcesFrom = "kdd_min"
    }

    /// Reads the statement.
    ///
    /// - Throws: `DecodingError` where a part that the level needs is not there.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        level = try container.decode(Level.self, forKey: .level)
        if level == .tested {
            tested = ReleaseRange(
                min: try container.decode(MinorRelease.self, forKey: .min),
                max: try container.decode(MinorRelease.self, forKey: .max)
            )
        } else if level != .none {
            newestNamed = try container.decode(MinorRelease.self, forKey: .newestNamed)
        }
        history = try container.decodeIfPresent([DatedRange].self, forKey: .history) ?? []
        minimumDocumented = try container.decodeIfPresent(String.self, forKey: .minimumDocumented)
        customResourcesFrom = try container.decodeIfPresent(MinorRelease.self, forKey: .customResourcesFrom)
        evidence = try container.decode(String.self, forKey: .evidence)
    }

    /// The releases on the list on a day; at the end where no day is given.
    public func tested(on day: CalendarDay?) -> ReleaseRange? {
        guard let day, let first = history.first else { return tested }
        return (history.last { $0.from <= day } ?? first).range
    }
}
