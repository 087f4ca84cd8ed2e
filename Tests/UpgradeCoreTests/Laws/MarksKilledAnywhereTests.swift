import Synchronization
import Testing
import UpgradeSteps
import UpgradeTestSupport

@testable import UpgradeCore

/// Law: whatever a run had in hand when its state directory was lost, the marks on the cluster tell it.
///
/// Exhaustive: every state that the cluster is ever in during the hop is one in which the run may have died, that between a
/// mark and its effect included.
@Suite("Law: killed anywhere, known by marks alone")
struct MarksKilledAnywhereTests {
    @Test(
        "nothing of ours is left, and all that is somebody else's is as it was, wherever the run was lost",
        arguments: [nil, "calico-node"]
    )
    func lost(calicoUnit: String?) async throws {
        let scene = try Scene.marked(calicoUnit: calicoUnit)
        let states = try await states(of: scene)
        var undone = 0
        for (number, state) in states.enumerated() {
            let what: Comment = "lost in state \(number) of \(states.count)"
            let (end, stop, actions) = try await recover(scene, state, [KillSwitch(at: 0, .before)])
            #expect(hasEnded(stop, end), what)
            expectClean(end, since: scene.cluster, what)
            if !actions.isEmpty { undone += 1 }
        }
        #expect(states.count > 100 && undone > 50, "of \(states.count) states \(undone) had something to undo")
    }

    @Test(
        "killed itself at any boundary and called again, the cleanup comes to the same",
        arguments: KillSwitch.Moment.allCases
    )
    func killed(moment: KillSwitch.Moment) async throws {
        let scene = try Scene.marked()
        let states = try await states(of: scene)
        // A prime stride lands on every kind of effect.
        for number in stride(from: 0, to: states.count, by: 7) {
            var effect = 1
            while true {
                let killSwitch = KillSwitch(at: effect, moment)
                let what: Comment = "lost in state \(number), the cleanup died \(moment) \(effect)"
                let (end, stop, _) = try await recover(scene, states[number], [killSwitch, KillSwitch(at: 0, .before)])
                #expect(hasEnded(stop, end), what)
                expectClean(end, since: scene.cluster, what)
                guard killSwitch.isDead else { break }
                effect += 1
            }
        }
    }

    @Test("what somebody else has changed since is left as it is, and no mark of it stays")
    func changed() async throws {
        let scene = try Scene.marked()
        let states = try await states(of: scene)
        for state in states.filter({ !$0.hosts.values.flatMap { $0.marks ?? [] }.isEmpty }) {
            var theirs = state
            for host in theirs.hosts.keys {
                for index in (theirs.hosts[host]?.marks ?? []).indices {
                    theirs.hosts[host]?.marks?[index].standing = .theirs
                }
            }
            let (end, stop, _) = try await recover(scene, theirs, [KillSwitch(at: 0, .before)])
            #expect(hasEnded(stop, end))
            for (name, host) in end.hosts {
                #expect(host.marks ?? [] == [])
                #expect(host.units.mapValues(\.isMasked) == theirs.hosts[name]?.units.mapValues(\.isMasked))
                #expect(host.packages.mapValues(\.isHeld) == theirs.hosts[name]?.packages.mapValues(\.isHeld))
            }
        }
    }

    @Test("a host that is away keeps no other from being cleaned up, and is cleaned up when it is back")
    func away() async throws {
        let scene = try Scene.marked()
        let states = try await states(of: scene)
        let state = try #require(states.first { $0.hosts["cp1"]?.marks?.contains { $0.kind == .mask } == true })
        let cluster = SimulatedCluster(state, clock: VirtualClock())
        var without = StagedAccess(cluster)
        without.asking = { probes in
            guard probes.contains(.marks(host: "cp1")) else { return nil }
            return .remote(.unreachable(host: "cp1", address: "", reason: "it is away"))
        }
        let survey = try await MarkSurvey.look(at: scene.playbook, without, holder: nil)
        #expect(survey.silent.map(\.host) == ["cp1"])
        let plan = try #require(planned(scene, survey))
        let recorder = MemoryRecorder()
        let stop = try await scene.driver(plan, without, run: "again").walk(recorder: recorder)
        guard case .failed(let keys) = stop else {
            Issue.record("a host that is away was not missed: \(stop)")
            return
        }
        #expect(keys.map(\.target) == [.host("cp1")])
        #expect(recorder.state.done.count == plan.keys.count - 1)
        #expect(try await scene.driver(plan, cluster, run: "again").walk(recorder: recorder) == .completed)
        expectClean(await cluster.state, since: scene.cluster, "after cp1 was back")
    }

