import Foundation
import Synchronization
import Testing
import UpgradeCore
import UpgradeNotices
import UpgradeTestSupport

@Suite("Silences in a real Alertmanager")
struct AlertmanagerTests {
    private let clock = VirtualClock()

    private func scene(_ alertmanager: AlertmanagerScene) throws -> Scene {
        try Scene(etcd: 1, controlPlane: 1, workers: 1) { $0.silences = [alertmanager.options] }
    }

    private func access(_ scene: Scene, _ base: any ClusterAccess) -> SilencedCluster {
        SilencedCluster(
            base,
            playbook: scene.playbook,
            web: CurlClient(),
            programs: LocalPrograms(lock: nil),
            clock: clock,
            now: { Date().timeIntervalSince1970 }
        )
    }

    private func job(_ scene: Scene) -> JobID {
        let hop = HopID(from: MinorRelease(major: 1, minor: 12))
        let key = StepKey(hop: hop, phase: "silence", step: "open-silences", target: .cluster)
        return JobID(run: scene.run, key: key, attempt: 1, index: 0)
    }

    @Test("a run opens one silence after its preflight, ends it with the hop, and leaves those of others")
    func run() async throws {
        let alertmanager = try await AlertmanagerScene()
        try await alertmanager.post("ours for the weekend", by: "somebody")
        let scene = try scene(alertmanager)
        let cluster = SimulatedCluster(scene.cluster, clock: clock)
        let recorder = MemoryRecorder()
        let driver = scene.driver(try await scene.plan(), access(scene, cluster))
        #expect(try await driver.walk(recorder: recorder) == .completed)
        let silences = try await alertmanager.silences()
        #expect(silences.filter { $0.createdBy == "somebody" }.map(\.status.state) == ["active"])
        #expect(silences.filter { $0.createdBy == AlertSilence.creator }.map(\.status.state) == ["expired"])
        #expect(recorder.state.ledger.entries.isEmpty)
        let silence = alertmanager.options.silence(run: scene.run)
        let intents = recorder.records.compactMap { record -> Action? in
            if case .intended(_, _, _, let action) = record { action } else { nil }
        }
        #expect(intents.filter { $0 == .openSilence(silence) }.count == 1)
        #expect(intents.last == .closeSilence(silence))
    }

    /// At every other effect the law "killed anywhere, silences" kills, where the Alertmanager is simulated.
    @Test("killed before or after it opens or ends the silence and resumed, a run has opened one and ended it")
    func killed() async throws {
        let alertmanager = try await AlertmanagerScene()
        var scene = try scene(alertmanager)
        let ids: [StepID] = ["open-silences", "keep-silences", "close-silences"]
        let every = scene.steps.steps
        let lane = PlannedLane(target: .cluster, steps: ids)
        let phase = PlannedPhase(id: "silence", batch: 1, failureBudget: 0, lanes: [lane])
        scene.steps = StepSet(steps: ids.compactMap { every[$0] }) { _, _, _ in [phase] }
        let plan = try await scene.plan()
        let whole = KillSwitch(at: 0, .before)
        let touches = try await lives(scene, plan, [whole]).touches
        #expect(touches.count == 2)
        var before = 1
        for effect in touches {
            for moment in KillSwitch.Moment.allCases {
                let first = KillSwitch(at: effect, moment)
                let record = try await lives(scene, plan, [first, KillSwitch(at: 0, .before)]).record
                let what: Comment = "killed \(moment) effect \(effect)"
                #expect(first.isDead, what)
                #expect(record.stop == .completed, what)
                let silences = try await alertmanager.silences()
                #expect(silences.allSatisfy { $0.status.state == "expired" }, what)
                #expect(silences.count == before + 1, what)
                before = silences.count
                #expect(record.ledger.entries.isEmpty, what)
            }
        }
    }

    /// Walks once for each kill switch, with one record; tells at which effects the first life came to its silences.
    private func lives(
        _ scene: Scene,
        _ plan: Plan,
        _ switches: [KillSwitch]
    ) async throws -> (record: RunState, touches: [Int]) {
        let memory = MemoryRecorder()
        let touches = Touches(switches[0])
        for killSwitch in switches {
            let access = access(scene, SimulatedCluster(scene.cluster, clock: clock))
            let mortal = TouchedAccess(base: MortalAccess(access, killSwitch), touches: touches)
            do throws(DriverError) {
                _ = try await scene.driver(plan, mortal).walk(recorder: MortalRecorder(memory, killSwitch))
            } catch {
                // Dead: what follows is the next life.
                guard case .recorder = error else { throw error }
            }
        }
        return (memory.state, touches.numbers)
    }

