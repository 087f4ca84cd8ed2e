import UpgradeCore

/// Whether a controller has a leader that does its work.
enum LeaderCheck {
    /// The time after which another candidate takes over a lock that is not renewed; a leader renews every 2 s.
    ///
    /// - Source: Kubernetes 1.14, client-go tools/leaderelection, LeaseDuration
    static let limit = Duration.seconds(15)

    /// What is wrong; `nil` when a leader is seen.
    static func unmet(_ component: String, _ seen: Observation) throws(StepError) -> Unmet? {
        guard let leader = try seen.leader(of: component), .seconds(leader.secondsSinceRenewal) <= limit else {
            return .noLeader(component: component)
        }
        return nil
    }

    /// The same right after the unit was restarted: the lock must have been renewed since then.
    ///
    /// The lock of a leader that was just stopped looks fresh until its lease has run out, and meanwhile nobody takes a
    /// pod that goes away out of its Service.
    static func unmet(
        _ component: String,
        since unit: UnitState,
        _ seen: Observation
    ) throws(StepError) -> Unmet? {
        if let unmet = try unmet(component, seen) { return unmet }
        guard let leader = try seen.leader(of: component), let active = unit.activeSeconds,
            leader.secondsSinceRenewal < active
        else { return .noLeader(component: component) }
        return nil
    }
}