    @Test("a run that goes well to its end leaves no mark, also of what somebody else has undone meanwhile")
    func completed() async throws {
        let scene = try Scene.marked()
        let whole = SimulatedCluster(scene.cluster, clock: VirtualClock())
        #expect(try await scene.driver(try await scene.plan(), whole).walk(recorder: MemoryRecorder()) == .completed)
        expectClean(await whole.state, since: scene.cluster, "a whole run")
        // Somebody starts a timer that was paused: no step wants it undone any more.
        let clock = VirtualClock()
        let untouched = Once()
        let cluster = SimulatedCluster(scene.cluster, clock: clock)
        var meddler = StagedAccess(cluster)
        meddler.after = { action in
            guard action == .pause(host: "w1", unit: "apt-daily.timer") else { return nil }
            _ = untouched.take()
            await cluster.meddle { $0.hosts["w1"]?.units["apt-daily.timer"] = UnitState(isActive: false) }
            return nil
        }
        let recorder = MemoryRecorder()
        #expect(
            try await scene.driver(try await scene.plan(), meddler, clock: clock).walk(recorder: recorder) == .completed
        )
        #expect(!untouched.take())
        let end = await cluster.state
        #expect(end.hosts.values.flatMap { $0.marks ?? [] } == [])
    }

    @Test("cleanup by the ledger takes away the mark of what is not ours any more")
    func cleanup() async throws {
        let scene = try Scene()
        let key = try #require(StepKey("1.12-1.13/control-plane/hold-controllers@cp1"))
        let mask = Action.mask(host: "cp1", unit: "kube-scheduler")
        let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
        try await cluster.perform(mask, as: JobID(run: scene.run, key: key, attempt: 1, index: 0)) { _ in }
        #expect(await cluster.state.hosts["cp1"]?.marks?.map(\.run) == [scene.run])
        await cluster.meddle { $0.hosts["cp1"]?.units["kube-scheduler"]?.isMasked = false }
        let recorder = MemoryRecorder([.begun(key, attempt: 1), .intended(key, attempt: 1, index: 0, mask)])
        let outcomes = try await Cleanup.perform(run: scene.run, recorder: recorder, access: cluster) { _ in }
        #expect(outcomes == [.notOurs(.mask(host: "cp1", unit: "kube-scheduler"))])
        #expect(await cluster.state.hosts["cp1"]?.marks == [])
    }

    // MARK: lives

    /// Every state that the cluster is in while a hop goes on.
    private func states(of scene: Scene) async throws -> [ClusterState] {
        let seen = Mutex([scene.cluster])
        let cluster = SimulatedCluster(
            scene.cluster,
            clock: VirtualClock(),
            change: { state in seen.withLock { $0.append(state) } }
        )
        let stop = try await scene.driver(try await scene.plan(), cluster).walk(recorder: MemoryRecorder())
        #expect(stop == .completed)
        return seen.withLock { $0 }
    }

    private func recover(
        _ scene: Scene,
        _ state: ClusterState,
        _ switches: [KillSwitch]
    ) async throws -> (end: ClusterState, stop: StopReason?, actions: [Action]) {
        let cluster = SimulatedCluster(state, clock: VirtualClock())
        let survey = try await MarkSurvey.look(at: scene.playbook, cluster, holder: scene.run)
        #expect(Set(survey.runs).isSubset(of: [scene.run]))
        let plan = try #require(planned(scene, survey))
        let memory = MemoryRecorder()
        var stop: StopReason?
        for killSwitch in switches {
            let driver = scene.driver(plan, MortalAccess(cluster, killSwitch), run: "again")
            stop = try? await driver.walk(recorder: MortalRecorder(memory, killSwitch))
        }
        let end = await cluster.state
        return (end, stop, Array(end.applied.dropFirst(state.applied.count)))
    }

    private func planned(_ scene: Scene, _ survey: MarkSurvey) -> Plan? {
        survey.plan(
            scene.playbook,
            digest: "playbook",
            versions: "versions",
            hops: Array(scene.hops.keys),
            holder: scene.run
        )
    }

    /// Whether a DaemonSet must stay as the run has left it: any other strategy replaces pods at once, behind no gate.
    private func keeps(_ state: ClusterState) -> Bool {
        state.daemonSets.values.contains { $0.isBehind && $0.updateStrategy == DaemonSetState.held }
    }

    /// All is undone, or it is said that something is not.
    private func hasEnded(_ stop: StopReason?, _ end: ClusterState) -> Bool {
        if case .failed? = stop { keeps(end) } else { stop == .completed && !keeps(end) }
    }

    private func expectClean(_ end: ClusterState, since start: ClusterState, _ what: Comment) {
        #expect(end.nodes.mapValues(\.isCordoned) == start.nodes.mapValues(\.isCordoned), what)
        #expect(end.nodes.values.compactMap(\.cordonMark) == [], what)
        if keeps(end) {
            #expect(end.daemonSetMarks?.isEmpty == false, "whose it is stays known: \(what)")
        } else {
            #expect(end.daemonSets.mapValues(\.updateStrategy) == start.daemonSets.mapValues(\.updateStrategy), what)
            #expect(end.daemonSetMarks ?? [:] == [:], what)
        }
        #expect(end.silences ?? [] == start.silences ?? [], what)
        for (name, host) in end.hosts {
            let before = start.hosts[name]
            #expect(host.units.mapValues(\.isMasked) == before?.units.mapValues(\.isMasked), what)
            #expect(host.packages.mapValues(\.isHeld) == before?.packages.mapValues(\.isHeld), what)
            #expect(host.marks ?? [] == [], what)
            for unit in ["apt-daily.timer", "apt-daily-upgrade.timer"] {
                #expect(host.units[unit]?.isActive == before?.units[unit]?.isActive, what)
            }
        }
    }
}

