internal import UpgradeCore

/// Which APIs each release serves, and what stands in for one that goes.
struct APITable: Sendable {
    struct Removal: Decodable, Sendable {
        struct Replacement: Decodable, Sendable {
            // swift-format-ignore: AlwaysUseLowerCamelCase
            var api_version: String
        }
        // swift-format-ignore: AlwaysUseLowerCamelCase
        var api_version: String
        var kind: String
        // swift-format-ignore: AlwaysUseLowerCamelCase
        var removed_in: MinorRelease
        var replacement: Replacement?
        var sources: [String]
        // swift-format-ignore: AlwaysUseLowerCamelCase
        var changes_to_handle: [String]?
        var status: String
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

    init() throws(VersionDataError) {
        let table = try VersionData.decode(Served.self, from: "served-apis.yaml")
        let research = try VersionData.decode(Removals.self, from: "api-removals.yaml")
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
        known = served.values.reduce(Set(removals.keys)) { $0.union($1) }
    }

    func removal(_ apiVersion: String, _ kind: String) -> Removal? { removals["\(apiVersion) \(kind)"] }

    /// The kind of a resource; `nil` for one that no recorded release serves.
    func kind(_ apiVersion: String, _ resource: String) -> String? { kinds["\(apiVersion) \(resource)"] }

    /// Whether a hop takes a whole group and version away, as far as both its releases were recorded.
    func stopsServing(_ apiVersion: String, _ hop: HopID) -> Bool {
        guard let before = versions[hop.from], let after = versions[hop.to] else { return false }
        return before.contains(apiVersion) && !after.contains(apiVersion)
    }

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
    func serves(_ apiVersion: String, _ kind: String, _ release: MinorRelease) -> Bool {
        let key = "\(apiVersion) \(kind)"
        guard known.contains(key) else { return true }
        if let recorded = served[release] { return recorded.contains(key) }
        return removals[key].map { release < $0.removed_in || $0.status != "removed" } ?? true
    }
}
