import Synchronization
import Testing
import UpgradeCore
import UpgradeTestSupport

/// Law: two runs on one cluster, the first of them frozen beyond its time to live and woken: once the second has done
/// something, the first does nothing more.
@Suite("Law: one run at a time")
struct OneRunAtATimeTests {
    /// Where the first run is frozen.
    enum Freeze: CaseIterable, Sendable {
        /// Before it looks whether the lease is still its own.
        case beforeCheck
        /// After that look and before the host begins the action: no clock of ours can know.
        case afterCheck
    }

    @Test(
        "frozen at any action and woken after another run has taken over, a run changes nothing more",
        arguments: Freeze.allCases
    )
    func frozen(freeze: Freeze) async throws {
        let scene = try Scene(etcd: 1, controlPlane: 2, workers: 2)
        let plan = try await scene.plan()
        let whole = try await Duel(scene, plan, freeze, at: .max, for: .zero).fight()
        #expect(whole.first == .completed)
        let actions = whole.applied.count
        #expect(actions > 30)
        // A prime stride lands on every kind of action; the seed also says how long the freeze lasts.
        for action in stride(from: 1, through: actions, by: 3) {
            let end = try await Duel(scene, plan, freeze, at: action, for: .seconds(120 + action)).fight()
            let what: Comment = "frozen \(freeze) action \(action)"
            guard case .leaseLost = end.first else {
                Issue.record("\(what): the first run ended as \(String(describing: end.first))")
                continue
            }
            #expect(end.second == .completed, what)
            #expect(end.lateActions == [], what)
            #expect(end.twice == [], what)
        }
    }

    @Test("frozen shorter than its time to live, with nobody about, a run goes on")
    func frozenShortly() async throws {
        let scene = try Scene(etcd: 1, controlPlane: 1, workers: 1)
        let plan = try await scene.plan()
        let end = try await Duel(scene, plan, .beforeCheck, at: 9, for: .seconds(119), isContested: false).fight()
        #expect(end.first == .completed)
    }

    @Test("frozen beyond its time to live, a run stops before its next action even if nobody took over")
    func frozenAlone() async throws {
        let scene = try Scene(etcd: 1, controlPlane: 1, workers: 1)
        let plan = try await scene.plan()
        let end = try await Duel(scene, plan, .beforeCheck, at: 9, for: .seconds(120), isContested: false).fight()
        #expect(end.first == .leaseLost(.lapsed(after: .seconds(120))))
        #expect(end.applied.count == 8)
    }

    @Test("a host that was wiped and knows no token does not let a frozen run go on: its own clock stops it")
    func wipedHosts() async throws {
        let scene = try Scene(etcd: 1, controlPlane: 1, workers: 1)
        let plan = try await scene.plan()
        let duel = Duel(scene, plan, .beforeCheck, at: 9, for: .seconds(120), wipesHosts: true)
        let end = try await duel.fight()
        guard case .leaseLost = end.first else {
            Issue.record("the first run ended as \(String(describing: end.first))")
            return
        }
        #expect(end.lateActions == [])
    }
}

/// Numbers what happens side by side, each once.
private final class Counter: Sendable {
    private let last = Mutex(0)

    func next() -> Int {
        last.withLock { last in
            last += 1
            return last
        }
    }
}

/// Two runs on one simulated cluster.
private struct Duel {
    struct End {
        var first: StopReason?
        var second: StopReason?
        /// Every action that changed the cluster, of both.
        var applied: [Action]
        /// What the first did after the second had begun.
        var lateActions: [Action]
        /// Packages that were installed twice at one version.
        var twice: [Action]
    }

    let scene: Scene
    let plan: Plan
    let freeze: OneRunAtATimeTests.Freeze
    /// The action of the first run at which it is frozen, from 1.
    let action: Int
    let time: Duration
    var isContested = true
    var wipesHosts = false
    private let terms = LeaseTerms(heartbeat: .seconds(10), ttl: .seconds(120))

    init(
        _ scene: Scene,
        _ plan: Plan,
        _ freeze: OneRunAtATimeTests.Freeze,
        at action: Int,
        for time: Duration,
        isContested: Bool = true,
        wipesHosts: Bool = false
    ) {
        self.scene = scene
        self.plan = plan
        self.freeze = freeze
        self.action = action
        self.time = time
        self.isContested = isContested
        self.wipesHosts = wipesHosts
    }

    func fight() async throws -> End {
        let clock = VirtualClock()
        let cluster = SimulatedCluster(scene.cluster, clock: clock)
        let begun = Notes<Action>()
        let late = Notes<Action>()
        let trace = Trace()
        let ends = Notes<StopReason>()
        let count = Counter()
        let lease = try await hold("first", cluster, clock, takesOver: false)
        let meet: @Sendable (Action) async -> Void = { next in
            if count.next() == action {
                // The first run does not run while time passes, and sends no heartbeat.
                try? await clock.sleep(for: time)
                guard isContested else { return }
                do {
                    let other = try await hold("second", cluster, clock, takesOver: true)
                    if wipesHosts { await cluster.meddle { $0.fence = nil } }
                    var second = StagedAccess(cluster)
                    second.before = { action, _ in begun.add(action) }
                    let driver = scene.driver(plan, FencedAccess(second, other), clock: clock)
                    // From a copy of the first one's journal, as whoever takes a dead operator's place has it.
                    let records = trace.events.compactMap { event -> Record? in
                        if case .recorded(let record) = event { record } else { nil }
                    }
                    ends.add(try await driver.walk(recorder: MemoryRecorder(records)))
                    if wipesHosts { await cluster.meddle { $0.fence = nil } }
                } catch {
                    Issue.record("the second run could not begin: \(error)")
                }
            } else {
                // A heartbeat beside every action, as one comes in a run.
                await lease.beat()
            }
        }
        var host = StagedAccess(cluster)
        host.before = { next, _ in
            if freeze == .afterCheck { await meet(next) }
        }
        host.after = { next in
            if !begun.all.isEmpty { late.add(next) }
            return nil
        }
        var first = StagedAccess(FencedAccess(host, lease))
        first.before = { next, _ in
            if freeze == .beforeCheck { await meet(next) }
        }
        let recorder = TracedRecorder(MemoryRecorder(), trace)
        let stop = try await scene.driver(plan, first, clock: clock).walk(recorder: recorder)
        let applied = await cluster.state.applied
        return End(
            first: stop,
            second: ends.all.first,
            applied: applied,
            lateActions: late.all,
            twice: repeated(applied)
        )
    }

    private func repeated(_ applied: [Action]) -> [Action] {
        var seen: Set<Action> = []
        return applied.filter { action in
            guard case .install = action else { return false }
            return !seen.insert(action).inserted
        }
    }

    private func hold(
        _ run: String,
        _ cluster: SimulatedCluster,
        _ clock: VirtualClock,
        takesOver: Bool
    ) async throws -> LeaseHold {
        try await LeaseHold.acquire(
            cluster,
            as: LeaseHolder(user: "\(run)@host", run: run, reason: "", machine: run, process: run),
            terms: terms,
            clock: LeaseClock(clock, wall: { "never" }),
            takesOver: takesOver,
            isRunning: { _ in true }
        )
    }
}
