import UpgradeCore

/// Checks that every etcd member is there, healthy, without alarm, and has room left.
struct EtcdHealthy: Step {
    let id: StepID = "etcd-healthy"
    let title = "Every etcd member is healthy"

    func probes(_ context: StepContext) -> [Probe] { EtcdCheck.probes(context) }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        if let unmet = try EtcdCheck.unmet(seen, context) { throw .unmet(unmet) }
        if let unmet = try EtcdCheck.nearQuota(seen, context) { throw .unmet(unmet) }
        return []
    }
}
