import UpgradeCore

/// What is to be converted of Helm 2's releases, and what cannot be.
struct HelmDecision {
    private let inventory: HelmInventory
    private let options: HelmOptions
    private let mark: String
    /// The Secrets of Helm 3 by `namespace/name`.
    private let secrets: [String: HelmSecret]
    /// The records that the playbook wants converted, in the order of `HelmSelection`.
    let selected: [HelmRecord]
    /// The releases of which the playbook leaves out what is deployed and not the rest, each with what to do.
    private let halves: [String]
    private let histories: HelmHistories
    /// The releases that would become one history of Helm 3, by `namespace/release`, and who keeps each.
    private let mixed: [String: [Keeper]]

    init(_ inventory: HelmInventory, _ options: HelmOptions, mark: String) {
        self.inventory = inventory
        self.options = options
        self.mark = mark
        secrets = Dictionary(
            inventory.secrets.map { ("\($0.namespace)/\($0.name)", $0) },
            uniquingKeysWith: { first, _ in first }
        )
        let selection = HelmSelection(inventory.records, options)
        selected = selection.records
        halves = selection.halves
        mixed = Self.mixed(selection.records)
        histories = HelmHistories(inventory, selected)
    }

    /// What stands in the way of the conversion, each with its reason; empty where nothing does.
    var findings: [String] {
        let twins = twins
        return inventory.tillers.filter { $0.storage == nil }.map { tiller in
            "Tiller in \(tiller.namespace): it keeps its releases in \(tiller.driver) and not in the API, where nobody else "
                + "can read them; let it keep them in configmaps or secrets, or remove it if nothing is lost with it"
        } + halves + mixture(twins)
            + selected.compactMap { record in
                record.problem == nil && mixed[record.target] != nil ? twin(record, twins) : reason(record, twins)
            }
    }

    /// What Helm 3 could not keep apart: it knows a release by its namespace and its name alone.
    ///
    /// Where two have a revision of the same number, that is what is told.
    private func mixture(_ twins: [String: Int]) -> [String] {
        let told = Set(selected.filter { twin($0, twins) != nil }.map(\.target))
        return mixed.filter { !told.contains($0.key) }.sorted { $0.key < $1.key }.map { target, keepers in
            let byStorage = keepers.contains { one in keepers.contains { one.sharesName(with: $0) } }
            return
                "\(target): \(keepers.map(\.title).joined(separator: " and ")) each keep a release of this name, and they would "
                + "become one history of Helm 3; exclude all but one of them by name"
                + (byStorage ? " and `storage`" : "")
        }
    }

    /// Who keeps the history of a release.
    private struct Keeper: Hashable {
        var storage: HelmStorage
        var namespace: String

        var title: String { "\(storage.rawValue) of Tiller in \(namespace)" }

        /// Whether a playbook calls what both keep by one name.
        func sharesName(with other: Keeper) -> Bool { namespace == other.namespace && storage != other.storage }
    }

    private static func mixed(_ records: [HelmRecord]) -> [String: [Keeper]] {
        var keepers: [String: Set<Keeper>] = [:]
        for record in records where record.problem == nil {
            keepers[record.target, default: []]
                .insert(Keeper(storage: record.source.storage, namespace: record.source.namespace))
        }
        return keepers.filter { $0.value.count > 1 }.mapValues { $0.sorted { $0.title < $1.title } }
    }

    /// What the playbook excludes and nobody has: a name that was mistyped leaves in what was to be left out.
    var unmatched: [String] {
        options.excluded.filter { one in
            !inventory.records.contains { one.names($0.source) }
                && !inventory.secrets.contains { one.names("\($0.namespace)/\($0.release)", in: nil) }
        }
        .map { "helm.exclude names \($0), and there is nothing of that name" }
    }

    /// How many records become each Secret.
    private var twins: [String: Int] {
        selected.reduce(into: [:]) { counts, record in
            if record.problem == nil { counts[secretPath(record), default: 0] += 1 }
        }
    }

    private func twin(_ record: HelmRecord, _ twins: [String: Int]) -> String? {
        if record.problem != nil { return nil }
        let target = secretPath(record)
        guard let count = twins[target], count > 1 else { return nil }
        // The objects of both kinds have one name.
        let isTwice = selected.contains { $0.source.path == record.source.path && $0.source != record.source }
        let what = "\(record.source.path)" + (isTwice ? " in \(record.source.storage.rawValue)" : "")
        return "\(what): \(count) records would become Secret \(target)"
            + (isTwice ? "; exclude those of one kind by name and `storage`" : "")
    }

