import Synchronization
import Testing
import UpgradeCore
import UpgradeTestSupport

/// Law: killed anywhere, for a Calico whose data moves: both stores hold the same, or the old one is in charge.
@Suite("Law: killed anywhere, Calico")
struct CalicoKilledAnywhereTests {
    /// Who runs Calico on the workers.
    enum Form: CaseIterable {
        case daemonSet
        /// A unit, with packages whose scripts leave it alone.
        case unit
        /// A unit, with packages whose scripts restart it, before its environment names the new store.
        case unitOfScripts
        /// A DaemonSet that goes through two versions at one release, its data between the two.
        case rolls
        /// A unit that does.
        case unitRolls
        /// A DaemonSet whose data moves with the first of two versions: the other is behind the point of no return.
        case rollsBehind

        var isUnit: Bool { self == .unit || self == .unitOfScripts || self == .unitRolls }
        var isRolledTwice: Bool { rolls.count > 1 }
        /// How many objects move; each moment compares all of them, and two rolls have twice the moments.
        var objects: Int { isRolledTwice ? 40 : 500 }

        /// What runs when the run begins.
        var start: String { self == .rolls || self == .unitRolls ? "2.2.1" : "2.6.12" }
        /// What it goes through, in order.
        var rolls: [String] {
            switch self {
            case .daemonSet, .unit, .unitOfScripts: ["3.5.8"]
            case .rolls, .unitRolls: ["2.6.12", "3.5.8"]
            case .rollsBehind: ["3.5.8", "3.7.5"]
            }
        }
        /// What runs at the end.
        var end: String { rolls.last ?? "" }
    }

    private static let release = MinorRelease(major: 1, minor: 12)
    /// What Calico goes through in any form, in order.
    private static let versions = ["2.2.1", "2.6.12", "3.5.8", "3.7.5"]

    private func scene(_ form: Form) throws -> Scene {
        var scene = try Scene(etcd: 1, controlPlane: 1, workers: 2) { playbook in
            playbook.simulation = SimulationSettings(
                release: MinorRelease(major: 1, minor: 12),
                pace: .zero,
                calicoTag: "v\(form.start)"
            )
            let rolls = form.rolls.compactMap { text in
                PackageVersion("\(text)-1").map { ComponentVersion(package: $0, tag: "v\(text)") }
            }
            playbook.calico = CalicoOptions(versions: [:])
            playbook.calico?.rolls = [Self.release: rolls]
            if form.isUnit {
                playbook.calico?.unit = "calico-node"
                playbook.calico?.packages = ["calico-node", "calicoctl"]
            }
            playbook.calico?.migration = CalicoMigrationOptions(at: MinorRelease(major: 1, minor: 12))
        }
        // Nothing but the phase that moves Calico, and what it saves before.
        let all = scene.steps
        scene.steps = StepSet(steps: Array(all.steps.values)) { hop, playbook, isFirst in
            all.outline(hop, playbook, isFirst).filter { $0.id.kind == "network-before" }
        }
        let objects = (0..<form.objects).map { CalicoObject(kind: "IPAMBlock", name: "b\($0)", digest: "\($0)") }
        scene.cluster.calico?.old?.objects = objects
        scene.cluster.packaging.scriptsRestart = form != .unit && form != .unitRolls
        return scene
    }

    /// The law, of one moment: of the stores, and that none is in charge which a unit does not work with yet.
    private static func holds(_ state: ClusterState, _ form: Form) -> Bool {
        guard let stores = state.calico else { return false }
        if rollsByItself(state) { return false }
        let behind = state.hosts.values.contains { $0.newerFiles?.values.contains { !$0.isEmpty } == true }
        if stores.isComplete && behind { return false }
        if stores.isComplete || stores.isInUse { return stores.differences.isEmpty && stores.old?.isReady == false }
        return stores.old?.objects.count == form.objects && stores.new?.isReady != true
    }

    /// The law, of a DaemonSet: as long as pods are not of its template it replaces none by itself.
    private static func rollsByItself(_ state: ClusterState) -> Bool {
        state.daemonSets.values.contains { $0.updateStrategy != DaemonSetState.held && $0.isBehind }
    }

