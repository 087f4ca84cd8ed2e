internal import UpgradeCore

/// Conffiles that are not as their packages brought them: what becomes of each with the next package, and which are left over.
enum ConffileFindings {
    @Sendable
    static func findings(_ facts: ClusterFacts, _ path: [HopID], _ knowledge: Breakage) -> [Finding] {
        guard let hop = path.first else { return [] }
        return facts.hosts.flatMap { host, configuration in
            (configuration.conffiles ?? []).map { conffile in
                switch conffile.state {
                case .changed: changed(conffile, on: host.name, hop, facts.playbook.conffiles)
                case .obsolete: obsolete(conffile, on: host.name, hop)
                }
            }
        }
    }

    private static func changed(
        _ conffile: HostConfiguration.ChangedConffile,
        on host: String,
        _ hop: HopID,
        _ rules: ConffileRules
    ) -> Finding {
        let choice = rules.choice(for: conffile.path)
        let outcome =
            switch choice {
            case .keep: "the host's is kept, and the new one left beside it as .dpkg-dist"
            case .take: "the new one is taken, and the host's left beside it as .dpkg-old"
            case .merge: "both changes are merged, and the host's is left beside it as .dpkg-bak"
            case .refuse: "the host is refused before it is touched"
            }
        return Finding(
            id: "conffile-changed\(conffile.path)",
            title:
                "\(conffile.path) of \(conffile.package) was changed on the host; where a new one differs: \(choice.rawValue)",
            places: [Finding.Place(host: host, file: conffile.path)],
            reason: outcome,
            hop: hop,
            severity: .worthKnowing,
            cure: "say otherwise under `packages.conffiles` in the playbook",
            source: "dpkg(1), --force-confold; deb-conffiles(5)"
        )
    }

    private static func obsolete(
        _ conffile: HostConfiguration.ChangedConffile,
        on host: String,
        _ hop: HopID
    ) -> Finding {
        Finding(
            id: "conffile-obsolete\(conffile.path)",
            title: "\(conffile.path) is obsolete: \(conffile.package) no longer brings it",
            places: [Finding.Place(host: host, file: conffile.path)],
            reason: "dpkg leaves it where it is, and whatever reads it goes on to",
            hop: hop,
            severity: .worthKnowing,
            cure: "remove it, if nothing needs it",
            source: "dpkg-query(1), Conffiles; dpkg-maintscript-helper(1), rm_conffile"
        )
    }
}
