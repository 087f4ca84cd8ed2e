import Testing
import UpgradeCore
import UpgradeSteps
import UpgradeTestSupport

/// Law: killed anywhere with a skip in it, a run ends in the same state; a skipped step is never done nor asked about again,
/// unless a resume withdraws the skip.
@Suite("Law: skipped once, skipped for good")
struct SkipKilledAnywhereTests {
    @Test(
        "killed once, before or after any effect, a run with skips ends as if it had not been",
        arguments: KillSwitch.Moment.allCases
    )
    func once(moment: KillSwitch.Moment) async throws {
        let scene = try SkipScene()
        let plan = try await scene.base.plan()
        let whole = try await scene.life(plan, [KillSwitch(at: 0, .before)])
        #expect(whole.stop == .completed)
        #expect(Set(whole.record.skipped.keys.map(\.description)) == SkipScene.refusing)
        #expect(whole.effects > 40)
        for effect in 1...whole.effects {
            let found = try await scene.life(plan, [KillSwitch(at: effect, moment), KillSwitch(at: 0, .before)])
            let what: Comment = "killed \(moment) effect \(effect)"
            #expect(found.stop == .completed, what)
            #expect(found.applied == whole.applied, what)
            #expect(found.record.done == whole.record.done, what)
            #expect(found.record.skipped.keys == whole.record.skipped.keys, what)
            #expect(found.record.ledger.entries.isEmpty && found.record.failed.isEmpty, what)
            #expect(found.broken == [], what)
        }
    }

    @Test("killed twice, a run with skips ends as if it had not been")
    func twice() async throws {
        let scene = try SkipScene()
        let plan = try await scene.base.plan()
        let whole = try await scene.life(plan, [KillSwitch(at: 0, .before)])
        // A prime stride lands on every kind of effect; every effect by itself is the law above.
        for first in stride(from: 1, through: whole.effects, by: 3) {
            for second in stride(from: 1, through: whole.effects, by: 5) {
                let switches = [
                    KillSwitch(at: first, .after), KillSwitch(at: second, .before), KillSwitch(at: 0, .before),
                ]
                let found = try await scene.life(plan, switches)
                let what: Comment = "killed at \(first), then at \(second)"
                #expect(found.stop == .completed, what)
                #expect(found.applied == whole.applied, what)
                #expect(found.record.skipped.keys == whole.record.skipped.keys, what)
                #expect(found.broken == [], what)
            }
        }
    }

    @Test("a skip that a resume withdraws is asked about again, under a new attempt")
    func withdrawn() async throws {
        let scene = try SkipScene()
        let plan = try await scene.base.plan()
        let memory = MemoryRecorder()
        let cluster = SimulatedCluster(scene.base.cluster, clock: VirtualClock())
        let key = try #require(plan.keys.first { $0.step == RefusingStep.name })
        // The first question is answered with a skip; the next step of the lane then fails and is aborted.
        var access = StagedAccess(cluster)
        access.after = { action in
            guard case .drain = action else { return nil }
            return .commandFailed(host: "cp1", command: "kubectl drain", status: "exit 1", output: "")
        }
        var driver = scene.base.driver(plan, access)
        driver.asker = ScriptedAsker { $0.key == key ? .skip(SkipScene.skip) : .abort }
        guard case .failed(let keys) = try await driver.walk(recorder: memory) else {
            Issue.record("it did not stop")
            return
        }
        #expect(keys.contains { $0.step == "drain" && $0.target == key.target })
        #expect(memory.state.skipped.keys.contains(key) && memory.state.failed[key] == nil)
        memory.append([.withdrawn(key, by: "op@desk", reason: "mended")])
        #expect(memory.state.skipped.isEmpty && memory.state.failed[key]?.attempt == 1)
        let asked = Notes<FailureQuestion>()
        var second = scene.base.driver(plan, cluster)
        second.asker = ScriptedAsker { question in
            asked.add(question)
            return .skip(SkipScene.skip)
        }
        #expect(try await second.walk(recorder: memory) == .completed)
        let again = try #require(asked.all.first { $0.key == key })
        #expect(again.attempt == 2)
    }

