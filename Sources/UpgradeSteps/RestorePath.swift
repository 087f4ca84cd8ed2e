public import UpgradeCore

/// The way back that only an etcd restore gives: from wherever a hop has come to, to its beginning.
///
/// Judged by the journal of the upgrade: the snapshot was saved and proven before anything was changed in the hop, no
/// later hop has changed anything, and nothing was changed that neither etcd nor a kept package leads back from.
public struct RestorePath: Hashable, Sendable {
    /// Why there is none.
    public enum Refusal: Error, Hashable, Sendable {
        /// The plan has no such hop, or nothing of it was begun.
        case notReached(HopID)
        /// Nothing of the plan was begun.
        case nothingBegun
        /// A later hop has changed something; the packages from before the hop are not kept any more.
        case laterHop(StepKey)
        /// The snapshot of the hop was not saved and proven.
        case noSnapshot(HopID, why: String)
        /// This step has changed something on hosts that no snapshot leads back from.
        case changedForGood(StepKey, why: String)
        /// Workers of the hop run API servers too: nothing moves their pods away while the API is down.
        case runsAPIServer(host: String)
    }

    /// The first step that is taken back: that of the hop.
    public let first: StepKey
    /// The etcd host that has the snapshot.
    public let host: String
    /// Where it is there.
    public let path: String
    /// When it was saved, in seconds since 1970.
    public let saved: Double
    /// The hop with the phases that lead back.
    public let hop: PlannedHop
    /// What of the hop stays newer on hosts, for a person.
    public let stays: [String]

    /// Finds it.
    ///
    /// - Parameters:
    ///   - id: the hop; the last one that was begun when not given.
    ///   - plan: the plan of the upgrade.
    ///   - records: its journal; what has been taken back since, as by a restore that was given up, was begun all the same.
    ///   - playbook: its playbook.
    /// - Throws: `Refusal`.
    public init(
        of id: HopID?,
        _ plan: Plan,
        _ records: [(time: Double, record: Record)],
        _ playbook: Playbook
    ) throws(Refusal) {
        let changes = records.compactMap { entry -> (key: StepKey, action: Action)? in
            guard case .intended(let key, _, _, let action) = entry.record else { return nil }
            return (key, action)
        }
        let everBegun = Set(records.compactMap { $0.record.begins })
        let begun = plan.keys.filter(everBegun.contains)
        // A hop that has only looked so far is not the one that somebody wants to be led back from.
        let last = plan.hops.last { hop in changes.contains { $0.key.hop == hop.id && $0.action.isForGood } }
        guard let wanted = id ?? last?.id ?? begun.last?.hop else { throw .nothingBegun }
        guard let first = plan.keys.first(where: { $0.hop == wanted }), begun.contains(where: { $0.hop == wanted })
        else {
            throw .notReached(wanted)
        }
        let order = plan.hops.map(\.id)
        let later = Set(order.drop { $0 != wanted }.dropFirst())
        if let change = changes.first(where: {
            later.contains($0.key.hop) && ($0.action.isForGood || $0.action.keepsArchives)
        }) {
            throw .laterHop(change.key)
        }
        let mine = changes.filter { $0.key.hop == wanted }
        if let change = mine.first(where: { $0.action.isBeyondEtcd }) {
            throw .changedForGood(change.key, why: change.action.title)
        }
        (host, path, saved) = try Self.snapshot(of: wanted, plan, records)
        let workers = begun.filter { $0.hop == wanted && $0.phase.kind == PhaseName.workers }.lanes
        let hosts = workers.reversed().compactMap { key in playbook.hosts.first { .host($0.name) == key.target } }
        if let both = hosts.first(where: { $0.roles.contains(.controlPlane) }) { throw .runsAPIServer(host: both.name) }
        self.first = first
        hop = PlannedHop(id: wanted, phases: StepCatalog.restore(workers: hosts, from: host, playbook))
        stays = Self.newer(mine, playbook)
    }

    private static func snapshot(
        of hop: HopID,
        _ plan: Plan,
        _ records: [(time: Double, record: Record)]
    ) throws(Refusal) -> (host: String, path: String, saved: Double) {
        var found: (key: StepKey, host: String, path: String, saved: Double)?
        var isProven = false
        var done: Set<StepKey> = []
        for (time, record) in records {
            if case .done(let key) = record { done.insert(key) }
            guard case .intended(let key, _, _, let action) = record, key.hop == hop else { continue }
            switch action {
            case .saveSnapshot(let host, let path):
                (found, isProven) = ((key, host, path, time), false)
                done.remove(key)
            case .proveSnapshot(let host, let path, _):
                isProven = found.map { $0.host == host && $0.path == path } ?? false
            default: break
            }
        }
        guard let found, plan.keys.contains(found.key), done.contains(found.key) else {
            throw .noSnapshot(hop, why: "none was saved")
        }
        guard isProven else {
            throw .noSnapshot(hop, why: "it was never restored and read back (`prove-snapshot` was off)")
        }
        return (found.host, found.path, found.saved)
    }

    /// Packages of the hop that a restore leaves as they are.
    private static func newer(_ changes: [(key: StepKey, action: Action)], _ playbook: Playbook) -> [String] {
        let back = Set(playbook.packages.controlPlane + playbook.packages.node)
        var names: [String] = []
        for case (_, .install(let host, let packages, _)) in changes {
            for package in packages where !back.contains(package.name) {
                names.append("\(package.name) \(package.version) on \(host)")
            }
        }
        return names
    }
}

extension Record {
    /// The step that the record shows to have been begun.
    fileprivate var begins: StepKey? {
        switch self {
        case .begun(let key, _), .intended(let key, _, _, _), .done(let key): key
        default: nil
        }
    }
}

extension Action {
    fileprivate var keepsArchives: Bool {
        if case .keepArchives = self { true } else { false }
    }

    /// Whether the action has changed what is neither in the API nor a package that is kept.
    fileprivate var isBeyondEtcd: Bool {
        switch self {
        case .migrateCalico(_, _, .start, _), .migrateCalico(_, _, .complete, _), .switchCalico, .swapEtcd: true
        default: false
        }
    }
}
