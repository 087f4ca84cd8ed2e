import UpgradeCore

/// Whether every etcd member is there and well.
enum EtcdCheck {
    /// The questions it needs.
    static func probes(_ context: StepContext) -> [Probe] {
        context.playbook.hosts(.etcd).map { .etcdMember(host: $0.name) }
    }

    /// The first thing that is wrong; `nil` when all is well.
    static func unmet(_ seen: Observation, _ context: StepContext) throws(StepError) -> Unmet? {
        let hosts = context.playbook.hosts(.etcd)
        for host in hosts {
            let member = try seen.etcdMember(on: host.name)
            if let alarm = member.alarms.first { return .etcdAlarm(host: host.name, alarm: alarm) }
            if !member.isHealthy { return .etcdUnhealthy(host: host.name) }
            if member.memberCount != hosts.count {
                return .etcdMemberMissing(known: member.memberCount, expected: hosts.count)
            }
        }
        return nil
    }
}
