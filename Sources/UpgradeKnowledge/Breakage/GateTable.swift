internal import UpgradeCore

/// From which release on a feature gate or an admission plugin is unknown.
struct GateTable: Sendable {
    private struct Gates: Decodable {
        struct Gate: Decodable {
            var gate: String
            // swift-format-ignore: AlwaysUseLowerCamelCase
            var unknown_from: MinorRelease?
            // swift-format-ignore: AlwaysUseLowerCamelCase
            var unknown_from_evidence: String?
        }
        var gates: [Gate]
    }

    private struct Recorded: Decodable {
        struct Plugins: Decodable {
            var removed: [String]
        }
        struct Hop: Decodable {
            var hop: HopID
            var refused: [String: [String]]
            // swift-format-ignore: AlwaysUseLowerCamelCase
            var admission_plugins: Plugins
        }
        var source: String
        var hops: [Hop]
    }

    /// The end of a gate or a plugin.
    struct End: Sendable {
        var release: MinorRelease
        var source: String
    }

    private let gates: [String: End]
    private let plugins: [String: End]

    init(overriding overrides: [FactOverride] = []) throws(VersionDataError) {
        let table = try VersionData.decode(Gates.self, from: "feature-gates.yaml", overriding: overrides)
        let recorded = try VersionData.decode(Recorded.self, from: "recorded-gates.yaml", overriding: overrides)
        var gates: [String: End] = [:]
        for row in table.gates {
            guard let release = row.unknown_from else { continue }
            gates[row.gate] = End(
                release: release,
                source: "feature-gates.yaml, \(row.gate): \(row.unknown_from_evidence ?? "")"
            )
        }
        var plugins: [String: End] = [:]
        for hop in recorded.hops {
            // What a binary was seen to refuse counts more than what was read of it.
            for gate in hop.refused.values.joined() {
                gates[gate] = End(release: hop.hop.to, source: "recorded-gates.yaml: \(recorded.source)")
            }
            for plugin in hop.admission_plugins.removed {
                plugins[plugin] = End(release: hop.hop.to, source: "recorded-gates.yaml: \(recorded.source)")
            }
        }
        self.gates = gates
        self.plugins = plugins
    }

    func gate(_ name: String) -> End? { gates[name] }

    func plugin(_ name: String) -> End? { plugins[name] }
}
