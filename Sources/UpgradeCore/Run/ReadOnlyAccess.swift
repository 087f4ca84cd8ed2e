/// A cluster that may only be looked at: refuses every action, whatever a step decides.
public struct ReadOnlyAccess: ClusterAccess {
    private let base: any ClusterAccess

    /// Looks at `base`.
    public init(_ base: any ClusterAccess) {
        self.base = base
    }

    /// Asks the cluster.
    ///
    /// - Throws: as the cluster does.
    public func answer(
        _ probes: [Probe],
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) -> Observation {
        try await base.answer(probes, report: report)
    }

    /// Refuses.
    ///
    /// - Throws: `AccessError.refusedBySimulation`, always.
    public func perform(
        _ action: Action,
        as job: JobID,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) {
        throw .refusedBySimulation(reason: "nothing is changed by a check, and \(action) was asked for")
    }

    /// Nothing was begun, so nothing is waited for.
    public func settle(
        _ action: Action,
        as job: JobID,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) {}
}
