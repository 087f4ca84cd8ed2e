internal import UpgradeCore

/// Feature gates and admission plugins that a release of the path does not know.
enum GateRules {
    private static let pluginFlags = [
        "--enable-admission-plugins", "--admission-control", "--disable-admission-plugins",
    ]

    @Sendable
    static func findings(_ facts: ClusterFacts, _ path: [HopID], _ knowledge: Breakage) -> [Finding] {
        facts.hosts.flatMap { host, configuration in
            configuration.daemons.filter { knowledge.flags.knows($0.name) }.flatMap { daemon in
                gates(host.name, daemon, configuration, facts).compactMap { gate in
                    knowledge.gates.gate(gate.name).flatMap {
                        unknown("gate", gate.name, daemon.name, gate.place, $0, path)
                    }
                }
                    + plugins(host.name, daemon, facts).compactMap { plugin in
                        knowledge.gates.plugin(plugin.name).flatMap {
                            unknown("admission-plugin", plugin.name, daemon.name, plugin.place, $0, path)
                        }
                    }
            }
        }
    }

    /// The gates that a daemon is told of, on its command line and in its configuration file.
    static func gates(
        _ host: String,
        _ daemon: HostConfiguration.Daemon,
        _ configuration: HostConfiguration,
        _ facts: ClusterFacts
    ) -> [(name: String, isOn: Bool, place: Finding.Place)] {
        let flags = facts.arguments(of: daemon, on: host).filter { $0.flag == "--feature-gates" }
        let ofFlags = flags.flatMap { argument in
            (argument.value ?? "").split(separator: ",").map { pair in
                let parts = pair.split(separator: "=", maxSplits: 1)
                let name = parts.first.map { $0.filter { !$0.isWhitespace } } ?? ""
                return (name: name, isOn: parts.last?.lowercased() != "false", place: argument.place)
            }
        }
        return ofFlags + facts.configurationFiles(of: daemon, on: host, configuration).flatMap(\.featureGates)
    }

    private static func plugins(
        _ host: String,
        _ daemon: HostConfiguration.Daemon,
        _ facts: ClusterFacts
    ) -> [(name: String, place: Finding.Place)] {
        facts.arguments(of: daemon, on: host).filter { pluginFlags.contains($0.flag) }.flatMap {
            argument in
            (argument.value ?? "").split(separator: ",").map { (String($0), argument.place) }
        }
    }

    private static func unknown(
        _ what: String,
        _ name: String,
        _ daemon: String,
        _ place: Finding.Place,
        _ end: GateTable.End,
        _ path: [HopID]
    ) -> Finding? {
        guard let hop = path.arriving(at: end.release) else { return nil }
        let words = what == "gate" ? "feature gate" : "admission plugin"
        return Finding(
            id: "\(what)-unknown/\(daemon)/\(name)",
            title: "\(daemon) of \(hop.to) does not know the \(words) \(name)",
            places: [place],
            reason: "a daemon exits at a \(words) that it does not know, on or off",
            hop: hop,
            severity: .killsDaemon,
            cure: "take \(name) out",
            source: end.source
        )
    }
}