    /// Why a record cannot be converted; `nil` where it can, or was.
    private func reason(_ record: HelmRecord, _ twins: [String: Int]) -> String? {
        let path = record.source.path
        if let problem = record.problem { return "\(path): \(problem)" }
        let target = secretPath(record)
        if let twin = twin(record, twins) { return twin }
        if mixed[record.target] != nil { return "\(path): releases of several Tillers would become one" }
        if !inventory.namespaces.contains(record.namespace) {
            return "\(path): its namespace \(record.namespace) is gone"
        }
        guard let found = secrets[target] else {
            guard histories.isForeign(record) else { return nil }
            return
                "\(path): Helm 3 has a release \(record.release) in \(record.namespace) that this program did not write"
        }
        if let written = found.mark, written.origin == .conversion {
            if written.sourceDigest == record.digest { return nil }
            if found.isOurs { return "\(path): \(Self.outdated)" }
            return "\(path): both it and the Secret \(target) that it became have been changed since"
        }
        // Helm 3 writes a Secret anew, without the mark, when a later revision supersedes it.
        guard histories.isForeign(record) else { return nil }
        return "\(path): there is a Secret \(target) that this program did not write"
    }

    /// What a rollback and a resume mend.
    private static let outdated =
        "Helm 2 has changed it since its conversion; `upgrader helm rollback` removes what is out of date, and resuming the "
        + "run converts it anew"

    /// What is left to convert, in order; asked for when there are no findings.
    var conversions: [HelmConversion] {
        selected.filter { secrets[secretPath($0)] == nil }.map { $0.conversion(mark: mark) }
    }

    /// The records in whose way nothing stands, whatever stands in that of others.
    var convertible: Set<HelmSource> {
        let twins = twins
        return Set(selected.filter { reason($0, twins) == nil }.map(\.source))
    }

    /// What Helm 3 does not hold as Helm 2 does, each with the parts that differ; needs an inventory that compares.
    var differences: [String] {
        selected.compactMap { record in
            let target = secretPath(record)
            guard let found = secrets[target] else { return "\(record.source.path): there is no Secret \(target)" }
            if let problem = found.problem { return "Secret \(target): \(problem)" }
            guard let written = found.mark, written.origin == .conversion else {
                // What Helm 3 has written since is as Helm 3 wants it, but it is this revision.
                if histories.isForeign(record) { return "Secret \(target): this program did not write it" }
                let differing = HelmHistories.differing(record, found)
                return differing.isEmpty
                    ? nil : "Secret \(target): it holds another revision: \(Self.list(differing)) differ"
            }
            if written.content != found.digest { return "Secret \(target): somebody has changed what it holds" }
            if written.sourceDigest != record.digest { return "\(record.source.path): \(Self.outdated)" }
            let names = Set(record.parts.keys).union(found.parts.keys)
            let differing = names.filter { record.parts[$0] != found.parts[$0] }
            return differing.isEmpty ? nil : "Secret \(target): \(Self.list(differing)) differ"
        }
    }

    private static func list(_ names: Set<String>) -> String { names.sorted().joined(separator: ", ") }

    /// Every record that goes, what was not converted first and the oldest of a release before the others, and those that stay
    /// because the playbook excludes them.
    ///
    /// A cleanup that was killed then finds what was converted to the end, and nothing else to ask for.
    func partition(removesExcluded: Bool) -> (going: [HelmRecord], staying: [HelmRecord]) {
        let staying = inventory.records.filter { record in
            !removesExcluded && options.excluded.contains { $0.names(record.source) }
        }
        let kept = Set(staying.map(\.source))
        let converted = Set(selected.map(\.source))
        func order(_ record: HelmRecord) -> (String, String, Int, Int, String, String) {
            let source = record.source
            let isConverted = converted.contains(source) ? 1 : 0
            return (
                source.namespace, record.release, isConverted, record.revision, source.path, source.storage.rawValue
            )
        }
        let going = inventory.records.filter { !kept.contains($0.source) }.sorted { order($0) < order($1) }
        return (going, staying)
    }

    private func secretPath(_ record: HelmRecord) -> String {
        "\(record.namespace)/\(record.conversion(mark: mark).secret)"
    }
}

extension HelmRecord {
    /// `namespace/release`, as Helm 3 knows it.
    fileprivate var target: String { "\(namespace)/\(release)" }
}
