import Yams

extension PlaybookReading {
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

    private func refuse(_ key: String, of section: PlaybookSection, _ expected: String) {
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
