import UpgradeCore

/// Puts what was restored in the place of a member's data, which stays beside it.
///
/// Needs every member stopped: one that ran on would be of another cluster than those that come.
struct SwapEtcd: Step {
    let id: StepID = "swap-etcd"
    let title = "Put the restored data in place"

    func longest(_ context: StepContext) -> Duration { context.playbook.deadlines.backup }

    func probes(_ context: StepContext) -> [Probe] {
        [.etcdRestore(host: context.hostName, mark: context.run)]
            + context.playbook.hosts(.etcd).map { .unit(host: $0.name, unit: UnitName.etcd) }
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        guard let source = context.plan.restores else { return [] }
        let host = context.hostName
        let state = try seen.etcdRestore(on: host, by: context.run)
        if state.inPlace == source.sha256 { return [] }
        guard state.staged == source.sha256 else { throw .unmet(.etcdNotInPlace(host: host)) }
        for other in context.playbook.hosts(.etcd) where try seen.unit(UnitName.etcd, on: other.name).isActive {
            throw .unmet(.unitStillRuns(host: other.name, unit: UnitName.etcd))
        }
        return [.swapEtcd(host: host, mark: context.run)]
    }
}
