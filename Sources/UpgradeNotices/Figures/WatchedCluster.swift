public import UpgradeCore

/// A cluster that tells what its API servers answered; everything is passed on as it is.
public struct WatchedCluster: ClusterAccess {
    private let base: any ClusterAccess
    private let saw: @Sendable (_ host: String, _ isHealthy: Bool) -> Void

    /// Watches a cluster.
    ///
    /// - Parameters:
    ///   - base: the cluster.
    ///   - saw: told of each look at an API server on its own address.
    public init(_ base: any ClusterAccess, saw: @escaping @Sendable (_ host: String, _ isHealthy: Bool) -> Void) {
        self.base = base
        self.saw = saw
    }

    /// Asks, and tells of API servers.
    public func answer(_ probes: [Probe]) async throws(AccessError) -> Observation {
        let seen = try await base.answer(probes)
        for (probe, answer) in seen.answers {
            if case .apiServer(let host) = probe, case .apiServer(let state) = answer { saw(host, state.isHealthy) }
        }
        return seen
    }

    /// Performs.
    public func perform(
        _ action: Action,
        as job: JobID,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) {
        try await base.perform(action, as: job, report: report)
    }

    /// Waits.
    public func settle(
        _ action: Action,
        as job: JobID,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) {
        try await base.settle(action, as: job, report: report)
    }
}
