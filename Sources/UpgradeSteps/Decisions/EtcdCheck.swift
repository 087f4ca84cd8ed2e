import UpgradeCore

/// Whether every etcd member is there and well.
enum EtcdCheck {
    /// The questions it needs.
    static func probes(_ context: StepContext) -> [Probe] {
        context.playbook.hosts(.etcd).map { .etcdMember(host: $0.name) }
    }

    /// The first member whose database has come near its quota; `nil` while there is room for an upgrade's writes.
    ///
    /// Only before the first change: in the middle of one, going on frees more than stopping does. Nine tenths leave 200 MiB
    /// of the quota that a member has by itself; an upgrade writes every node's pods anew.
    static func nearQuota(_ seen: Observation, _ context: StepContext) throws(StepError) -> Unmet? {
        for host in context.playbook.hosts(.etcd) {
            let member = try seen.etcdMember(on: host.name)
            guard let quota = member.quota, member.databaseSize.bytes / 9 > quota.bytes / 10 else { continue }
            return .etcdNearQuota(host: host.name, size: member.databaseSize, quota: quota)
        }
        return nil
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
