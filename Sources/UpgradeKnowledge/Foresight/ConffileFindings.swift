internal import UpgradeCore

/// Conffiles that an operator has changed and will not keep, and those that are left over.
///
/// One that is kept is no finding: nearly every host has its own arguments in /etc/default.
enum ConffileFindings {
    @Sendable
    static func findings(_ facts: ClusterFacts, _ path: [HopID], _ knowledge: Breakage) -> [Finding] {
        guard let hop = path.first else { return [] }
        let rules = facts.playbook.conffiles
        return facts.hosts.flatMap { host, configuration in
            (configuration.conffiles ?? []).compactMap { conffile in
                switch conffile.state {
                case .changed: changed(conffile, on: host.name, hop, rules.choice(for: conffile.path))
                case .obsolete: obsolete(conffile, on: host.name, hop)
                }
            }
        }
    }

    private static func changed(
        _ conffile: HostConfiguration.ChangedConffile,
        on host: String,
        _ hop: HopID,
        _ choice: ConffileChoice
    ) -> Finding? {
        let outcome: String
        switch choice {
        case .keep: return nil
        case .take: outcome = "the new one is taken, and the host's left beside it as .dpkg-old"
        case .merge: outcome = "both changes are merged, and the host's is left beside it as .dpkg-bak"
        case .refuse: outcome = "the host is refused before it is touched"
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
