import Synchronization
import Testing
import UpgradeCore
import UpgradeTestSupport

/// Laws that hold for every run, looked at on a simulated cluster.
@Suite("Laws of a run")
struct RunLawsTests {
    @Test("WriteAhead: every action is preceded by a durable record that names it and its step")
    func writeAhead() async throws {
        let scene = try Scene()
        let trace = Trace()
        let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
        let driver = scene.driver(try await scene.plan(), TracedAccess(cluster, trace))
        #expect(try await driver.walk(recorder: TracedRecorder(MemoryRecorder(), trace)) == .completed)
        var intents: Set<String> = []
        var performed = 0
        for event in trace.events {
            switch event {
            case .recorded(.intended(let key, let attempt, let index, let action)):
                intents.insert("\(key) \(attempt) \(index) \(action)")
            case .performed(let action, let job):
                performed += 1
                let intent = "\(job.key) \(job.attempt) \(job.index) \(action)"
                #expect(intents.remove(intent) != nil, "\(action) was not written down before it was done")
            case .recorded:
                break
            }
        }
        #expect(performed > 20)
    }

    @Test("DecideAgain: a step that acted is asked again, and its end is recorded only when it decides nothing")
    func decideAgain() async throws {
        let scene = try Scene()
        var blind = scene
        blind.steps = StepSet(steps: [BlindStep()]) { _, _, _ in
            [PlannedPhase(id: "verify", batch: 1, failureBudget: 0, lanes: [.init(target: .cluster, steps: ["blind"])])]
        }
        let plan = try await blind.plan()
        let recorder = MemoryRecorder()
        let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
        let stop = try await blind.driver(plan, cluster).walk(recorder: recorder)
        let key = try #require(plan.keys.first)
        #expect(stop == .failed([key]))
        #expect(recorder.state.failed[key]?.failure == .stillWrong([BlindStep.action]))
        #expect(!recorder.state.done.contains(key))
    }

    @Test("DecideAgain: a step is done only when its gate has opened, however often it must be asked")
    func gateOpensLate() async throws {
        let gated = GatedStep(opensAt: 3)
        let (stop, recorder, key) = try await walk(gated)
        #expect(stop == .completed)
        #expect(gated.looks == 3)
        #expect(recorder.state.done.contains(key))
    }

    @Test("DecideAgain: a step whose gate stays shut to its deadline has failed and says why")
    func gateStaysShut() async throws {
        let (stop, recorder, key) = try await walk(GatedStep(opensAt: .max))
        #expect(stop == .failed([key]))
        #expect(recorder.state.failed[key]?.failure == .gateClosed(GatedStep.unmet, deadline: GatedStep.deadline))
    }

    @Test("KilledAnywhere: no two attempts share the name of a job, so none is taken for another that failed")
    func jobNames() async throws {
        let scene = try Scene()
        let once = Once()
        let jobs = Notes<String>()
        let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
        var access = StagedAccess(cluster)
        access.before = { action, job in
            if action.isJob { jobs.add(job.unitName) }
        }
        access.after = { action in
            guard case .drain = action, once.take() else { return nil }
            return .commandFailed(host: "cp1", command: "kubectl drain", status: "exit 1", output: "")
        }
        let plan = try await scene.plan()
        let recorder = MemoryRecorder()
        let drain = try #require(plan.keys.first { $0.step == "drain" })
        #expect(try await scene.driver(plan, access).walk(recorder: recorder) == .failed([drain]))
        // Pods came back meanwhile: the second attempt has to drain again.
        let pods = scene.cluster.pods
        await cluster.meddle { $0.pods = pods }
        #expect(try await scene.driver(plan, access).walk(recorder: recorder) == .completed)
        #expect(jobs.all.count > 10)
        #expect(Set(jobs.all).count == jobs.all.count)
    }

