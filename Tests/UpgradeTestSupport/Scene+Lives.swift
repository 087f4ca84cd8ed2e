public import UpgradeCore

extension Scene {
    /// Walks a plan on one cluster and one record, once for each switch; where it falls the process dies, and the next is
    /// its resume.
    ///
    /// - Returns: why the last life that was not killed stopped.
    public func lives(
        _ plan: Plan,
        _ switches: [KillSwitch],
        on cluster: SimulatedCluster,
        _ memory: MemoryRecorder,
        clock: VirtualClock = VirtualClock()
    ) async throws -> StopReason? {
        var stop: StopReason?
        for killSwitch in switches {
            let driver = driver(plan, MortalAccess(cluster, killSwitch), clock: clock)
            do {
                stop = try await driver.walk(recorder: MortalRecorder(memory, killSwitch))
            } catch .recorder {
                // Dead: what follows is the next life.
            }
        }
        return stop
    }
}
