import Testing
import UpgradeTestSupport

@testable import UpgradeCore

/// Law: foreign cordons, holds and masks survive run, failure and cleanup; ours are undone when unchanged.
@Suite("Law: the ledger undoes only ours")
struct LedgerUndoesOnlyOursTests {
    @Test("a cordon of somebody else survives the run when the playbook keeps foreign cordons")
    func foreignCordonSurvivesRun() async throws {
        // The third has room for what the second is drained of.
        var scene = try Scene(workers: 3) { $0.foreignCordons = .keep }
        scene.cluster.nodes["w1.example.org"]?.isCordoned = true
        let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
        let stop = try await scene.driver(try await scene.plan(), cluster).walk(recorder: MemoryRecorder())
        #expect(stop == .completed)
        let nodes = await cluster.state.nodes
        #expect(nodes["w1.example.org"]?.isCordoned == true)
        #expect(nodes["w1.example.org"]?.kubeletVersion?.release == scene.playbook.target)
        #expect(nodes["w2.example.org"]?.isCordoned == false)
    }

    @Test("cleanup undoes our cordon and our mask, and leaves those of others")
    func cleanupUndoesOurs() async throws {
        let scene = try Scene()
        let recorder = MemoryRecorder()
        let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
        try await stopAtDrain(scene, cluster, recorder)
        await cluster.meddle { state in
            state.nodes["w2.example.org"]?.isCordoned = true
            state.hosts["cp1"]?.units["kube-scheduler"]?.isMasked = true
        }
        #expect(recorder.state.ledger.entries.map(\.effect) == [.cordon(node: "w1.example.org", mark: scene.run)])
        let outcomes = try await Cleanup.perform(run: scene.run, recorder: recorder, access: cluster) { _ in }
        #expect(outcomes == [.undone(.cordon(node: "w1.example.org", mark: scene.run))])
        let state = await cluster.state
        #expect(state.nodes["w1.example.org"]?.isCordoned == false)
        #expect(state.nodes["w2.example.org"]?.isCordoned == true)
        #expect(state.hosts["cp1"]?.units["kube-scheduler"]?.isMasked == true)
        #expect(recorder.state.ledger.entries.isEmpty)
    }

    @Test("cleanup leaves our cordon alone once somebody else has made it theirs")
    func cleanupLeavesChanged() async throws {
        let scene = try Scene()
        let recorder = MemoryRecorder()
        let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
        try await stopAtDrain(scene, cluster, recorder)
        await cluster.meddle { $0.nodes["w1.example.org"]?.cordonMark = nil }
        let outcomes = try await Cleanup.perform(run: scene.run, recorder: recorder, access: cluster) { _ in }
        #expect(outcomes == [.notOurs(.cordon(node: "w1.example.org", mark: scene.run))])
        #expect(await cluster.state.nodes["w1.example.org"]?.isCordoned == true)
        #expect(recorder.state.ledger.entries.isEmpty)
    }

    @Test("a mask on a machine that has taken the host's place is not ours")
    func cleanupLeavesOtherMachine() async throws {
        let scene = try Scene()
        let key = try #require(StepKey("1.12-1.13/control-plane/stop-scheduler@cp1"))
        let mask = Action.mask(host: "cp1", unit: "kube-scheduler")
        let records: [Record] = [
            .begun(key, attempt: 1), .intended(key, attempt: 1, index: 0, mask), .acted(key, attempt: 1, index: 0),
        ]
        let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
        await cluster.meddle { $0.hosts["cp1"]?.units["kube-scheduler"]?.isMasked = true }
        let effect = SideEffect.mask(host: "cp1", unit: "kube-scheduler")
        let machines = try await scene.plan().machineIDs
        #expect(machines["cp1"] != nil)
        for (known, outcome) in [(["cp1": "replaced"], Cleanup.Outcome.notOurs(effect)), (machines, .undone(effect))] {
            let outcomes = try await Cleanup.perform(
                run: scene.run,
                recorder: MemoryRecorder(records),
                access: cluster,
                machineIDs: known
            ) { _ in }
            #expect(outcomes == [outcome])
            let isMasked = await cluster.state.hosts["cp1"]?.units["kube-scheduler"]?.isMasked
            #expect(isMasked == (outcome == .notOurs(effect)))
        }
    }

    @Test("a run that was cleaned up goes on: the step whose effect was undone is done again")
    func resumesAfterCleanup() async throws {
        let scene = try Scene()
        let recorder = MemoryRecorder()
        let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
        try await stopAtDrain(scene, cluster, recorder)
        _ = try await Cleanup.perform(run: scene.run, recorder: recorder, access: cluster) { _ in }
        await cluster.meddle { $0.budgets[0].disruptionsAllowed = 1 }
        let stop = try await scene.driver(try await scene.plan(), cluster).walk(recorder: recorder)
        #expect(stop == .completed)
        #expect(recorder.state.ledger.entries.isEmpty)
        let cordoned = await cluster.state.nodes.values.filter(\.isCordoned)
        #expect(cordoned.isEmpty)
    }

