import Synchronization
import Testing
import UpgradeCore
import UpgradeTestSupport

@Suite("What a run waits for")
struct WaitingTests {
    @Test("a gate that is not open does not hold the wish to stop", .timeLimit(.minutes(1)))
    func gate() async throws {
        var scene = try Scene(etcd: 1, controlPlane: 1, workers: 1)
        let step = Gated()
        scene.steps = StepSet(steps: [step]) { _, _, _ in
            let lane = PlannedLane(target: .cluster, steps: [step.id])
            return [PlannedPhase(id: "workers", batch: 1, failureBudget: 0, lanes: [lane])]
        }
        let plan = try await scene.plan()
        let interruption = Interruption()
        let access = Silent(SimulatedCluster(scene.cluster, clock: VirtualClock()), interruption)
        let recorder = MemoryRecorder()
        let stop = try await scene.driver(plan, access, interruption: interruption).walk(recorder: recorder)
        #expect(stop == .interrupted)
    }

    @Test("a gate is seen open within a tenth of what it took, and within its interval", arguments: [1, 5, 15, 60])
    func pace(opens: Int) async throws {
        var scene = try Scene(etcd: 1, controlPlane: 1, workers: 1)
        let clock = VirtualClock()
        let looks = Notes<Duration>()
        let start = clock.now
        let step = Opening(after: .seconds(opens)) {
            looks.add(start.duration(to: clock.now))
            return start.duration(to: clock.now)
        }
        scene.steps = StepSet(steps: [step]) { _, _, _ in
            let lane = PlannedLane(target: .cluster, steps: [step.id])
            return [PlannedPhase(id: "workers", batch: 1, failureBudget: 0, lanes: [lane])]
        }
        let access = SimulatedCluster(scene.cluster, clock: clock)
        let driver = try await scene.driver(scene.plan(), access, clock: clock)
        #expect(try await driver.walk(recorder: MemoryRecorder()) == .completed)
        let opened = Duration.seconds(opens)
        let seen = try #require(looks.all.last)
        #expect(seen >= opened && seen - opened <= min(.seconds(2), max(.milliseconds(250), opened / 10)), "\(seen)")
        #expect(looks.all.count < 60)
    }

    @Test("a job of before that does not end does not hold the wish to stop", .timeLimit(.minutes(1)))
    func settle() async throws {
        let scene = try Scene(etcd: 1, controlPlane: 1, workers: 1).small()
        let plan = try await scene.plan()
        let recorder = MemoryRecorder()
        let drain = try #require(plan.keys.first { $0.step == "drain" })
        let action = Action.drain(node: "w1.example.org", options: scene.playbook.drain)
        let before = try #require(plan.keys.first)
        try recorder.append([
            .done(before), .begun(drain, attempt: 1), .intended(drain, attempt: 1, index: 0, action),
        ])
        let interruption = Interruption()
        let access = Silent(SimulatedCluster(scene.cluster, clock: VirtualClock()), interruption)
        let stop = try await scene.driver(plan, access, interruption: interruption).walk(recorder: recorder)
        #expect(stop == .interrupted)
        #expect(recorder.state.inFlight[drain]?.intended != nil)
    }

    @Test("what was done may show only after some looks")
    func late() async throws {
        let scene = try Scene(etcd: 1, controlPlane: 1, workers: 1).small()
        let access = Late(SimulatedCluster(scene.cluster, clock: VirtualClock()))
        let recorder = MemoryRecorder()
        #expect(try await scene.driver(try await scene.plan(), access).walk(recorder: recorder) == .completed)
    }

    @Test("the plan begins at the oldest kubelet, however new the API servers are")
    func oldKubelet() async throws {
        var scene = try Scene(etcd: 1, controlPlane: 1, workers: 2, until: "1.14")
        let new = try #require(KubernetesVersion("1.13.10"))
        scene.cluster.hosts["cp1"]?.apiServer = APIServerState(isHealthy: true, version: new)
        let plan = try await scene.plan()
        #expect(plan.hops.map(\.id.description) == ["1.12-1.13", "1.13-1.14"])
    }

