/// A cluster that may be changed only while its lease is held.
///
/// The one way to act: `Worlds` gives an access that only looks, and this one for a lease that was taken. Before every
/// action the lease's own clock is asked; the token goes with the action to its host, which refuses an older one than it
/// has seen. So it does not matter how long the process sleeps between the look at the clock and the act.
public struct FencedAccess: ClusterAccess {
    private let base: any ClusterAccess
    private let lease: LeaseHold

    /// Acts on `base` under `lease`.
    public init(_ base: any ClusterAccess, _ lease: LeaseHold) {
        self.base = base
        self.lease = lease
    }

    /// Asks the cluster; looking needs no lease.
    ///
    /// - Throws: as the cluster does.
    public func answer(
        _ probes: [Probe],
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) -> Observation {
        try await base.answer(probes, report: report)
    }

    /// Performs the action under the lease.
    ///
    /// - Throws: `AccessError.leaseLost`, with nothing begun, when the lease is not ours any more; else as the cluster
    ///   does.
    public func perform(
        _ action: Action,
        as job: JobID,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) {
        lease.note(step: job.key)
        try lease.check()
        var job = job
        job.fence = lease.token
        do throws(AccessError) {
            try await base.perform(action, as: job, report: report)
        } catch {
            if case .leaseLost(let loss) = error { lease.lose(loss) }
            throw error
        }
    }

    /// Waits as the cluster does; waiting needs no lease.
    ///
    /// - Throws: as the cluster does.
    public func settle(
        _ action: Action,
        as job: JobID,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) {
        try await base.settle(action, as: job, report: report)
    }
}
