public import UpgradeCore

/// What a rollback of the conversion of a run removes, and what it leaves alone.
public struct HelmRollback: Hashable, Sendable {
    /// The Secrets that are removed, release by release.
    public var removals: [HelmConversion]
    /// The releases that are left, each with the reason.
    public var kept: [String]

    /// Decides.
    ///
    /// A release goes as a whole or stays as a whole: one that Helm 3 has touched since is Helm 3's, and one whose record
    /// Helm 2 no longer has would be lost. A record that Helm 2 has changed since is the newer one: its Secret goes.
    /// - Parameters:
    ///   - inventory: every release of Helm 2 and 3.
    ///   - run: the run whose conversions are taken back.
    public init(_ inventory: HelmInventory, run: String) {
        removals = []
        kept = []
        let records = Dictionary(
            inventory.records.map { ("\($0.source.storage.rawValue)/\($0.source.path)", $0) },
            uniquingKeysWith: { first, _ in first }
        )
        let releases = Dictionary(grouping: inventory.secrets) { "\($0.namespace)/\($0.release)" }
        for (path, secrets) in releases.sorted(by: { $0.key < $1.key }) {
            guard secrets.contains(where: { $0.mark?.run == run && $0.mark?.origin == .conversion }) else { continue }
            let ordered = secrets.sorted { $0.revision < $1.revision }
            if let reason = ordered.lazy.compactMap({ Self.reason($0, run, records) }).first {
                kept.append("\(path): \(reason)")
            } else {
                removals += ordered.compactMap { Self.removal($0, run, records) }
            }
        }
    }

    /// The conversion that the Secret says it was made by; `nil` where its name is another one.
    private static func removal(_ secret: HelmSecret, _ run: String, _ records: [String: HelmRecord]) -> HelmConversion?
    {
        guard let mark = secret.mark, let record = records[mark.source] else { return nil }
        let conversion = HelmConversion(
            source: record.source,
            digest: mark.sourceDigest,
            release: secret.release,
            revision: secret.revision,
            namespace: secret.namespace,
            mark: run
        )
        return conversion.secret == secret.name ? conversion : nil
    }

    /// Why the release of a Secret stays; `nil` where the Secret may go.
    private static func reason(_ secret: HelmSecret, _ run: String, _ records: [String: HelmRecord]) -> String? {
        guard let mark = secret.mark, mark.origin == .conversion else {
            return "revision \(secret.revision) was not written by a conversion"
        }
        if mark.run != run { return "revision \(secret.revision) was converted by the run \(mark.run)" }
        if !secret.isOurs { return "revision \(secret.revision) was changed since it was written" }
        guard let record = records[mark.source] else { return "Helm 2 no longer has revision \(secret.revision)" }
        if let problem = record.problem {
            return "Helm 2's record of revision \(secret.revision) cannot be read any more: \(problem)"
        }
        if removal(secret, run, records) == nil { return "the labels of revision \(secret.revision) are not its own" }
        return nil
    }
}