    /// Walks a plan that has only this step.
    private func walk(_ step: GatedStep) async throws -> (StopReason, MemoryRecorder, StepKey) {
        var scene = try Scene()
        scene.steps = StepSet(steps: [step]) { _, _, _ in
            [PlannedPhase(id: "verify", batch: 1, failureBudget: 0, lanes: [.init(target: .cluster, steps: [step.id])])]
        }
        let plan = try await scene.plan()
        let recorder = MemoryRecorder()
        let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
        let stop = try await scene.driver(plan, cluster).walk(recorder: recorder)
        return (stop, recorder, try #require(plan.keys.first))
    }

    @Test(
        "SkewNeverExceeded, QuorumKept: at every boundary of four hops, whatever maintainer scripts do",
        arguments: [true, false]
    )
    func skewAndQuorum(scriptsRestart: Bool) async throws {
        var scene = try Scene(etcd: 3, controlPlane: 3, workers: 4, until: "1.16") { $0.workerBatch = 2 }
        scene.cluster.packaging.scriptsRestart = scriptsRestart
        let invariants = Invariants(scene.hops)
        let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock(), change: { invariants.look($0) })
        let driver = scene.driver(try await scene.plan(), cluster)
        #expect(try await driver.walk(recorder: MemoryRecorder()) == .completed)
        #expect(invariants.violations == [])
        let nodes = await cluster.state.nodes.values
        let areThere = nodes.allSatisfy { $0.kubeletVersion?.release == scene.playbook.target && !$0.isCordoned }
        #expect(areThere)
    }

    @Test("QuorumKept: only one control-plane host is worked on at a time")
    func oneControlPlaneHost() async throws {
        let scene = try Scene(controlPlane: 3)
        let trace = Trace()
        let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
        let plan = try await scene.plan()
        let driver = scene.driver(plan, cluster)
        _ = try await driver.walk(recorder: TracedRecorder(MemoryRecorder(), trace))
        let lanes = Dictionary(grouping: plan.keys) { "\($0.hop)/\($0.phase)@\($0.target)" }
        let last = Set(lanes.values.compactMap(\.last))
        var inHand: Set<Target> = []
        for case .recorded(let record) in trace.events {
            switch record {
            case .begun(let key, _) where ["control-plane", "controllers"].contains(key.phase):
                inHand.insert(key.target)
                #expect(inHand.count == 1, "\(inHand) at once")
            case .done(let key) where last.contains(key):
                inHand.remove(key.target)
            default:
                break
            }
        }
    }

    @Test("DryRunTellsTheTruth: what the rehearsal lists is what the run performs, step by step, in the same order")
    func dryRunTellsTheTruth() async throws {
        let scene = try Scene(etcd: 3, controlPlane: 2, workers: 3, until: "1.14")
        let (plan, survey) = try await scene.planAndSurvey()
        let script = try await Rehearsal.perform(
            plan: plan,
            run: scene.run,
            playbook: scene.playbook,
            steps: scene.steps,
            hops: scene.hops,
            cluster: ClusterState(survey: survey, playbook: scene.playbook)
        )
        let recorder = MemoryRecorder()
        let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
        _ = try await scene.driver(plan, cluster).walk(recorder: recorder)
        var performed: [StepKey: [Action]] = [:]
        for case .intended(let key, _, _, let action) in recorder.records {
            performed[key, default: []].append(action)
        }
        #expect(script.stop == .completed)
        #expect(script.steps.map(\.key) == plan.keys)
        for line in script.steps {
            #expect(line.actions == performed[line.key] ?? [], "\(line.key)")
        }
        #expect(script.steps.flatMap(\.actions).count == performed.values.joined().count)
    }
}

/// A step whose action no probe of its own sees: what the law DecideAgain must catch.
private struct BlindStep: Step {
    static let action = Action.refreshPackageLists(host: "cp1")
    let id: StepID = "blind"
    let title = "Does what it cannot see"

    func probes(_ context: StepContext) -> [Probe] { [.nodes] }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] { [Self.action] }
}

/// A step whose gate opens when it has been looked at often enough.
private final class GatedStep: Step {
    static let unmet = Unmet.nodeNotReady(node: "w1")
    static let deadline = Duration.seconds(60)
    let id: StepID = "gated"
    let title = "Waits"
    private let opensAt: Int
    private let count = Mutex(0)

    init(opensAt: Int) {
        self.opensAt = opensAt
    }

    var looks: Int { count.withLock { $0 } }

    func probes(_ context: StepContext) -> [Probe] { [] }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] { [] }

    func gate(_ context: StepContext) -> Gate? {
        Gate(
            probes: [.nodes],
            deadline: Self.deadline,
            interval: .seconds(5),
            measured: { _ in [GateReading("looks", self.looks, of: self.opensAt)] },
            verdict: { (_) throws(StepError) -> Verdict in
                let look = self.count.withLock { count in
                    count += 1
                    return count
                }
                return look >= self.opensAt ? .open : .waiting(Self.unmet)
            }
        )
    }
}
