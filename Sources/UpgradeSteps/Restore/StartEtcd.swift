import UpgradeCore

/// Starts the etcd member of a host on what was restored, and waits until all members answer with the snapshot's data.
///
/// Needs that data in place on every host. The lanes go side by side, for a member is up only with a majority of them.
struct StartEtcd: Step {
    let id: StepID = "start-etcd"
    let title = "Start etcd on the restored data"

    func longest(_ context: StepContext) -> Duration { context.playbook.deadlines.daemon * 2 }

    func probes(_ context: StepContext) -> [Probe] {
        RestoreCheck.probes(context) + [.unit(host: context.hostName, unit: UnitName.etcd)]
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        let host = context.hostName
        let state = try seen.unit(UnitName.etcd, on: host)
        guard state.isMasked else { return [] }
        guard context.isOurMask(host: host, unit: UnitName.etcd) else {
            throw .unmet(.unitMasked(host: host, unit: UnitName.etcd))
        }
        try RestoreCheck.refuse(seen, context, unless: { $0.inPlace })
        return [.unpause(host: host, unit: UnitName.etcd)]
    }

    func gate(_ context: StepContext) -> Gate? {
        Gate(
            probes: EtcdCheck.probes(context) + RestoreCheck.probes(context),
            deadline: context.playbook.deadlines.daemon,
            interval: GateInterval.daemon,
            measured: { (seen) throws(StepError) in try GateReadings.etcd(seen, context) },
            verdict: { (seen) throws(StepError) -> Verdict in
                if let unmet = try EtcdCheck.unmet(seen, context) { return .waiting(unmet) }
                if let unmet = try RestoreCheck.content(seen, context) { return .waiting(unmet) }
                return .open
            }
        )
    }
}
