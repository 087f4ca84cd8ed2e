import UpgradeCore

/// How far the restore has come on all etcd hosts.
enum RestoreCheck {
    /// The questions it needs.
    static func probes(_ context: StepContext) -> [Probe] {
        context.playbook.hosts(.etcd).map { .etcdRestore(host: $0.name, mark: context.run) }
    }

    /// Refuses while a host has not come to the snapshot of the plan.
    ///
    /// - Parameters:
    ///   - seen: the answers.
    ///   - context: the step's.
    ///   - sum: which snapshot a host has come to.
    /// - Throws: `.etcdNotInPlace`, `StepError.notObserved` when the step did not ask.
    static func refuse(
        _ seen: Observation,
        _ context: StepContext,
        unless sum: (EtcdRestoreState) -> String?
    ) throws(StepError) {
        for host in context.playbook.hosts(.etcd) {
            guard sum(try seen.etcdRestore(on: host.name, by: context.run)) == context.plan.restores?.sha256 else {
                throw .unmet(.etcdNotInPlace(host: host.name))
            }
        }
    }

    /// The first member that does not hold what the snapshot held; `nil` when all do.
    ///
    /// What writes to etcd beside the API may have begun again: a member may be ahead, and then as far as the others.
    static func content(_ seen: Observation, _ context: StepContext) throws(StepError) -> Unmet? {
        guard let source = context.plan.restores else { return nil }
        var newest: Int64?
        for host in context.playbook.hosts(.etcd) {
            let state = try seen.etcdRestore(on: host.name, by: context.run)
            let isThere = state.revision.map {
                $0 > source.revision || $0 == source.revision && state.keys == source.keys
            }
            guard isThere == true, newest == nil || newest == state.revision else {
                return .etcdContent(
                    host: host.name,
                    revision: state.revision,
                    keys: state.keys,
                    expected: max(newest ?? 0, source.revision),
                    expectedKeys: source.keys
                )
            }
            newest = state.revision
        }
        return nil
    }
}
