import UpgradeCore

/// What Helm 3 has of the releases that are to be converted, and whether it is what this program wrote or what Helm 3 made of it.
///
/// A name proves nothing: somebody may have installed another chart with Helm 3 under the name of a release of Helm 2.
struct HelmHistories {
    /// The releases of Helm 3 that hold something, by `namespace/release`.
    private let known: Set<String>
    /// Those that hold what was converted.
    private let ours: Set<String>

    init(_ inventory: HelmInventory, _ records: [HelmRecord]) {
        known = Set(inventory.secrets.map { "\($0.namespace)/\($0.release)" })
        // Helm 3 keeps the mark on every revision but the one that was deployed.
        let marked = inventory.secrets.filter { $0.mark?.origin == .conversion }
        var ours = Set(marked.map { "\($0.namespace)/\($0.release)" })
        // A release of one revision has no mark left when Helm 3 has upgraded it: then what it holds has to say it.
        let secrets = Dictionary(
            inventory.secrets.filter { $0.mark?.origin != .conversion }.map { ("\($0.namespace)/\($0.name)", $0) },
            uniquingKeysWith: { first, _ in first }
        )
        for record in records {
            let conversion = record.conversion(mark: "")
            guard let found = secrets["\(record.namespace)/\(conversion.secret)"] else { continue }
            if !record.parts.isEmpty, !found.parts.isEmpty, Self.differing(record, found).isEmpty {
                ours.insert("\(found.namespace)/\(found.release)")
            }
        }
        self.ours = ours
    }

    /// Whether Helm 3 has a release of the record's name that has nothing of what was converted.
    func isForeign(_ record: HelmRecord) -> Bool {
        let path = "\(record.namespace)/\(record.release)"
        return known.contains(path) && !ours.contains(path)
    }

    /// What Helm 3 does not change in a revision when it supersedes, uninstalls or rolls it back, and is not the same.
    ///
    /// > Info (status, deleted, description) and the last runs of hooks are written anew.
    /// (helm v3.4 pkg/action/{upgrade,uninstall,hooks}.go); metadata of a chart has fields that Helm 3 adds empty
    static func differing(_ record: HelmRecord, _ secret: HelmSecret) -> Set<String> {
        let names = Set(record.parts.keys).union(secret.parts.keys).filter { name in
            !name.hasPrefix("info.") && name != "hooks" && name != "chart.metadata"
        }
        return names.filter { record.parts[$0] != secret.parts[$0] }
    }
}