    @Test("two hosts that are one machine are refused by name")
    func oneMachine() async throws {
        var scene = try Scene(etcd: 1, controlPlane: 1, workers: 2)
        let machine = try #require(scene.cluster.hosts["w1"]?.identity.machineID)
        scene.cluster.hosts["w2"]?.identity.machineID = machine
        let twice = scene
        await #expect(throws: PlanError.machineTwice("w2", "w1")) { _ = try await twice.plan() }
    }
}

/// Waits for something that nobody answers.
private struct Gated: Step {
    let id: StepID = "gated"
    let title = "waits"

    func probes(_ context: StepContext) -> [Probe] { [] }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] { [] }

    func gate(_ context: StepContext) -> Gate? {
        Gate(
            probes: [.budgets],
            deadline: .seconds(60),
            interval: .seconds(1),
            measured: { _ in [] },
            verdict: { _ in .open }
        )
    }
}

/// Waits for a gate that opens after a time.
private struct Opening: Step {
    let id: StepID = "opening"
    let title = "waits"
    let after: Duration
    let elapsed: @Sendable () -> Duration

    init(after: Duration, _ elapsed: @escaping @Sendable () -> Duration) {
        self.after = after
        self.elapsed = elapsed
    }

    func probes(_ context: StepContext) -> [Probe] { [] }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] { [] }

    func gate(_ context: StepContext) -> Gate? {
        Gate(
            probes: [],
            deadline: .seconds(600),
            interval: .seconds(2),
            measured: { _ in [] },
            verdict: { _ in elapsed() >= after ? .open : .waiting(.apiServerUnhealthy(host: "cp1")) }
        )
    }
}

/// A cluster whose budgets and jobs are never told; the operator wishes to stop when they are asked for.
private struct Silent: ClusterAccess {
    let base: any ClusterAccess
    let interruption: Interruption

    init(_ base: any ClusterAccess, _ interruption: Interruption) {
        self.base = base
        self.interruption = interruption
    }

    func answer(
        _ probes: [Probe],
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) -> Observation {
        if probes == [.budgets] { try await beSilent() }
        return try await base.answer(probes, report: report)
    }

    func perform(
        _ action: Action,
        as job: JobID,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) {
        try await base.perform(action, as: job, report: report)
    }

    func settle(
        _ action: Action,
        as job: JobID,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) {
        try await beSilent()
    }

    private func beSilent() async throws(AccessError) {
        interruption.raise()
        // Turns enough for whoever would stop waiting; then the answer comes after all, and is too late.
        for _ in 0..<10_000 where !Task.isCancelled { await Task.yield() }
        if !Task.isCancelled { Issue.record("the wait was held") }
    }
}

/// A cluster that shows three times how it was before the last action.
private final class Late: ClusterAccess {
    private let base: SimulatedCluster
    private let old = Mutex<(cluster: SimulatedCluster, looks: Int)?>(nil)

    init(_ base: SimulatedCluster) { self.base = base }

    func answer(
        _ probes: [Probe],
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) -> Observation {
        let before = old.withLock { old -> SimulatedCluster? in
            guard let (cluster, looks) = old else { return nil }
            old = looks > 1 ? (cluster, looks - 1) : nil
            return cluster
        }
        return try await (before ?? base).answer(probes, report: report)
    }

    func perform(
        _ action: Action,
        as job: JobID,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) {
        let before = SimulatedCluster(await base.state, clock: VirtualClock())
        try await base.perform(action, as: job, report: report)
        old.withLock { $0 = (before, 3) }
    }

    func settle(
        _ action: Action,
        as job: JobID,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) {
        try await base.settle(action, as: job, report: report)
    }
}