    @Test("cleanup ends the silence of a run that is given up; one that somebody has changed is left")
    func cleanup() async throws {
        let alertmanager = try await AlertmanagerScene()
        let scene = try scene(alertmanager)
        let silence = alertmanager.options.silence(run: scene.run)
        let access = access(scene, SimulatedCluster(scene.cluster, clock: clock))
        let key = job(scene).key
        for isChanged in [false, true] {
            let recorder = MemoryRecorder()
            recorder.append([.begun(key, attempt: 1), .intended(key, attempt: 1, index: 0, .openSilence(silence))])
            try await access.perform(.openSilence(silence), as: job(scene)) { _ in }
            recorder.append([.acted(key, attempt: 1, index: 0), .done(key)])
            let ours = try #require(try await alertmanager.silences().first { $0.status.state == "active" })
            if isChanged { try await alertmanager.post("longer, please", by: "somebody", id: ours.id) }
            let outcomes = try await Cleanup.perform(run: scene.run, recorder: recorder, access: access) { _ in }
            #expect(outcomes == [isChanged ? .notOurs(.silence(silence)) : .undone(.silence(silence))])
            let active = try await alertmanager.silences().filter { $0.status.state == "active" }
            #expect(active.map(\.createdBy) == (isChanged ? ["somebody"] : []))
        }
    }

    @Test("a silence is opened once however often it is asked for, and lasts anew when it has run down")
    func idempotent() async throws {
        let alertmanager = try await AlertmanagerScene()
        let scene = try scene(alertmanager)
        let late = Mutex(0.0)
        let access = SilencedCluster(
            SimulatedCluster(scene.cluster, clock: clock),
            playbook: scene.playbook,
            web: CurlClient(),
            programs: LocalPrograms(lock: nil),
            now: { Date().timeIntervalSince1970 + late.withLock { $0 } }
        )
        let silence = alertmanager.options.silence(run: scene.run)
        for _ in 0..<3 { try await access.perform(.openSilence(silence), as: job(scene)) { _ in } }
        #expect(try await alertmanager.silences().count == 1)
        late.withLock { $0 = 7 * 3600 }
        let probe = Probe.silence(silence)
        #expect(try await access.answer([probe]).silence(silence)?.secondsLeft ?? 0 < 6 * 3600)
        try await access.perform(.openSilence(silence), as: job(scene)) { _ in }
        #expect(try await access.answer([probe]).silence(silence)?.secondsLeft ?? 0 > 11 * 3600)
        #expect(try await alertmanager.silences().filter { $0.status.state != "expired" }.count == 1)
    }

    @Test("an Alertmanager that is away for a while is waited for; one that refuses is not")
    func away() async throws {
        let port = try Loopback.freePort()
        let scene = try Scene(etcd: 1, controlPlane: 1, workers: 1) { playbook in
            playbook.silences = [
                SilenceOptions(
                    name: "test",
                    alertmanager: "http://127.0.0.1:\(port)",
                    matchers: [AlertMatcher(name: "cluster", value: "test")]
                )
            ]
            playbook.deadlines.connect = .seconds(10)
        }
        let access = access(scene, SimulatedCluster(scene.cluster, clock: clock))
        let silence = scene.playbook.silences[0].silence(run: scene.run)
        let waits = Mutex(0)
        let error = await #expect(throws: AccessError.self) {
            try await access.perform(.openSilence(silence), as: job(scene)) { progress in
                if case .reconnecting = progress { waits.withLock { $0 += 1 } }
            }
        }
        // The clock is virtual: five waits of two seconds each.
        #expect(waits.withLock { $0 } == 5)
        #expect(error?.why.contains("127.0.0.1") == true, "\(String(describing: error))")
        // A step that only asks is told as well what it waits for, or nobody knows for minutes.
        let hearer = WaitHearer()
        let driver = try scene.driver(await scene.plan(), access, clock: clock, observer: hearer)
        _ = try await driver.walk(recorder: MemoryRecorder())
        #expect(hearer.heard.map(\.step) == ["open-silences"])
    }
}

/// Takes down which steps wait for something that is away.
private final class WaitHearer: RunObserver {
    private let keys = Mutex<Set<StepKey>>([])
    var heard: Set<StepKey> { keys.withLock { $0 } }

    func notice(_ notice: RunNotice) {
        if case .progress(let key, .reconnecting) = notice { keys.withLock { _ = $0.insert(key) } }
    }
}

/// The numbers of the effects that open or end a silence.
private final class Touches: Sendable {
    private let killSwitch: KillSwitch
    private let found = Mutex<[Int]>([])

    init(_ killSwitch: KillSwitch) { self.killSwitch = killSwitch }

    var numbers: [Int] { found.withLock { $0 } }

    /// The effect that comes next is one.
    func note() {
        let next = killSwitch.effects + 1
        found.withLock { $0.append(next) }
    }
}

/// A cluster that notes when a silence is opened or ended.
private struct TouchedAccess: ClusterAccess {
    var base: MortalAccess
    var touches: Touches

    func answer(
        _ probes: [Probe],
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) -> Observation { try await base.answer(probes, report: report) }

    func perform(
        _ action: Action,
        as job: JobID,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) {
        switch action {
        case .openSilence, .closeSilence: touches.note()
        default: break
        }
        try await base.perform(action, as: job, report: report)
    }

    func settle(
        _ action: Action,
        as job: JobID,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) {
        try await base.settle(action, as: job, report: report)
    }
}
