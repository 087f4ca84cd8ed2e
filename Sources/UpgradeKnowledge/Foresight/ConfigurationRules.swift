internal import UpgradeCore

/// Configuration files of daemons, written in an API that a release of the path does not read.
enum ConfigurationRules {
    @Sendable
    static func findings(_ facts: ClusterFacts, _ path: [HopID], _ knowledge: Breakage) -> [Finding] {
        facts.hosts.flatMap { host, configuration in
            configuration.daemons.flatMap { daemon in
                facts.configurationFiles(of: daemon, on: host.name, configuration).compactMap { file -> Finding? in
                    guard let version = file.value(of: "apiVersion"),
                        let row = knowledge.configurations.removal(version.text, of: daemon.name),
                        let release = row.removed_in, let hop = path.first(where: { $0.to == release })
                    else { return nil }
                    return Finding(
                        id: "configuration-api/\(daemon.name)/\(version.text)",
                        title: "\(daemon.name) of \(hop.to) does not read a configuration of \(version.text)",
                        places: [version.place],
                        reason: "a daemon exits at a configuration file whose API it does not know",
                        hop: hop,
                        severity: .killsDaemon,
                        cure: row.replacement.map { "write the file as \($0), together with the hop" }
                            ?? "write the file in an API that \(hop.to) reads",
                        source: "api-removals.yaml, config_file_apis: \(row.source)"
                    )
                }
            }
        }
    }
}
