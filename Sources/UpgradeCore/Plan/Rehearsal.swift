/// Walks a plan on a simulated cluster that was seeded by the survey, and tells what each step would do.
///
/// The same machine, driver and steps as in a run; only the cluster is simulated and time does not pass.
public enum Rehearsal {
    /// What a rehearsal found.
    public struct Script: Hashable, Sendable {
        /// The steps in the order of the plan, each with the actions that it performed.
        public var steps: [Line]
        /// How the rehearsal ended.
        public var stop: StopReason
        /// The failures of the steps that failed.
        public var failures: [StepKey: Failure]
    }

    /// One step and what it would do.
    public struct Line: Hashable, Sendable {
        /// Its place in the plan, from 1.
        public var number: Int
        /// The step.
        public var key: StepKey
        /// What it is for.
        public var title: String
        /// What it would do; empty when it only looks.
        public var actions: [Action]
        /// Whether the rehearsal came as far as this step.
        public var isReached: Bool
    }

    /// Rehearses the plan.
    ///
    /// - Throws: `DriverError` for a mistake of ours.
    public static func perform(
        plan: Plan,
        run: String,
        playbook: Playbook,
        steps: StepSet,
        hops: [HopID: HopFacts],
        cluster: ClusterState,
        until: HopID? = nil
    ) async throws(DriverError) -> Script {
        var cluster = cluster
        // A rollback is for nodes that are not Ready: whether one is, once the older kubelet runs, the gate of its lane tells.
        for lane in plan.takesBack == nil ? [] : plan.hops.flatMap(\.phases).flatMap(\.lanes) {
            guard case .host(let name) = lane.target, let node = playbook.host(name)?.node else { continue }
            cluster.nodes[node]?.isReady = true
        }
        let clock = VirtualClock()
        let recorder = MemoryRecorder()
        let driver = Driver(
            run: run,
            plan: plan,
            playbook: playbook,
            steps: steps,
            hops: hops,
            access: SimulatedCluster(cluster, clock: clock),
            clock: clock
        )
        let stop = try await driver.walk(recorder: recorder, until: until)
        var actions: [StepKey: [Action]] = [:]
        for case .intended(let key, _, _, let action) in recorder.records {
            actions[key, default: []].append(action)
        }
        let lines = plan.keys.enumerated().map { number, key in
            Line(
                number: number + 1,
                key: key,
                title: steps.steps[key.step]?.title ?? "",
                actions: actions[key] ?? [],
                isReached: recorder.state.done.contains(key) || recorder.state.failed[key] != nil
            )
        }
        return Script(steps: lines, stop: stop, failures: recorder.state.failed.mapValues(\.failure))
    }
}
