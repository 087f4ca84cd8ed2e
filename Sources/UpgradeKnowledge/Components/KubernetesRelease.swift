public import UpgradeCore

/// What is known of a minor release of Kubernetes.
public struct KubernetesRelease: Hashable, Sendable, Decodable {
    /// The release.
    public var version: MinorRelease
    /// The day of its `.0`; `nil` where it is not released yet, as far as the data goes.
    public var releaseDate: CalendarDay?
    /// The day that upstream announced for it, where it is not released yet.
    public var plannedReleaseDate: CalendarDay?
    /// The last day on which upstream supports it.
    public var endOfSupport: CalendarDay?
    /// The last day according to another source.
    public var endOfSupportAlternative: AlternativeDay?
    /// The day from which only grave defects are mended.
    public var maintenanceModeFrom: CalendarDay?
    /// The last patch release.
    public var lastPatch: PatchVersion?
    /// The day of the last patch release, where it is known.
    public var lastPatchDate: CalendarDay?
    /// What is known of etcd under it.
    public var etcd: EtcdOfRelease
    /// Where these facts were read.
    public var sources: [String]
    /// Whether the sources leave room for doubt.
    public var uncertain: Bool?

    enum CodingKeys: String, CodingKey {
        case version, etcd, sources, uncertain
        case releaseDate = "release_date"
        case plannedReleaseDate = "planned_release_date"
        case endOfSupport = "end_of_support"
        case endOfSupportAlternative = "end_of_support_alternative"
        case maintenanceModeFrom = "maintenance_mode_from"
        case lastPatch = "last_patch"
        case lastPatchDate = "last_patch_date"
    }

    /// Whether upstream supports it on a day.
    public func maintenance(on day: CalendarDay) -> Maintenance {
        guard let released = releaseDate, released <= day else { return .unreleased }
        guard let end = endOfSupport else { return .unknown }
        return day <= end ? .maintained(until: end) : .endOfSupport(since: end)
    }
}

/// A day that a second source gives.
public struct AlternativeDay: Hashable, Sendable, Decodable {
    /// The day.
    public var date: CalendarDay
    /// The source.
    public var source: String
}

/// What is known of etcd under a release of Kubernetes.
public struct EtcdOfRelease: Hashable, Sendable, Decodable {
    /// The version that the release was made with at its end, where one is known.
    public var shipped: PatchVersion?
    /// The lowest versions recommended for production, one for each minor of etcd; a later minor is above them.
    public var minimums: [PatchVersion]
    /// Where those were read; the same as the rest where nothing else is said.
    public var minimumSource: String
    /// The values of `--storage-backend` that the API server takes; empty where nobody looked yet.
    public var storageBackends: [String]
    /// Where these facts were read.
    public var source: String
    /// Whether the sources leave room for doubt.
    public var uncertain: Bool

    enum CodingKeys: String, CodingKey {
        case source, uncertain
        case shipped = "default"
        case first = "default_at_first_patch"
        case last = "default_at_last_seen_patch"
        case minimums = "minimum_recommended_for_production"
        case minimumSource = "minimum_source"
        case storageBackends = "storage_backends"
    }

    /// Reads the facts of a release.
    ///
    /// - Throws: `DecodingError` where a version is none.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        shipped = try [CodingKeys.shipped, .last, .first]
            .compactMap { try container.decodeIfPresent(PatchVersion.self, forKey: $0) }.first
        let texts = try container.decodeIfPresent(String.self, forKey: .minimums)?.split(separator: "/") ?? []
        // `a.b.c+ / d.e.f+`: the lowest patch of each minor.
        minimums = try texts.map { text in
            guard let version = PatchVersion(String(text.filter { $0 != "+" && $0 != " " })) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .minimums,
                    in: container,
                    debugDescription: "\(text) is no version"
                )
            }
            return version
        }
        storageBackends = try container.decodeIfPresent([String].self, forKey: .storageBackends) ?? []
        source = try container.decode(String.self, forKey: .source)
        minimumSource = try container.decodeIfPresent(String.self, forKey: .minimumSource) ?? source
        uncertain = try container.decodeIfPresent(Bool.self, forKey: .uncertain) ?? false
    }

    /// Whether a version is at or above what is recommended for production; `true` where nothing is recommended.
    public func isRecommended(_ version: PatchVersion) -> Bool {
        if let minimum = minimums.first(where: { $0.release == version.release }) { return version >= minimum }
        return minimums.allSatisfy { $0.release < version.release }
    }

    /// How many minor releases of etcd a version is below what is recommended for production; a patch below is one.
    func distance(of version: PatchVersion, _ known: PathRules.EtcdReleases) -> Int {
        guard !isRecommended(version), let least = minimums.map(\.release).min() else { return 0 }
        return max(1, known.releases.count { version.release < $0 && $0 <= least })
    }
}
