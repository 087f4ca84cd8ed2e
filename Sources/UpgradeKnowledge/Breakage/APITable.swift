internal import UpgradeCore

/// Which APIs each release serves, and what stands in for one that goes.
struct APITable: Sendable {
    struct Removal: Decodable, Sendable {
        struct Replacement: Decodable, Sendable {
            // swift-format-ignore: AlwaysUseLowerCamelCase
            var api_version: String
            var kind: String?
            // swift-format-ignore: AlwaysUseLowerCamelCase
            var available_since: MinorRelease?
        }
        /// Releases that still serve it where `--runtime-config` asks for it.
        struct Reenabling: Decodable, Sendable {
            var `in`: [MinorRelease]
            var flag: String
        }
        // swift-format-ignore: AlwaysUseLowerCamelCase
        var api_version: String
        var kind: String
        var introduced: MinorRelease?
        // swift-format-ignore: AlwaysUseLowerCamelCase
        var removed_in: MinorRelease
        /// Anything but `true` means that it has to be asked for.
        // swift-format-ignore: AlwaysUseLowerCamelCase
        var served_by_default_before_removal: Default
        // swift-format-ignore: AlwaysUseLowerCamelCase
        var temporary_reenable: Reenabling?
        var replacement: Replacement?
        var sources: [String]
        // swift-format-ignore: AlwaysUseLowerCamelCase
        var changes_to_handle: [String]?
        var status: String

        /// Whether a server serves it unasked; a sentence says under which condition.
        enum Default: Decodable, Sendable {
            case unasked
            case asked

            init(from decoder: any Decoder) throws {
                self = (try? decoder.singleValueContainer().decode(Bool.self)) == true ? .unasked : .asked
            }
        }
    }

    private struct Removals: Decodable {
        var removals: [Removal]
    }

    private struct Served: Decodable {
        struct Version: Decodable {
            struct Row: Decodable {
                var kind: String
                var resource: String
            }
            var resources: [Row]
        }
        var source: String
        var releases: [MinorRelease: [String: Version]]
    }

    /// Where the recording came from.
    let source: String
    private let served: [MinorRelease: Set<String>]
    private let known: Set<String>
    private let kinds: [String: String]
    private let versions: [MinorRelease: Set<String>]
    private let removals: [String: Removal]
    /// From which release on there is a kind, where that is known.
    private let introductions: [String: MinorRelease]

    init(overriding overrides: [FactOverride] = []) throws(VersionDataError) {
        let table = try VersionData.decode(Served.self, from: "served-apis.yaml", overriding: overrides)
        let research = try VersionData.decode(Removals.self, from: "api-removals.yaml", overriding: overrides)
        source = "served-apis.yaml: \(table.source)"
        served = table.releases.mapValues { versions in
            Set(versions.flatMap { version, rows in rows.resources.map { "\(version) \($0.kind)" } })
        }
        versions = table.releases.mapValues { Set($0.keys) }
        let rows = table.releases.values.joined().flatMap { version, rows in
            // Of a subresource the kind may be another one, such as Scale.
            rows.resources.filter { !$0.resource.contains("/") }.map { ("\(version) \($0.resource)", $0.kind) }
        }
        kinds = Dictionary(rows, uniquingKeysWith: { first, _ in first })
        removals = Dictionary(
            research.removals.map { ("\($0.api_version) \($0.kind)", $0) },
            uniquingKeysWith: { first, _ in first }
        )
        introductions = Self.introductions(research.removals, served)
        known = served.values.reduce(Set(removals.keys).union(introductions.keys)) { $0.union($1) }
    }

    private static func introductions(
        _ removals: [Removal],
        _ served: [MinorRelease: Set<String>]
    ) -> [String: MinorRelease] {
        var found: [String: MinorRelease] = [:]
        for removal in removals {
            found["\(removal.api_version) \(removal.kind)"] = removal.introduced
            guard let instead = removal.replacement, let since = instead.available_since else { continue }
            let key = "\(instead.api_version) \(instead.kind ?? removal.kind)"
            found[key] = min(found[key] ?? since, since)
        }
        // What the first recording lacks, and a later one has, came with that one, whatever is written of it.
        guard let first = served.keys.min() else { return found }
        for row in served.values.reduce(Set(), { $0.union($1) }) where served[first]?.contains(row) == false {
            found[row] = served.filter { $0.value.contains(row) }.keys.min()
        }
        return found
    }