    @Test("killed at any boundary of a roll and cleaned up, no pod is replaced without its gate; what is kept says so")
    func rollCleanedUp() async throws {
        var scene = try scene(.daemonSet)
        scene.playbook.calico?.migration = nil
        let plan = try await scene.plan()
        let effects = try await life(scene, plan, [KillSwitch(at: 0, .before)], breaks: Self.rollsByItself).effects
        var (kept, takenBack) = (0, 0)
        for effect in 1...effects {
            let what: Comment = "killed after effect \(effect)"
            let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
            let memory = MemoryRecorder()
            _ = try await scene.lives(plan, [KillSwitch(at: effect, .after)], on: cluster, memory)
            let entries = memory.state.ledger.entries.count
            let outcomes = try await Cleanup.perform(run: scene.run, recorder: memory, access: cluster) { _ in }
            let state = await cluster.state
            #expect(!Self.rollsByItself(state), what)
            let left = outcomes.count { if case .kept = $0 { true } else { false } }
            #expect(memory.state.ledger.entries.count == left, "what is kept stays in the ledger: \(what)")
            kept += left > 0 ? 1 : 0
            takenBack += left == 0 && entries > 1 ? 1 : 0
            // And it goes on from there to the same end.
            let stop = try await scene.driver(plan, cluster).walk(recorder: memory)
            #expect(stop == .completed, what)
            let end = await cluster.state.daemonSets.values.allSatisfy {
                $0.updateStrategy == "RollingUpdate" && !$0.isBehind
            }
            #expect(end, what)
        }
        #expect(kept > 1 && takenBack > 1, "\(kept) kept, \(takenBack) taken back")
    }

    @Test("a unit is restarted once, whether its packages' scripts restart it or not, and wherever the run is killed")
    func rolled() async throws {
        for form in [Form.unit, .unitOfScripts] {
            var scene = try scene(form)
            scene.playbook.calico?.migration = nil
            let plan = try await scene.plan()
            let whole = try await life(scene, plan, [KillSwitch(at: 0, .before)], breaks: { _ in false })
            #expect(whole.stop == .completed)
            #expect(restarts(whole.state) == (form == .unit ? 2 : 0))
            #expect(whole.state.hosts.values.allSatisfy { $0.newerFiles?["calico-node"] == nil })
            for effect in 1...whole.effects {
                for moment in KillSwitch.Moment.allCases {
                    let switches = [KillSwitch(at: effect, moment), KillSwitch(at: 0, .before)]
                    let found = try await life(scene, plan, switches, breaks: { _ in false })
                    let what: Comment = "\(form), killed \(moment) effect \(effect)"
                    #expect(found.stop == .completed && found.state.applied == whole.state.applied, what)
                }
            }
        }
    }

    @Test(
        "killed at any boundary and resumed, all is moved once, and no moment breaks the law",
        arguments: Form.allCases
    )
    func resumed(form: Form) async throws {
        let scene = try scene(form)
        let plan = try await scene.plan()
        let breaks: @Sendable (ClusterState) -> Bool = { !Self.holds($0, form) }
        let whole = try await life(scene, plan, [KillSwitch(at: 0, .before)], breaks: breaks)
        #expect(whole.stop == .completed && whole.state.calico?.isComplete == true)
        #expect(whole.state.calico?.differences == [] && whole.state.calico?.new?.objects.count == form.objects)
        #expect(restarts(whole.state) == (form.isUnit ? form.isRolledTwice ? 4 : 2 : 0), "one for each worker and roll")
        for effect in 1...whole.effects {
            for moment in KillSwitch.Moment.allCases {
                let switches = [KillSwitch(at: effect, moment), KillSwitch(at: 0, .before)]
                let found = try await life(scene, plan, switches, breaks: breaks)
                let what: Comment = "killed \(moment) effect \(effect)"
                #expect(found.stop == .completed, what)
                #expect(found.state.applied == whole.state.applied, what)
                #expect(found.state.calico == whole.state.calico, what)
                #expect(found.broken == 0, what)
            }
        }
    }

    @Test(
        "killed at any boundary and cleaned up, the old store is awake, or a node works with the new one already",
        arguments: Form.allCases
    )
    func cleanedUp(form: Form) async throws {
        let scene = try scene(form)
        let plan = try await scene.plan()
        let effects = try await life(scene, plan, [KillSwitch(at: 0, .before)], breaks: { _ in false }).effects
        var woken = 0
        for effect in 1...effects {
            let what: Comment = "killed after effect \(effect)"
            let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
            let memory = MemoryRecorder()
            _ = try await scene.lives(plan, [KillSwitch(at: effect, .after)], on: cluster, memory)
            let paused = await cluster.state.calico?.isPaused == true
            let inUse = await cluster.state.calico?.isInUse == true
            guard !memory.state.ledger.entries.isEmpty else { continue }
            _ = try await Cleanup.perform(run: scene.run, recorder: memory, access: cluster) { _ in }
            let state = await cluster.state
            let stores = try #require(state.calico)
            #expect(Self.holds(state, form), what)
            #expect(stores.old?.isReady == (inUse || stores.isComplete ? false : true), what)
            woken += paused && !inUse ? 1 : 0
            // And it goes on from there to the same end.
            let stop = try await scene.driver(plan, cluster).walk(recorder: memory)
            #expect(stop == .completed, what)
            let end = try #require(await cluster.state.calico)
            #expect(end.isComplete && end.differences.isEmpty && end.new?.objects.count == form.objects, what)
        }
        #expect(woken > 3, "cleanups woke the old store")
    }

