import Synchronization
import Testing
import UpgradeCore
import UpgradeTestSupport

@Suite("A job that a failed attempt may have left running")
struct UnsettledJobTests {
    private static let overdue = AccessError.jobOverdue(host: "w1", unit: "u", deadline: .seconds(1))
    private static let away = AccessError.remote(.unreachable(host: "w1", address: "w1", reason: "no route"))
    private static let ended = AccessError.commandFailed(host: "w1", command: "apt-get", status: "exit 100", output: "")

    @Test("is waited for before the next attempt begins another", arguments: [overdue, away])
    func nextAttempt(error: AccessError) async throws {
        let scene = try Scene(etcd: 1, controlPlane: 1, workers: 1).small()
        let plan = try await scene.plan()
        let notes = Notes<String>()
        let access = staged(scene, notes, error)
        let memory = MemoryRecorder()
        #expect(try await scene.driver(plan, access).walk(recorder: memory) != .completed)
        #expect(try await scene.driver(plan, access).walk(recorder: memory) == .completed)
        let first = try #require(notes.all.first)
        let name = try #require(first.split(separator: " ").last)
        #expect(Array(notes.all.prefix(2)) == ["perform \(name)", "settle \(name)"])
        #expect(notes.all.count { $0 == "perform \(name)" } == 1, "its name is not used again")
        #expect(memory.state.unsettled.isEmpty)
    }

    @Test(
        "may belong to a step that is gone on with: its time is counted from then, and nobody says that it changed nothing"
    )
    func goneOnWith() async throws {
        let scene = try Scene(etcd: 1, controlPlane: 1, workers: 1).small()
        let plan = try await scene.plan()
        let key = try #require(plan.keys.first)
        let cordon = Action.cordon(node: "w1.example.org", mark: scene.run)
        for wasPerformed in [false, true] {
            let clock = VirtualClock()
            let cluster = SimulatedCluster(scene.cluster, clock: clock)
            let job = JobID(run: scene.run, key: key, attempt: 1, index: 0)
            if wasPerformed { try await cluster.perform(cordon, as: job) { _ in } }
            var access = StagedAccess(cluster)
            access.before = { _, _ in try? await clock.sleep(for: .seconds(7)) }
            let ended = Notes<(StepKey, Duration, Bool)>()
            let observer = Listener { notice in
                if case .stepEnded(let key, let took, let changed) = notice { ended.add((key, took, changed)) }
            }
            let memory = MemoryRecorder([.begun(key, attempt: 1), .intended(key, attempt: 1, index: 0, cordon)])
            _ = try await scene.driver(plan, access, clock: clock, observer: observer).walk(recorder: memory)
            let first = try #require(ended.all.first)
            #expect(first.0 == key && first.2 && (first.1 >= .seconds(7)) != wasPerformed, "\(first)")
        }
    }

    @Test("is waited for again when the first wait was given up", arguments: [overdue, away])
    func waitGivenUp(error: AccessError) async throws {
        let scene = try Scene(etcd: 1, controlPlane: 1, workers: 1).small()
        let plan = try await scene.plan()
        let key = try #require(plan.keys.first { $0.step == "drain" })
        let drain = Action.drain(node: "w1.example.org", options: scene.playbook.drain)
        let memory = MemoryRecorder([.begun(key, attempt: 1), .intended(key, attempt: 1, index: 0, drain)])
        for _ in 1...2 {
            memory.append([.failed(key, attempt: 1, .access(error))])
            var lane = LaneMachine(keys: [key], resuming: memory.state)
            #expect(try lane.handle(.started) == [.settle(key, drain, attempt: 1, index: 0)])
            #expect(try lane.handle(.settled) == [.save(.begun(key, attempt: 2))])
        }
    }

    @Test("is not looked for when the failure says how it ended")
    func ended() throws {
        let key = try #require(StepKey("1.12-1.13/workers/install-node@w1"))
        let install = Action.refreshPackageLists(host: "w1")
        let memory = MemoryRecorder([
            .begun(key, attempt: 1), .intended(key, attempt: 1, index: 0, install),
            .failed(key, attempt: 1, .access(Self.ended)),
        ])
        var lane = LaneMachine(keys: [key], resuming: memory.state)
        #expect(try lane.handle(.started) == [.save(.begun(key, attempt: 2))])
        #expect(!memory.state.mayHaveLeftSomething)
    }

    @Test("of a later step in the lane is waited for when the lane comes to it")
    func laterStep() throws {
        let keys = ["cordon", "drain"].compactMap { StepKey("1.12-1.13/workers/\($0)@w1") }
        let drain = Action.refreshPackageLists(host: "w1")
        let memory = MemoryRecorder([
            .begun(keys[1], attempt: 1), .intended(keys[1], attempt: 1, index: 2, drain),
            .failed(keys[1], attempt: 1, .access(Self.overdue)),
        ])
        var lane = LaneMachine(keys: keys, resuming: memory.state)
        for event in [LaneEvent.started, .saved, .decided([]), .gateOpened] { _ = try lane.handle(event) }
        #expect(try lane.handle(.saved) == [.settle(keys[1], drain, attempt: 1, index: 2)])
        #expect(try lane.handle(.settled) == [.save(.begun(keys[1], attempt: 2))])
    }

    @Test("is waited for by cleanup before anything is undone, and then is not in doubt any more")
    func cleanup() async throws {
        let scene = try Scene(etcd: 1, controlPlane: 1, workers: 1).small()
        let plan = try await scene.plan()
        let notes = Notes<String>()
        let access = staged(scene, notes, Self.overdue)
        let memory = MemoryRecorder()
        _ = try await scene.driver(plan, access).walk(recorder: memory)
        #expect(memory.state.mayHaveLeftSomething)
        _ = try await Cleanup.perform(run: scene.run, recorder: memory, access: access) { _ in }
        #expect(notes.all.map { $0.prefix(6) } == ["perfor", "settle", "uncord"])
        #expect(!memory.state.mayHaveLeftSomething)
    }

    @Test("that cannot be waited for keeps its lane as it is: a node that may still be drained stays cordoned")
    func cannotBeWaitedFor() async throws {
        let scene = try Scene(etcd: 1, controlPlane: 1, workers: 1).small()
        let plan = try await scene.plan()
        let memory = MemoryRecorder()
        let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
        var access = StagedAccess(cluster)
        access.after = { if case .drain = $0 { Self.overdue } else { nil } }
        access.refusal = Self.away
        _ = try await scene.driver(plan, access).walk(recorder: memory)
        let outcomes = try await Cleanup.perform(run: scene.run, recorder: memory, access: access) { _ in }
        let drain = try #require(plan.keys.first { $0.step == "drain" })
        #expect(outcomes == [.unsettled(drain, Self.away)])
        #expect(await cluster.state.nodes["w1.example.org"]?.isCordoned == true)
        #expect(memory.state.ledger.entries.count == 1)
    }

    /// The first drain goes on running although its answer is an error.
    private func staged(_ scene: Scene, _ notes: Notes<String>, _ error: AccessError) -> StagedAccess {
        let once = Once()
        var access = StagedAccess(SimulatedCluster(scene.cluster, clock: VirtualClock()))
        access.before = { action, job in
            if case .drain = action { notes.add("perform \(job.unitName)") }
            if case .uncordon = action { notes.add("uncordon") }
        }
        access.after = { action in
            guard case .drain = action, once.take() else { return nil }
            return error
        }
        access.settling = { _, job in notes.add("settle \(job.unitName)") }
        return access
    }
}
