import Testing
import UpgradeCore
import UpgradeTestSupport

@Suite("A time after which nothing is begun")
struct WindowTests {
    private static let steps: [StepID] = [
        "cordon", "drain", "install-node", "restart-kubelet", "restart-kube-proxy", "node-ready", "uncordon",
    ]

    /// Workers alone, one after another; each of their six actions takes a minute.
    private func scene(workers: Int) throws -> Scene {
        var scene = try Scene(etcd: 1, controlPlane: 1, workers: workers)
        let all = scene.steps.steps
        scene.steps = StepSet(steps: Self.steps.compactMap { all[$0] }) { _, playbook, _ in
            let lanes = playbook.hosts(.worker).map { PlannedLane(target: .host($0.name), steps: Self.steps) }
            return [PlannedPhase(id: "workers", batch: 1, failureBudget: 0, lanes: lanes)]
        }
        scene.cluster.budgets = []
        return scene
    }

    private struct Walked {
        var stop: StopReason
        var record: RunState
        var took: Duration
        var cluster: ClusterState
    }

    private func walk(_ scene: Scene, minutes: Int?, times: StepTimes = StepTimes()) async throws -> Walked {
        let clock = VirtualClock()
        let cluster = SimulatedCluster(scene.cluster, clock: clock, pace: .seconds(60))
        let recorder = MemoryRecorder()
        var driver = scene.driver(try await scene.plan(), cluster, clock: clock)
        let start = clock.now
        if let minutes {
            driver.window = RunWindow(
                left: { .seconds(minutes * 60) - start.duration(to: clock.now) },
                times: times
            )
        }
        let stop = try await driver.walk(recorder: recorder)
        return Walked(
            stop: stop,
            record: recorder.state,
            took: start.duration(to: clock.now),
            cluster: await cluster.state
        )
    }

    private func done(_ walked: Walked) -> [String] {
        walked.record.done.filter { $0.step == "uncordon" }.map(\.target.description).sorted()
    }

    @Test("while nothing is known the deadlines count: no node is begun that may not be done in time")
    func deadlines() async throws {
        let scene = try scene(workers: 2)
        // drain 5 min, install 10, kubelet 3, kube-proxy 6, Ready 5.
        let short = try await walk(scene, minutes: 28)
        #expect(done(short) == [])
        #expect(short.record.inFlight.isEmpty && short.cluster.applied.isEmpty)
        guard case .outOfTime(let key, let needs) = short.stop else {
            Issue.record("\(short.stop)")
            return
        }
        #expect(key.step == "cordon" && key.target == .host("w1"))
        #expect(needs == .seconds(29 * 60))
        #expect(done(try await walk(scene, minutes: 29)).contains("w1"))
    }

    @Test("then the slowest node before it counts: as many are done as fit, each to its end")
    func history() async throws {
        let scene = try scene(workers: 12)
        let walked = try await walk(scene, minutes: 30)
        guard case .outOfTime(_, let needs) = walked.stop else {
            Issue.record("\(walked.stop)")
            return
        }
        let count = done(walked).count
        #expect(needs < .seconds(8 * 60) && count > 2 && count < 12, "\(count) in \(walked.took), next \(needs)")
        #expect(walked.took <= .seconds(30 * 60))
        #expect(walked.took + needs > .seconds(30 * 60), "one more would have fitted")
        #expect(walked.record.inFlight.isEmpty && walked.record.ledger.entries.isEmpty)
        #expect(walked.cluster.nodes.values.allSatisfy { !$0.isCordoned })
    }

    @Test("nodes that had nothing to do tell nothing of the next one")
    func nothingToDo() throws {
        let hop = HopID(from: MinorRelease(major: 1, minor: 12))
        func key(_ step: StepID, _ host: String) -> StepKey {
            StepKey(hop: hop, phase: "workers", step: step, target: .host(host))
        }
        var records: [(time: Double, record: Record)] = [
            (10, .begun(key("drain", "w1"), attempt: 1)), (11, .done(key("drain", "w1"))),
            (11, .begun(key("node-ready", "w1"), attempt: 1)), (12, .done(key("node-ready", "w1"))),
        ]
        #expect(StepTimes(records).longest(key("drain", "w3")) == nil)
        records += [
            (20, .begun(key("drain", "w2"), attempt: 1)),
            (21, .intended(key("drain", "w2"), attempt: 1, index: 0, .mask(host: "w2", unit: "x"))),
            (80, .done(key("drain", "w2"))),
            (80, .begun(key("node-ready", "w2"), attempt: 1)), (95, .done(key("node-ready", "w2"))),
        ]
        #expect(StepTimes(records).longest(key("drain", "w3")) == .seconds(60))
        #expect(StepTimes(records).longest(key("node-ready", "w3")) == .seconds(15))
        // What a killed process had in hand has not taken until the resume.
        records += [
            (100, .begun(key("drain", "w4"), attempt: 1)),
            (9000, .resumed(RunHeader(run: "r", planDigest: "", holder: "", reason: ""))),
            (9001, .done(key("drain", "w4"))),
        ]
        #expect(StepTimes(records).longest(key("drain", "w3")) == .seconds(60))
        // A clock that was set back has not made it take no time: its deadlines count.
        let back: [(time: Double, record: Record)] = [
            (100, .begun(key("drain", "w5"), attempt: 1)),
            (101, .intended(key("drain", "w5"), attempt: 1, index: 0, .mask(host: "w5", unit: "x"))),
            (40, .done(key("drain", "w5"))),
        ]
        #expect(StepTimes(back).longest(key("drain", "w3")) == nil)
    }

    @Test("a run that paused so is resumed, and without a time it is asked about none")
    func resumed() async throws {
        let scene = try scene(workers: 2)
        let clock = VirtualClock()
        let cluster = SimulatedCluster(scene.cluster, clock: clock)
        let recorder = MemoryRecorder()
        var driver = scene.driver(try await scene.plan(), cluster, clock: clock)
        driver.window = RunWindow(left: { .seconds(-1) })
        guard case .outOfTime = try await driver.walk(recorder: recorder) else {
            Issue.record("it did not pause")
            return
        }
        driver.window = nil
        #expect(try await driver.walk(recorder: recorder) == .completed)
    }
}