    func removal(_ apiVersion: String, _ kind: String) -> Removal? { removals["\(apiVersion) \(kind)"] }

    /// The kind of a resource; `nil` for one that no recorded release serves.
    func kind(_ apiVersion: String, _ resource: String) -> String? { kinds["\(apiVersion) \(resource)"] }

    /// The versions of a group that have the kind in any recorded release, the one that was there first at the start.
    func versions(of kind: String, in group: String) -> [String] {
        var first: [String: MinorRelease] = [:]
        for (release, rows) in served {
            for row in rows {
                let words = row.split(separator: " ")
                guard words.last == kind[...], let path = words.first?.split(separator: "/"), path.count == 2,
                    path[0] == group[...]
                else { continue }
                let version = String(path[1])
                first[version] = min(first[version] ?? release, release)
            }
        }
        return first.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map(\.key)
    }

    /// Whether a release serves the kind; true for a kind that is none of Kubernetes' own.
    ///
    /// `switches` are what every API server is told to serve besides what it serves unasked.
    func serves(
        _ apiVersion: String,
        _ kind: String,
        _ release: MinorRelease,
        _ switches: APISwitches = APISwitches()
    ) -> Bool {
        let key = "\(apiVersion) \(kind)"
        guard known.contains(key) else { return true }
        return servesUnasked(key, release) || servesAsked(apiVersion, kind, release, switches)
    }

    private func servesUnasked(_ key: String, _ release: MinorRelease) -> Bool {
        if let recorded = served[release] { return recorded.contains(key) }
        if let first = introductions[key], release < first { return false }
        guard let removal = removals[key] else {
            // Nothing says that it ends: what the last recording has is there to stay.
            guard let last = served.keys.max(), last < release else { return true }
            return served[last]?.contains(key) == true || introductions[key].map { last < $0 } == true
        }
        guard case .unasked = removal.served_by_default_before_removal else { return false }
        return release < removal.removed_in || removal.status != "removed"
    }

    private func servesAsked(
        _ apiVersion: String,
        _ kind: String,
        _ release: MinorRelease,
        _ switches: APISwitches
    ) -> Bool {
        guard let removal = removal(apiVersion, kind) else { return false }
        if let again = removal.temporary_reenable, again.in.contains(release) {
            // The flag names the version, or each resource of it: `extensions/v1beta1/<plural>=true`.
            return again.flag.contains("<plural>")
                ? kinds.contains {
                    $0.value == kind && $0.key.hasPrefix(apiVersion)
                        && switches.turnsOn(resource: $0.key.replacing(" ", with: "/"))
                }
                : switches.turnsOn(version: apiVersion)
        }
        guard case .asked = removal.served_by_default_before_removal, switches.turnsOn(version: apiVersion) else {
            return false
        }
        return (removal.introduced ?? release) <= release && release < removal.removed_in
    }

    /// Whether a hop takes the kind away: the release before serves it, or can be told to, and the one after does not.
    func takesAway(
        _ apiVersion: String,
        _ kind: String,
        _ hop: HopID,
        _ switches: APISwitches = APISwitches()
    ) -> Bool {
        guard !serves(apiVersion, kind, hop.to, switches) else { return false }
        if serves(apiVersion, kind, hop.from, switches) { return true }
        return removal(apiVersion, kind).map { $0.status == "removed" && $0.removed_in == hop.to } ?? false
    }

    /// Whether a hop takes a whole group and version away, as far as both its releases were recorded.
    func stopsServing(_ apiVersion: String, _ hop: HopID, _ switches: APISwitches) -> Bool {
        guard let before = versions[hop.from], let after = versions[hop.to], before.contains(apiVersion) else {
            return false
        }
        let rows = kinds.filter { $0.key.hasPrefix("\(apiVersion) ") }
        return !after.contains(apiVersion) && !rows.contains { serves(apiVersion, $0.value, hop.to, switches) }
    }

    /// The first release that has the kind; `nil` where nothing says it.
    func introduction(_ apiVersion: String, _ kind: String) -> MinorRelease? {
        introductions["\(apiVersion) \(kind)"]
    }
}