    @Test("a node that somebody else had cordoned, and uncordons under the run, begins anew after cleanup")
    func theirCordonGone() async throws {
        // The third has room for what the second is drained of.
        var scene = try Scene(workers: 3) { $0.foreignCordons = .keep }
        scene.cluster.nodes["w1.example.org"]?.isCordoned = true
        let recorder = MemoryRecorder()
        let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
        try await stopAtDrain(scene, cluster, recorder)
        await cluster.meddle { $0.nodes["w1.example.org"]?.isCordoned = false }
        let driver = scene.driver(try await scene.plan(), cluster)
        guard case .failed(let keys) = try await driver.walk(recorder: recorder) else {
            Issue.record("a node without a cordon was drained")
            return
        }
        #expect(keys.map { recorder.state.failed[$0]?.failure } == [.unmet(.mustBeCordoned(node: "w1.example.org"))])
        #expect(recorder.state.ledger.entries.isEmpty, "it was never ours")
        // It is what `why` and the failure tell the operator to do.
        let cordon = SideEffect.cordon(node: "w1.example.org", mark: scene.run)
        let outcomes = try await Cleanup.perform(run: scene.run, recorder: recorder, access: cluster) { _ in }
        #expect(outcomes == [.notOurs(cordon)])
        let again = try await Cleanup.perform(run: scene.run, recorder: recorder, access: cluster) { _ in }
        #expect(again == [], "it is noted once")
        await cluster.meddle { $0.budgets[0].disruptionsAllowed = 1 }
        #expect(try await driver.walk(recorder: recorder) == .completed)
        #expect(await cluster.state.applied.contains(.cordon(node: "w1.example.org", mark: scene.run)))
        #expect(recorder.state.ledger.entries.isEmpty)
    }

    @Test("a cordon that somebody else has taken away is not left in the ledger of a run that is completed")
    func completed() throws {
        let key = try #require(StepKey("1.12-1.13/workers/cordon@w1"))
        let cordon = Action.cordon(node: "w1.example.org", mark: "run1")
        let records: [Record] = [
            .begun(key, attempt: 1), .intended(key, attempt: 1, index: 0, cordon), .acted(key, attempt: 1, index: 0),
            .done(key),
        ]
        #expect(MemoryRecorder(records + [.stopped(.interrupted)]).state.ledger.entries.count == 1)
        #expect(MemoryRecorder(records + [.stopped(.completed)]).state.ledger.entries.isEmpty)
    }

    @Test("a pod that finds no node waits, counts as unhealthy, and lands when a node is uncordoned")
    func pendingPods() throws {
        var state = try Scene().cluster
        let options = DrainOptions(deadline: .seconds(60), deletesBarePods: true, deletesEmptyDirData: true)
        for name in state.nodes.keys { state.nodes[name]?.isCordoned = true }
        for index in state.budgets.indices {
            state.budgets[index].desiredHealthy = 0
            state.budgets[index].disruptionsAllowed = state.budgets[index].currentHealthy
        }
        let healthy = state.budgets.map(\.currentHealthy)
        try state.end(.drain(node: "w1.example.org", options: options))
        let waiting = try #require(state.pending)
        #expect(state.budgets.map(\.currentHealthy) != healthy)
        state.nodes["w2.example.org"]?.isCordoned = false
        state.schedule()
        #expect(state.pending == nil)
        #expect(state.budgets.map(\.currentHealthy) == healthy)
        #expect(state.pods["w2.example.org"]?.suffix(waiting.count).map(\.uid) == waiting.map(\.uid))
    }

    @Test("where no other node is free, a drain evicts as many pods as their budget allows and is blocked by the rest")
    func budgetOfPending() throws {
        var state = try Scene().cluster
        let options = DrainOptions(deadline: .seconds(60), deletesBarePods: true, deletesEmptyDirData: true)
        for name in state.nodes.keys { state.nodes[name]?.isCordoned = true }
        let before = state.podsToMove(from: "w1.example.org").count
        #expect(before > 1)
        do throws(AccessError) {
            try state.end(.drain(node: "w1.example.org", options: options))
            Issue.record("a drain went beyond the budget")
        } catch {
            guard case .drainBlocked(_, let blocks, _) = error else { throw error }
            #expect(blocks.count == before - 1)
        }
        #expect(state.pending?.count == 1)
        #expect(state.budgets.allSatisfy { $0.currentHealthy >= $0.desiredHealthy })
    }