    @Test("while a question stands the run does not stop, and no lane is begun beyond the failure budget")
    func standing() {
        var isSeen = false
        for row in RunExplorer.askingRows {
            guard let next = row.next else { continue }
            let asking = next.lanes.values.count { lane in
                if case .asking = lane.state.stage { true } else { false }
            }
            guard asking > 0 else { continue }
            isSeen = true
            #expect(next.stage == .walking)
            let budget = RunExplorer.plan.hops[next.hop].phases[next.phase].failureBudget
            if next.frozen.count + asking > budget { #expect(row.begun.isEmpty, "\(row.event)") }
        }
        #expect(isSeen)
    }
}

/// A worker's lane with a step that is never satisfied, twice; two workers at a time.
private struct SkipScene {
    static let skip = Skip(by: "op@desk", reason: "a reason", consequence: "a consequence")
    static let refusing: Set<String> = [
        "1.12-1.13/workers/refusing@w1", "1.12-1.13/workers/refusing@w2",
    ]
    var base: Scene

    init() throws {
        base = try Scene(etcd: 1, controlPlane: 1, workers: 3)
        let steps = StepCatalog.all.steps
        let chosen: [StepID] = ["cordon", RefusingStep.name, "drain", "install-node", "uncordon"]
        base.steps = StepSet(steps: [RefusingStep()] + chosen.compactMap { steps[$0] }) { _, playbook, _ in
            let lanes = playbook.hosts(.worker).prefix(2).map { PlannedLane(target: .host($0.name), steps: chosen) }
            return [PlannedPhase(id: "workers", batch: 2, failureBudget: 0, lanes: lanes)]
        }
    }

    struct Life {
        var applied: [Action: Int]
        var record: RunState
        var stop: StopReason?
        var effects: Int
        var broken: [String]
    }

    /// Runs until the switch falls, resumes behind the next one, and so on; every question is answered with a skip.
    func life(_ plan: Plan, _ switches: [KillSwitch]) async throws -> Life {
        let clock = VirtualClock()
        let cluster = SimulatedCluster(base.cluster, clock: clock)
        let memory = MemoryRecorder()
        let broken = Notes<String>()
        var stop: StopReason?
        for killSwitch in switches {
            var driver = base.driver(plan, MortalAccess(cluster, killSwitch), clock: clock)
            let before = Set(memory.state.skipped.keys)
            let asked = Notes<StepKey>()
            driver.asker = ScriptedAsker { question in
                if before.contains(question.key) || asked.all.contains(question.key) {
                    broken.add("\(question.key) was asked about again")
                }
                asked.add(question.key)
                return question.key.step == RefusingStep.name ? .skip(Self.skip) : .abort
            }
            // Dead, where it throws: what follows is the next life. (A catch by case crashes this compiler here.)
            stop = try? await driver.walk(recorder: MortalRecorder(memory, killSwitch))
        }
        var skipped: Set<StepKey> = []
        for record in memory.records {
            switch record {
            case .skipped(let key, _, _): skipped.insert(key)
            case .begun(let key, _), .intended(let key, _, _, _), .done(let key), .failed(let key, _, _):
                if skipped.contains(key) { broken.add("\(key) was worked on after its skip") }
            default: break
            }
        }
        return Life(
            applied: await cluster.state.applied.reduce(into: [:]) { $0[$1, default: 0] += 1 },
            record: memory.state,
            stop: stop,
            effects: switches[0].effects,
            broken: broken.all
        )
    }
}

/// A check that is never satisfied.
private struct RefusingStep: Step {
    static let name: StepID = "refusing"
    let id = Self.name
    let title = "It is never satisfied"

    func probes(_ context: StepContext) -> [Probe] { [.nodes] }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        throw .unmet(.nodeMissing(node: context.nodeName))
    }
}

/// An operator who has decided before.
private struct ScriptedAsker: Asker {
    let answer: @Sendable (FailureQuestion) -> FailureAnswer

    func ask(
        _ question: FailureQuestion,
        now: @escaping @Sendable () -> FailureQuestion.Standing
    ) async -> FailureAnswer { answer(question) }
}
