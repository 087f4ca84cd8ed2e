import UpgradeCore

/// What is to be converted of Helm 2's releases, and what cannot be.
struct HelmDecision {
    private let inventory: HelmInventory
    private let options: HelmOptions
    private let mark: String
    /// The Secrets of Helm 3 by `namespace/name`.
    private let secrets: [String: HelmSecret]

    init(_ inventory: HelmInventory, _ options: HelmOptions, mark: String) {
        self.inventory = inventory
        self.options = options
        self.mark = mark
        secrets = Dictionary(
            inventory.secrets.map { ("\($0.namespace)/\($0.name)", $0) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// The records that the playbook wants converted, by namespace, then release, then revision.
    var selected: [HelmRecord] {
        let wanted = inventory.records.filter { record in !options.excluded.contains { $0.names(record.source) } }
        let groups = Dictionary(grouping: wanted) { record in
            [record.source.storage.rawValue, record.source.namespace, record.release]
        }
        let newest = groups.values.flatMap { group in
            // One that cannot be read may be the newest: it is never dropped in silence.
            let unreadable = group.filter { $0.revision == 0 }
            let readable = group.filter { $0.revision > 0 }.sorted { $0.revision < $1.revision }
            return unreadable + readable.suffix(options.revisions ?? readable.count)
        }
        return newest.sorted {
            ($0.namespace, $0.release, $0.revision, $0.source.path)
                < ($1.namespace, $1.release, $1.revision, $1.source.path)
        }
    }

    /// What stands in the way of the conversion, each with its reason; empty where nothing does.
    var findings: [String] {
        let selected = selected
        let sources = Dictionary(grouping: selected.filter { $0.problem == nil }) { secretPath($0) }
        return selected.compactMap { record in
            if let problem = record.problem { return "\(record.source.path): \(problem)" }
            let target = secretPath(record)
            if let all = sources[target], all.count > 1 {
                return "\(record.source.path): \(all.count) records would become Secret \(target)"
            }
            if !inventory.namespaces.contains(record.namespace) {
                return "\(record.source.path): its namespace \(record.namespace) is gone"
            }
            if let found = secrets[target], !isDone(record, found) {
                return "\(record.source.path): there is a Secret \(target) that this program did not write"
            }
            return nil
        }
    }

    /// What is left to convert, in order; asked for when there are no findings.
    var conversions: [HelmConversion] {
        selected.filter { secrets[secretPath($0)] == nil }.map { $0.conversion(mark: mark) }
    }

    /// Whether nothing stands in the way of a record, whatever stands in that of others.
    func isConvertible(_ source: HelmSource) -> Bool {
        inventory.records.contains { record in
            record.source == source && record.problem == nil && inventory.namespaces.contains(record.namespace)
        }
    }

    /// What Helm 3 does not hold as Helm 2 does, each with the parts that differ; needs an inventory that compares.
    var differences: [String] {
        selected.compactMap { record in
            let target = secretPath(record)
            guard let found = secrets[target] else { return "\(record.source.path): there is no Secret \(target)" }
            // What Helm 3 has written since is as Helm 3 wants it.
            guard let written = found.mark, written.origin == .conversion else { return nil }
            if let problem = found.problem { return "Secret \(target): \(problem)" }
            if written.content != found.digest { return "Secret \(target): somebody has changed what it holds" }
            if written.sourceDigest != record.digest {
                return "\(record.source.path): it was changed after its conversion"
            }
            let names = Set(record.parts.keys).union(found.parts.keys)
            let differing = names.filter { record.parts[$0] != found.parts[$0] }.sorted()
            return differing.isEmpty ? nil : "Secret \(target): \(differing.joined(separator: ", ")) differ"
        }
    }

    /// Every record that goes, the oldest of a release first, and those that stay because the playbook excludes them.
    ///
    /// The oldest first: a cleanup that was killed then finds the newest, which were converted, to the end.
    func partition(removesExcluded: Bool) -> (going: [HelmRecord], staying: [HelmRecord]) {
        let staying = inventory.records.filter { record in
            !removesExcluded && options.excluded.contains { $0.names(record.source) }
        }
        let kept = Set(staying.map(\.source))
        let going = inventory.records.filter { !kept.contains($0.source) }.sorted {
            ($0.source.namespace, $0.release, $0.revision, $0.source.path)
                < ($1.source.namespace, $1.release, $1.revision, $1.source.path)
        }
        return (going, staying)
    }

    private func secretPath(_ record: HelmRecord) -> String {
        "\(record.namespace)/\(record.conversion(mark: mark).secret)"
    }

    /// Whether the Secret is what the record became: as it was written, or what Helm 3 made of it since.
    ///
    /// Helm 3 writes a Secret anew, without the mark, when a later revision supersedes it.
    private func isDone(_ record: HelmRecord, _ found: HelmSecret) -> Bool {
        if let mark = found.mark, mark.origin == .conversion { return mark.sourceDigest == record.digest }
        let release = inventory.secrets.filter { $0.namespace == found.namespace && $0.release == found.release }
        let last = inventory.records.filter { $0.namespace == record.namespace && $0.release == record.release }
            .map(\.revision).max()
        return release.contains { $0.mark != nil || $0.revision > last ?? 0 }
    }
}