    @Test("cleanup writes down what it will undo before it does, and what it has undone after")
    func cleanupWritesAhead() async throws {
        let scene = try Scene()
        let recorder = MemoryRecorder()
        let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
        try await stopAtDrain(scene, cluster, recorder)
        let trace = Trace()
        let access = TracedAccess(cluster, trace)
        _ = try await Cleanup.perform(run: scene.run, recorder: TracedRecorder(recorder, trace), access: access) { _ in
        }
        let cordon = SideEffect.cordon(node: "w1.example.org", mark: scene.run)
        let events = trace.events.map { event -> Trace.Event? in
            if case .performed(let action, _) = event, action != cordon.inverse { return nil }
            return event
        }
        #expect(events.count == 3)
        #expect(events.first == .recorded(.undoing(cordon)))
        #expect(events.last == .recorded(.struck(cordon, undone: true)))
    }

    @Test("cleanup waits for a job that may still run before it undoes anything")
    func cleanupSettles() async throws {
        let scene = try Scene()
        let plan = try await scene.plan()
        let key = try #require(plan.keys.first { $0.step == "drain" })
        let drain = Action.drain(node: "w1.example.org", options: scene.playbook.drain)
        let recorder = MemoryRecorder([.begun(key, attempt: 2), .intended(key, attempt: 2, index: 1, drain)])
        let settled = Notes<JobID>()
        var access = StagedAccess(SimulatedCluster(scene.cluster, clock: VirtualClock()))
        access.settling = { _, job in settled.add(job) }
        _ = try await Cleanup.perform(run: scene.run, recorder: recorder, access: access) { _ in }
        #expect(settled.all == [JobID(run: scene.run, key: key, attempt: 2, index: 1)])
        #expect(recorder.state.inFlight.isEmpty, "what was waited for is not in doubt any more")
    }

    @Test("after cleanup the whole lane is done again, under new job names: a node that took pods is drained again")
    func laneIsDoneAgain() async throws {
        var scene = try Scene()
        // So that the old kubelet still runs when the installation fails: the worker has something left to do.
        scene.cluster.packaging.scriptsRestart = false
        let once = Once()
        let jobs = Notes<String>()
        let recorder = MemoryRecorder()
        let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
        var access = StagedAccess(cluster)
        access.before = { action, job in
            if action.isJob { jobs.add(job.unitName) }
        }
        access.after = { action in
            guard case .install(host: "w1", _, _) = action, once.take() else { return nil }
            return .commandFailed(host: "w1", command: "apt-get install", status: "exit 100", output: "")
        }
        let plan = try await scene.plan()
        let install = try #require(plan.keys.first { $0.step == "install-node" })
        #expect(try await scene.driver(plan, access).walk(recorder: recorder) == .failed([install]))
        _ = try await Cleanup.perform(run: scene.run, recorder: recorder, access: cluster) { _ in }
        let pods = scene.cluster.pods
        await cluster.meddle { $0.pods = pods }
        #expect(try await scene.driver(plan, access).walk(recorder: recorder) == .completed)
        let drains = await cluster.state.applied.count {
            if case .drain("w1.example.org", _) = $0 { true } else { false }
        }
        #expect(drains == 2)
        #expect(Set(jobs.all).count == jobs.all.count)
    }

    @Test("an uncordon whose answer was lost is out of the ledger once the step finds it done")
    func doubtIsResolved() async throws {
        let scene = try Scene()
        let once = Once()
        let recorder = MemoryRecorder()
        var access = StagedAccess(SimulatedCluster(scene.cluster, clock: VirtualClock()))
        access.after = { action in
            guard case .uncordon = action, once.take() else { return nil }
            return .commandFailed(host: "cp1", command: "kubectl uncordon", status: "exit 1", output: "")
        }
        let plan = try await scene.plan()
        let key = try #require(plan.keys.first { $0.step == "uncordon" })
        #expect(try await scene.driver(plan, access).walk(recorder: recorder) == .failed([key]))
        #expect(recorder.state.ledger.entries.count == 1)
        #expect(try await scene.driver(plan, access).walk(recorder: recorder) == .completed)
        #expect(recorder.state.ledger.entries.isEmpty)
    }

    /// Runs until the drain of the first worker is held by a budget that was closed after preflight.
    private func stopAtDrain(_ scene: Scene, _ cluster: SimulatedCluster, _ recorder: MemoryRecorder) async throws {
        let plan = try await scene.plan()
        let key = try #require(plan.keys.first { $0.step == "drain" })
        await cluster.meddle { $0.budgets[0].disruptionsAllowed = 0 }
        let stop = try await scene.driver(plan, cluster).walk(recorder: recorder)
        try #require(stop == .failed([key]))
    }
}
