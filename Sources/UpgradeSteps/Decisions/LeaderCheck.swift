import UpgradeCore

/// Whether a controller has a leader that does its work.
enum LeaderCheck {
    /// Twice the time after which another candidate takes over a lock that is not renewed (15 s by default:
    /// Kubernetes 1.14, client-go tools/leaderelection, LeaseDuration); older than that, nobody leads.
    static let limit = Duration.seconds(30)

    /// What is wrong; `nil` when a leader is seen.
    static func unmet(_ component: String, _ seen: Observation) throws(StepError) -> Unmet? {
        guard let leader = try seen.leader(of: component), .seconds(leader.secondsSinceRenewal) <= limit else {
            return .noLeader(component: component)
        }
        return nil
    }
}
