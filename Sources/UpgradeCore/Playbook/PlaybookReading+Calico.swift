import Yams

extension PlaybookReading {
    /// The rolls of Calico at each release: one version, or a list of those that it goes through in order.
    func rolls(_ calico: PlaybookSection, _ path: ReleasePath?) -> [MinorRelease: [ComponentVersion]]? {
        byRelease(calico, path) { section, entry in
            guard entry.node.sequence != nil else {
                return section.section(ofRelease: entry).flatMap(ofOneVersion).map { [$0] }
            }
            let sections = section.sections(ofRelease: entry)
            var unique = UniqueValues(problems: top.problems)
            for key in ["package", "tag"] {
                // Of two rolls to one version nobody could tell the first from the second.
                for one in sections {
                    unique.take(
                        one.entry(key)?.node.scalar?.string,
                        one,
                        key,
                        named: "\(section.name(entry.key)).\(key)"
                    )
                }
            }
            let versions = sections.compactMap(ofOneVersion)
            return versions.isEmpty ? nil : versions
        }
    }

    /// A version whose package and tag say the same, where both say one: the path is judged by it, and the nodes run both.
    private func ofOneVersion(_ section: PlaybookSection) -> ComponentVersion? {
        guard let stated = version(section) else { return nil }
        if let tag = KubernetesVersion(stated.tag), let package = KubernetesVersion(stated.package.upstream),
            tag != package
        {
            refuse("tag", of: section, "the version of its package, \(package)")
        }
        return stated
    }

    /// Refuses a move of Calico's data at a release with several versions of which none is said to read etcd's v3 API: nobody
    /// could tell between which two the data moves.
    func refuseNoRoll(
        at release: MinorRelease,
        _ calico: CalicoOptions,
        _ section: PlaybookSection
    ) {
        var moving = calico
        moving.migration = CalicoMigrationOptions(at: release)
        guard calico.rolls[release] != nil, moving.migratingRoll(at: release) == nil else { return }
        refuse(
            "at",
            of: section,
            "a release of `calico.versions` whose list has a Calico 3, before which the data moves"
        )
    }

    /// The unit that runs Calico.
    ///
    /// What says something of a DaemonSet is refused beside it, and who fetches an image that nobody named: it would count for
    /// nothing. Packages have to be named: those that a DaemonSet goes with carry no unit.
    func calicoUnit(_ section: PlaybookSection) -> String? {
        guard section.entry("unit") != nil else { return nil }
        let unit = section.value("unit", .name)
        _ = section.require("packages")
        for key in ["daemonset", "container"] {
            refuse(key, of: section, "absent beside `calico.unit`: Calico runs as a unit or as a DaemonSet")
        }
        if section.entry("image") == nil {
            refuse("pull", of: section, "absent beside `calico.unit`, or with the `calico.image` that the unit starts")
        }
        return unit
    }

    /// Refuses what stands at a key, for want of what is expected; where nothing stands there, nothing.
    func refuse(_ key: String, of section: PlaybookSection, _ expected: String) {
        guard let entry = section.entry(key) else { return }
        top.problems.report(
            .invalidValue(
                key: section.name(key),
                value: entry.node.scalar?.string ?? "",
                expected: expected,
                suggestion: nil,
                at: top.problems.place(of: entry.node)
            )
        )
    }
}
