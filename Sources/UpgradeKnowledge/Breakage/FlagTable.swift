internal import UpgradeCore

/// Which flags the daemons of each release take.
///
/// Up to the last recorded release by what its binaries really parse; after it by what research says was removed.
struct FlagTable: Sendable {
    struct Removal: Decodable, Sendable {
        var release: MinorRelease
        var component: String
        var flag: String
        var evidence: String
        var replacement: String?
        var note: String?
    }

    struct Restriction: Decodable, Sendable {
        var release: MinorRelease
        var component: String
        var flag: String
        var rejected: Values
        var source: String
    }

    /// A flag that the daemons call deprecated, and take.
    struct Deprecation: Decodable, Sendable {
        var component: String
        var flag: String
        /// The releases whose source marks it.
        // swift-format-ignore: AlwaysUseLowerCamelCase
        var marked_deprecated_in_trees: [MinorRelease]
    }

    /// Values that are refused; a sentence about them is for people and is kept apart.
    enum Values: Decodable, Sendable {
        case these([String])
        case sentence(String)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let values = try? container.decode([String].self) {
                self = .these(values)
            } else {
                self = .sentence(try container.decode(String.self))
            }
        }
    }

    private struct Accepted: Decodable {
        struct Row: Decodable {
            var flag: String
            var accepted: [MinorRelease]
        }
        var source: String
        var releases: [MinorRelease]
        var components: [String: [Row]]
    }

    private struct Research: Decodable {
        // The keys are those of the file. swift-format-ignore: AlwaysUseLowerCamelCase
        var removed: [Removal]
        // swift-format-ignore: AlwaysUseLowerCamelCase
        var deprecated_but_accepted: [Deprecation]
        // swift-format-ignore: AlwaysUseLowerCamelCase
        var restricted_values: [Restriction]
    }

    /// The releases whose binaries were recorded.
    let recorded: Set<MinorRelease>
    /// Where the recording came from.
    let source: String
    /// Values that a release refuses.
    let restrictions: [Restriction]
    private let accepted: [String: [String: Set<MinorRelease>]]
    private let removals: [String: Removal]
    private let deprecations: [String: Set<MinorRelease>]

    init(overriding overrides: [FactOverride] = []) throws(VersionDataError) {
        let table = try VersionData.decode(Accepted.self, from: "accepted-flags.yaml", overriding: overrides)
        let research = try VersionData.decode(Research.self, from: "flags.yaml", overriding: overrides)
        recorded = Set(table.releases)
        source = "accepted-flags.yaml: \(table.source)"
        accepted = table.components.mapValues { rows in
            Dictionary(rows.map { ($0.flag, Set($0.accepted)) }, uniquingKeysWith: { $0.union($1) })
        }
        restrictions = research.restricted_values
        deprecations = Dictionary(
            research.deprecated_but_accepted.map {
                ("\($0.component) \($0.flag)", Set($0.marked_deprecated_in_trees))
            },
            uniquingKeysWith: { $0.union($1) }
        )
        removals = Dictionary(
            research.removed.map { ("\($0.component) \($0.flag)", $0) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// Whether the table has rows for a daemon.
    func knows(_ component: String) -> Bool { accepted[component] != nil }

    /// What is known of the removal of a flag.
    func removal(_ flag: String, of component: String) -> Removal? { removals["\(component) \(flag)"] }

    /// Whether the daemon of a release warns of the flag.
    func isDeprecated(_ flag: String, of component: String, _ release: MinorRelease) -> Bool {
        deprecations["\(component) \(flag)"]?.contains(release) ?? false
    }

    /// Whether the daemon of a release starts with the flag.
    func accepts(_ flag: String, _ component: String, _ release: MinorRelease) -> Bool {
        if recorded.contains(release) { return accepted[component]?[flag]?.contains(release) ?? false }
        return removal(flag, of: component).map { release < $0.release } ?? true
    }
}
