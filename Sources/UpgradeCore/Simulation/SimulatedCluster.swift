/// A simulated cluster behind the seam that a live one has.
///
/// Simulated, not real. Time passes on `clock` only; each mutation goes through `change`, which may persist it.
public actor SimulatedCluster: ClusterAccess {
    /// The cluster as it is now.
    public private(set) var state: ClusterState
    private let clock: any Clock<Duration>
    private let pace: Duration
    private let failures: [SimulatedFailure]
    private let change: @Sendable (ClusterState) throws(AccessError) -> Void

    /// Makes a cluster.
    ///
    /// - Parameters:
    ///   - state: the cluster to begin with.
    ///   - clock: passes while an action is performed.
    ///   - pace: how long an action takes on `clock`.
    ///   - failures: steps whose actions fail, with nothing done.
    ///   - change: called with the state after each change, before the action counts as done.
    public init(
        _ state: ClusterState,
        clock: any Clock<Duration>,
        pace: Duration = .zero,
        failures: [SimulatedFailure] = [],
        change: @escaping @Sendable (ClusterState) throws(AccessError) -> Void = { _ in }
    ) {
        self.state = state
        self.clock = clock
        self.pace = pace
        self.failures = failures
        self.change = change
    }

    /// Answers as the cluster is now.
    ///
    /// - Throws: `AccessError.refusedBySimulation` for what is not simulated.
    public func answer(
        _ probes: [Probe],
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) -> Observation {
        var seen = Observation()
        seen.reserve(probes.count)
        for probe in probes {
            seen.record(try state.answer(probe), to: probe)
        }
        return seen
    }

    /// Performs the action; a job that has ended under this name is not performed again.
    ///
    /// - Throws: `AccessError` when a real cluster would refuse.
    public func perform(
        _ action: Action,
        as job: JobID,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) {
        // As every host does: an older token than was seen, or none where there was one, is refused.
        if let seen = state.fence, (job.fence ?? 0) < seen {
            throw .leaseLost(.fenced(host: "simulated", seen: seen))
        }
        try state.refuseAnotherMachine(action, job)
        if action.isJob, state.jobs.contains(job.unitName) { return }
        if failures.contains(where: { $0.isOf(job) }) {
            await pass()
            throw .commandFailed(
                host: job.key.target.description,
                command: action.title,
                status: "exit 1",
                output: "this failure is simulated: `simulation.failures` in the playbook asks for it"
            )
        }
        // In place: a copy of a cluster of hundreds of hosts for each action would cost more than all else in a walk.
        try await untilFree(report) { (state) throws(AccessError) in
            try state.begin(action)
            state.mark(action, job)
        }
        try change(state)
        await pass()
        // Another lane may have acted meanwhile: the end is applied to what the cluster is then.
        try await untilFree(report) { (state) throws(AccessError) in
            try state.end(action)
            state.unmark(action)
        }
        if action.isJob {
            state.jobs.insert(job.unitName)
        }
        try change(state)
    }

    /// Simulated jobs end with the action; none is ever left behind.
    public func settle(
        _ action: Action,
        as job: JobID,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) {}

    /// Changes the cluster as somebody else might, in tests and rehearsals.
    public func meddle(_ body: @Sendable (inout ClusterState) -> Void) {
        body(&state)
    }

    func replaceLease(_ record: LeaseRecord, version: Int) throws(AccessError) {
        let before = (state.lease, state.leaseVersion)
        (state.lease, state.leaseVersion) = (record, version)
        do throws(AccessError) {
            try change(state)
        } catch {
            (state.lease, state.leaseVersion) = before
            throw error
        }
    }

    func replaceFence(_ token: Int) throws(AccessError) {
        state.fence = token
        try change(state)
    }

    /// Changes the cluster; where actions take time, a drain that is blocked is tried again until its deadline.
    private func untilFree(
        _ report: @Sendable (ActionProgress) -> Void,
        _ body: (inout ClusterState) throws(AccessError) -> Void
    ) async throws(AccessError) {
        var tries = 1
        while true {
            do throws(AccessError) {
                return try body(&state)
            } catch .drainBlocked(let node, let by, let deadline) {
                report(.blocked(by))
                // kubectl tries an eviction that was refused again after 5 s (Kubernetes 1.14, pkg/kubectl/drain); one
                // try takes a pace here.
                guard pace > .zero, .seconds(5) * tries < deadline, !Task.isCancelled else {
                    throw .drainBlocked(node: node, by: by, deadline: deadline)
                }
            }
            tries += 1
            await pass()
        }
    }

    private func pass() async {
        // A cancelled sleep ends early; the action ends all the same.
        try? await clock.sleep(for: pace)
    }
}