extension Scene {
    /// A cluster on which a hop has something of each kind in hand, beside what is somebody else's.
    fileprivate static func marked(calicoUnit: String? = nil) throws -> Scene {
        var scene = try Scene(etcd: 1, controlPlane: 1, workers: 3) { playbook in
            playbook.foreignCordons = .keep
            playbook.packageHolds = .keep
            playbook.silences = [
                SilenceOptions(
                    name: "test",
                    alertmanager: "http://alerts.example.org:9093",
                    matchers: [AlertMatcher(name: "cluster", value: "test")]
                )
            ]
            let version = PackageVersion("3.5.8-1").map { ComponentVersion(package: $0, tag: "v3.5.8") }
            playbook.calico = CalicoOptions(versions: version.map { [MinorRelease(major: 1, minor: 13): $0] } ?? [:])
            playbook.calico?.unit = calicoUnit
        }
        let theirs = AlertSilence(
            name: "other",
            alertmanager: "http://alerts.example.org:9093",
            matchers: [],
            lasts: .seconds(60),
            mark: "somebody"
        )
        scene.cluster.silences = [theirs]
        scene.cluster.nodes["w3.example.org"]?.isCordoned = true
        for host in ["w1", "w2", "cp1"] {
            scene.cluster.hosts[host]?.units["apt-daily.timer"] = UnitState(isActive: true)
            scene.cluster.hosts[host]?.units["apt-daily-upgrade.timer"] = UnitState(isActive: true)
        }
        scene.cluster.hosts["w1"]?.units["theirs.service"] = UnitState(isActive: false, isMasked: true)
        scene.cluster.hosts["w1"]?.packages["vim"] = PackageVersion("9.0-1").map {
            InstalledPackage(version: $0, isHeld: true)
        }
        for name in scene.playbook.packages.node { scene.cluster.hosts["w2"]?.packages[name]?.isHeld = true }
        return scene
    }
}
