import UpgradeCore

/// Which of Helm 2's records the playbook wants converted.
struct HelmSelection {
    /// By namespace, then release, then revision; of two objects of one name the ConfigMap first.
    let records: [HelmRecord]
    /// The releases of which the playbook leaves out what is deployed and not the rest, each with what to do.
    let halves: [String]

    init(_ all: [HelmRecord], _ options: HelmOptions) {
        func isExcluded(_ record: HelmRecord) -> Bool { options.excluded.contains { $0.names(record.source) } }
        let wanted = all.filter { !isExcluded($0) }
        let groups = Dictionary(grouping: wanted) { record in
            [record.source.storage.rawValue, record.source.namespace, record.release]
        }
        func order(_ record: HelmRecord) -> (String, String, Int, String, String) {
            (record.namespace, record.release, record.revision, record.source.path, record.source.storage.rawValue)
        }
        records = groups.values.flatMap { Self.kept($0, newest: options.revisions) }.sorted { order($0) < order($1) }
        // By the object's name: of what cannot be read no other is known.
        let left = Set(wanted.filter { $0.status == "deployed" }.map(\.kept))
        let some = Set(wanted.map(\.kept))
        halves = all.filter(isExcluded).compactMap { record in
            let path = record.releasePath
            // What one Tiller has left in the other kind of objects is another history.
            guard some.contains(record.kept) else { return nil }
            // What cannot be read may be what is deployed.
            guard record.status == "deployed" || (record.revision == 0 && !left.contains(record.kept)) else {
                return nil
            }
            let what = record.status == "deployed" ? "is deployed" : "cannot be read and may be what is deployed"
            return
                "\(record.source.path): it \(what), and the playbook excludes it but not the other revisions: Helm 3 could "
                + "not upgrade what is left; exclude \(path) as a whole"
        }
    }

    /// The newest revisions, and what Helm cannot do without: every deployed one, or where there is none the last that was,
    /// because an upgrade and a rollback begin with it.
    private static func kept(_ group: [HelmRecord], newest: Int?) -> [HelmRecord] {
        // One that cannot be read may be the newest: it is never dropped in silence.
        let unreadable = group.filter { $0.revision == 0 }
        let readable = group.filter { $0.revision > 0 }.sorted { $0.revision < $1.revision }
        guard let newest else { return unreadable + readable }
        var deployed = Set(readable.filter { $0.status == "deployed" }.map(\.revision))
        if deployed.isEmpty, let last = readable.last(where: { wasDeployed.contains($0.status) }) {
            deployed = [last.revision]
        }
        let first = readable.suffix(newest).first?.revision ?? 0
        return unreadable + readable.filter { $0.revision >= first || deployed.contains($0.revision) }
    }

    private static let wasDeployed: Set<String> = ["superseded", "uninstalled", "uninstalling"]
}

extension HelmRecord {
    /// The history that it is of: the kind of the objects, and `namespace/release`.
    fileprivate var kept: [String] { [source.storage.rawValue, releasePath] }

    /// `namespace/release` as the playbook names it, by the name of the object.
    fileprivate var releasePath: String {
        let path = source.path
        let number = path.reversed().prefix { $0.isNumber }.count
        // > RELEASE.vREVISION  (helm v2.16 pkg/storage/storage.go, makeKey)
        guard number > 0, path.dropLast(number).hasSuffix(".v") else { return path }
        return String(path.dropLast(number + 2))
    }
}