    @Test(
        "killed at any boundary of two rolls and planned anew, no host and no template goes back to an earlier version",
        arguments: [Form.rolls, .unitRolls, .rollsBehind]
    )
    func plannedAnew(form: Form) async throws {
        let scene = try scene(form)
        let plan = try await scene.plan()
        let effects = try await life(scene, plan, [KillSwitch(at: 0, .before)], breaks: { _ in false }).effects
        var passed = 0
        for effect in 1...effects {
            let what: Comment = "killed after effect \(effect)"
            let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
            let memory = MemoryRecorder()
            _ = try await scene.lives(plan, [KillSwitch(at: effect, .after)], on: cluster, memory)
            _ = try await Cleanup.perform(run: scene.run, recorder: memory, access: cluster) { _ in }
            let before = await cluster.state
            let anew = try await Planner.plan(
                playbook: scene.playbook,
                playbookDigest: "playbook",
                versionsDigest: "versions",
                run: "anew",
                steps: scene.steps,
                hops: scene.hops,
                access: cluster
            )
            .plan
            let stop = try await scene.driver(anew, cluster, run: "anew").walk(recorder: MemoryRecorder())
            #expect(stop == .completed, what)
            let end = await cluster.state
            #expect(Self.goesUp(Array(end.applied.dropFirst(before.applied.count)), from: before), what)
            #expect(end.calico?.isComplete == true && end.calico?.differences == [], what)
            let installed = end.hosts.values.compactMap { $0.packages["calicoctl"]?.version.description }
            #expect(Set(installed) == ["\(form.end)-1"], what)
            #expect(end.daemonSets.values.allSatisfy { $0.image.hasSuffix("v\(form.end)") && !$0.isBehind }, what)
            let isPassed =
                before.daemonSets.values.contains { $0.image.hasSuffix("v\(form.end)") }
                || before.hosts.values.contains { $0.packages["calicoctl"]?.version.description == "\(form.end)-1" }
            passed += isPassed ? 1 : 0
        }
        #expect(passed > 5, "runs were planned anew beyond the first roll")
    }

    /// Whether each action on Calico's template and packages leads to a later version than is there.
    private static func goesUp(_ actions: [Action], from state: ClusterState) -> Bool {
        func order(_ text: String) -> Int { versions.firstIndex { text.contains($0) } ?? -1 }
        var installed = state.hosts.mapValues { host in order(host.packages["calicoctl"]?.version.description ?? "") }
        for action in actions {
            switch action {
            case .setDaemonSetImage(_, _, _, let image, let prior):
                if order(image) <= order(prior) { return false }
            case .pullImage(_, let image, _):
                // What nobody runs any more is not fetched either.
                if state.daemonSets.values.contains(where: { order(image) < order($0.image) }) { return false }
            case .install(let host, let packages, _):
                let new = packages.map { order($0.version.description) }.min() ?? -1
                if new <= installed[host] ?? -1 { return false }
                installed[host] = new
            default: break
            }
        }
        return true
    }

    /// How often this program has restarted a unit of Calico.
    private func restarts(_ state: ClusterState) -> Int {
        state.applied.count { if case .restart(_, "calico-node") = $0 { true } else { false } }
    }

    private func life(
        _ scene: Scene,
        _ plan: Plan,
        _ switches: [KillSwitch],
        breaks: @escaping @Sendable (ClusterState) -> Bool
    ) async throws -> (state: ClusterState, stop: StopReason?, effects: Int, broken: Int) {
        let broken = Count()
        let cluster = SimulatedCluster(
            scene.cluster,
            clock: VirtualClock(),
            change: { if breaks($0) { broken.add() } }
        )
        let memory = MemoryRecorder()
        let stop = try await scene.lives(plan, switches, on: cluster, memory)
        return (await cluster.state, stop, switches[0].effects, broken.value)
    }
}

/// How often something was seen.
private final class Count: Sendable {
    private let number = Mutex(0)

    var value: Int { number.withLock { $0 } }

    func add() { number.withLock { $0 += 1 } }
}
