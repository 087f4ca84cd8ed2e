public import UpgradeCore

/// The way back of an upgrade that has stopped, to the beginning of one of its lanes.
///
/// Whole lanes: no host is left half way. What was done from there on is judged by the journal: workers are taken back
/// from the packages that they have kept, what is in the ledger is undone, and whatever else was changed for good has no
/// way back.
public struct WayBack: Hashable, Sendable {
    /// Why there is none.
    public enum Refusal: Error, Hashable, Sendable {
        /// Nothing was begun from there on.
        case notReached(StepKey)
        /// This step has changed something for good.
        case changedForGood(StepKey, why: String)
        /// The worker runs an API server too, and what a newer one has stored an older one may not read.
        case runsAPIServer(host: String)
        /// The step is beyond a point of no return.
        case pointOfNoReturn(PointOfNoReturn)
    }

    /// The first step that is taken back.
    public let first: StepKey
    /// The hop with the phases that lead back.
    public let hop: PlannedHop
    /// What is undone from the ledger before the first step, the latest first.
    public let effects: [SideEffect]

    /// Finds it.
    ///
    /// - Parameters:
    ///   - first: the first step of a lane of the upgrade.
    ///   - plan: the plan of the upgrade.
    ///   - state: what its journal comes to.
    ///   - records: its journal.
    ///   - playbook: its playbook.
    ///   - steps: the steps that exist.
    /// - Throws: `Refusal`.
    public init(
        to first: StepKey,
        of plan: Plan,
        _ state: RunState,
        _ records: some Swift.Sequence<Record>,
        _ playbook: Playbook,
        _ steps: StepSet
    ) throws(Refusal) {
        let range = Array(plan.keys.drop { $0 != first })
        let begun = range.filter(state.hasBegun)
        guard !begun.isEmpty else { throw .notReached(first) }
        // The controllers are of the package of the API server.
        let isController = first.phase == PhaseName.controllers
        let judged = plan.keys.drop { $0 != first && !(isController && $0.hop == first.hop) }
        try Self.refuseForGood(judged.filter { !Self.leadsBack($0) }, plan, state, records, steps)
        let workers = begun.filter(Self.isOfWorker).lanes
        let hosts = workers.reversed().compactMap { key in playbook.hosts.first { .host($0.name) == key.target } }
        if let both = hosts.first(where: { $0.roles.contains(.controlPlane) }) {
            throw .runsAPIServer(host: both.name)
        }
        self.first = first
        // Workers of two hops would have the control plane of the second between them.
        hop = PlannedHop(id: workers.first?.hop ?? first.hop, phases: StepCatalog.rollback(of: hosts, playbook))
        let taken = Set(range)
        effects = state.ledger.entries.reversed().filter { taken.contains($0.key) && !$0.staysForRollback }.map(
            \.effect
        )
    }

    /// Whether the lane of a step can be taken back whatever it did, or may stay as it is.
    private static func leadsBack(_ key: StepKey) -> Bool {
        // Clients may be a release newer than their servers.
        // - Source: kubernetes/website, version-skew-policy.md, kubectl
        isOfWorker(key) || key.step == InstallClients().id
    }

    private static func isOfWorker(_ key: StepKey) -> Bool { key.phase.kind == PhaseName.workers }

    /// Refuses where a step has changed something for good; names where that kind of step has begun in the last such hop.
    private static func refuseForGood(
        _ keys: [StepKey],
        _ plan: Plan,
        _ state: RunState,
        _ records: some Swift.Sequence<Record>,
        _ steps: StepSet
    ) throws(Refusal) {
        let meant = Set(keys)
        var changed: [StepKey: String] = [:]
        for case .intended(let key, _, _, let action) in records where action.isForGood && meant.contains(key) {
            changed[key] = action.title
        }
        let points = { (key: StepKey) in steps.steps[key.step]?.pointOfNoReturn }
        // A control plane that was new already has not been changed by this run, and is new all the same.
        let isForGood = { (key: StepKey) in changed[key] != nil || points(key) != nil && state.done.contains(key) }
        guard let last = keys.last(where: isForGood),
            let named = keys.first(where: { $0.hop == last.hop && $0.step == last.step && isForGood($0) })
        else { return }
        if let why = points(named) { throw .pointOfNoReturn(PointOfNoReturn(key: named, why: why)) }
        throw .changedForGood(named, why: changed[named] ?? "")
    }
}
