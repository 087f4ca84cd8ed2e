import Testing
import UpgradeCore
import UpgradeSteps
import UpgradeTestSupport

@Suite("Questions of the driver")
struct QuestionTests {
    private static let skip = Skip(by: "op@desk", reason: "a reason", consequence: "a consequence")
    private static let refused = AccessError.commandFailed(host: "w1", command: "apt", status: "exit 100", output: "no")

    @Test("retry makes another attempt at once, under a new name, and the run ends well")
    func retry() async throws {
        let scene = try Scene()
        let jobs = Notes<JobID>()
        let once = Once()
        var access = StagedAccess(SimulatedCluster(scene.cluster, clock: VirtualClock()))
        access.before = { action, job in if action.isJob, job.key.step == "install-node" { jobs.add(job) } }
        access.after = { action in
            guard case .install(host: "w1", _, _) = action, once.take() else { return nil }
            return Self.refused
        }
        let asked = Notes<FailureQuestion>()
        var driver = scene.driver(try await scene.plan(), access)
        driver.asker = Operator { question in
            asked.add(question)
            return .retry
        }
        let memory = MemoryRecorder()
        #expect(try await driver.walk(recorder: memory) == .completed)
        let question = try #require(asked.all.first)
        #expect(asked.all.count == 1)
        #expect(question.key.description == "1.12-1.13/workers/install-node@w1" && question.attempt == 1)
        #expect(question.failure == .access(Self.refused))
        // The command told its end, so nothing is waited for; its node is cordoned by then.
        #expect(question.left == nil)
        #expect(question.standing.ledger.entries.map(\.key.step) == ["cordon"])
        #expect(memory.records.contains(.begun(question.key, attempt: 2)))
        #expect(Set(jobs.all.map(\.unitName)).count == jobs.all.count)
    }

    @Test("retry waits first for a job of the attempt that may still run")
    func retryWaits() async throws {
        let scene = try Scene()
        let once = Once()
        let waited = Notes<JobID>()
        var access = StagedAccess(SimulatedCluster(scene.cluster, clock: VirtualClock()))
        access.after = { action in
            guard case .install(host: "w1", _, _) = action, once.take() else { return nil }
            return .jobOverdue(host: "w1", unit: "u", deadline: .seconds(1))
        }
        access.settling = { action, job in waited.add(job) }
        let asked = Notes<FailureQuestion>()
        var driver = scene.driver(try await scene.plan(), access)
        driver.asker = Operator { question in
            asked.add(question)
            return .retry
        }
        let memory = MemoryRecorder()
        #expect(try await driver.walk(recorder: memory) == .completed)
        let question = try #require(asked.all.first)
        #expect(question.left?.isJob == true)
        guard case .mayStillRun = question.hindrance else {
            Issue.record("\(String(describing: question.hindrance))")
            return
        }
        #expect(waited.all.map(\.key) == [question.key] && waited.all.map(\.attempt) == [1])
        let settled = try #require(memory.records.firstIndex(of: .begun(question.key, attempt: 2)))
        #expect(settled > 0)
    }

    @Test("a skip is refused where the step has left something in the ledger, or its job may still run")
    func hindered() async throws {
        let scene = try Scene()
        var access = StagedAccess(SimulatedCluster(scene.cluster, clock: VirtualClock()))
        access.after = { action in
            guard case .cordon = action else { return nil }
            return .remote(.lost(host: "cp1", sent: true, reason: "the connection broke"))
        }
        let asked = Notes<FailureQuestion>()
        var driver = scene.driver(try await scene.plan(), access)
        driver.asker = Operator { question in
            asked.add(question)
            return .skip(Self.skip)
        }
        let memory = MemoryRecorder()
        let stop = try await driver.walk(recorder: memory)
        let question = try #require(asked.all.first)
        #expect(question.hindrance == .leftOnCluster(.cordon(node: "w1.example.org", mark: "test")))
        #expect(stop == .failed([question.key]))
        #expect(memory.state.skipped.isEmpty && memory.state.failed[question.key] != nil)
    }

    @Test("while a question stands other lanes go on to their end, and abort then stops the run")
    func othersGoOn() async throws {
        let scene = try Scene(workers: 6) { $0.workerBatch = 3 }
        var access = StagedAccess(SimulatedCluster(scene.cluster, clock: VirtualClock()))
        access.after = { action in
            if case .install(host: "w1", _, _) = action { return Self.refused }
            return nil
        }
        let memory = MemoryRecorder()
        let ended = Notes<StepKey>()
        let asked = Notes<FailureQuestion>()
        var driver = scene.driver(try await scene.plan(), access)
        driver.observer = Listener { notice in
            if case .stepEnded(let key, _, _) = notice, key.step == "uncordon" { ended.add(key) }
        }
        driver.asker = Operator { question in
            asked.add(question)
            // Only once the others have ended: were they hindered, this would never be answered.
            for _ in 1...1_000_000 where ended.all.count < 2 { await Task.yield() }
            return .abort
        }
        guard case .failed(let keys) = try await driver.walk(recorder: memory) else {
            Issue.record("it did not stop")
            return
        }
        #expect(keys == asked.all.map(\.key) && keys.map(\.target) == [.host("w1")])
        #expect(Set(asked.all[0].standing.inHand.map(\.target)) == [.host("w2"), .host("w3")])
        #expect(Set(ended.all.map(\.target)) == [.host("w2"), .host("w3")])
    }

    @Test("the wish to stop takes a question back: the lane stays where it failed")
    func interrupted() async throws {
        let scene = try Scene()
        var access = StagedAccess(SimulatedCluster(scene.cluster, clock: VirtualClock()))
        access.after = { action in
            if case .install(host: "w1", _, _) = action { return Self.refused }
            return nil
        }
        let interruption = Interruption()
        var driver = scene.driver(try await scene.plan(), access, interruption: interruption)
        driver.asker = Operator { _ in
            interruption.raise()
            while !Task.isCancelled { await Task.yield() }
            return .retry
        }
        let memory = MemoryRecorder()
        let stop = try await driver.walk(recorder: memory)
        let key = try #require(memory.state.failed.keys.first)
        #expect(stop == .failed([key]) && key.step == "install-node")
        #expect(!memory.records.contains(.begun(key, attempt: 2)))
    }

    private struct Operator: Asker {
        let answer: @Sendable (FailureQuestion) async -> FailureAnswer

        func ask(
            _ question: FailureQuestion,
            now: @escaping @Sendable () -> FailureQuestion.Standing
        ) async -> FailureAnswer { await answer(question) }
    }
}
