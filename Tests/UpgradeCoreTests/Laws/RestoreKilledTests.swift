import Synchronization
import Testing
import UpgradeCore
import UpgradeSteps
import UpgradeTestSupport

/// Law: wherever a hop stops after its control plane was begun, its snapshot leads back to its beginning, wherever that is
/// killed: the older release runs, the API holds what it held, and nothing of either run is left.
@Suite("Law: killed anywhere, restore of etcd")
struct RestoreKilledTests {
    @Test(
        "killed before or after every effect of it, the restore ends as if it had not been",
        arguments: KillSwitch.Moment.allCases
    )
    func everyEffect(moment: KillSwitch.Moment) async throws {
        let scene = try scene()
        let plan = try await scene.plan()
        let upgrade = try await upgraded(scene, plan) { $0.workerBegun }
        let whole = try await life(scene, plan, upgrade, [KillSwitch(at: 0, .before)], "not killed")
        try #require(whole.effects > 150)
        for effect in 1...whole.effects {
            let switches = [KillSwitch(at: effect, moment), KillSwitch(at: 0, .before)]
            let found = try await life(scene, plan, upgrade, switches, "killed \(moment) effect \(effect)")
            #expect(found.counts == whole.counts, "killed \(moment) effect \(effect)")
        }
    }

    @Test("killed twice, at sampled effects, it ends all the same")
    func twice() async throws {
        let scene = try scene()
        let plan = try await scene.plan()
        let upgrade = try await upgraded(scene, plan) { $0.workerBegun }
        let whole = try await life(scene, plan, upgrade, [KillSwitch(at: 0, .before)], "not killed")
        for first in stride(from: 1, through: whole.effects, by: 13) {
            for second in stride(from: 1, through: whole.effects - first, by: 17) {
                let switches = [
                    KillSwitch(at: first, .after), KillSwitch(at: second, .before), KillSwitch(at: 0, .before),
                ]
                _ = try await life(scene, plan, upgrade, switches, "killed at \(first), then at \(second)")
            }
        }
    }

    @Test("wherever the upgrade died after its first new control-plane package, there is a way back")
    func anywhere() async throws {
        let scene = try scene()
        let plan = try await scene.plan()
        let whole = KillSwitch(at: 0, .before)
        let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
        _ = try await scene.driver(plan, MortalAccess(cluster, whole))
            .walk(recorder: MortalRecorder(MemoryRecorder(), whole))
        var lives = 0
        // A prime stride lands on every kind of effect.
        for effect in stride(from: 1, through: whole.effects, by: 7) {
            let upgrade = try await died(scene, plan, at: effect)
            guard upgrade.isInstalled else { continue }
            _ = try await life(scene, plan, upgrade, [KillSwitch(at: 0, .before)], "the upgrade died at \(effect)")
            lives += 1
        }
        #expect(lives > 20, "there was something to take back")
    }

    private func scene() throws -> Scene { try Scene(etcd: 3, controlPlane: 2, workers: 2) }

    /// An upgrade that was killed.
    private struct Upgrade {
        var memory: MemoryRecorder
        var left: ClusterState

        var workerBegun: Bool {
            memory.records.contains { record in
                if case .done(let key) = record { key.step == "node-ready" } else { false }
            }
        }

        var isInstalled: Bool {
            memory.records.contains { record in
                if case .intended(let key, _, _, .install) = record { key.phase == "control-plane" } else { false }
            }
        }
    }

    private func died(_ scene: Scene, _ plan: Plan, at effect: Int) async throws -> Upgrade {
        let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
        let memory = MemoryRecorder()
        let first = KillSwitch(at: effect, .after)
        _ = try? await scene.driver(plan, MortalAccess(cluster, first)).walk(recorder: MortalRecorder(memory, first))
        return Upgrade(memory: memory, left: await cluster.state)
    }

    /// The upgrade, killed at the first effect from which on it has come so far.
    private func upgraded(_ scene: Scene, _ plan: Plan, _ hasCome: (Upgrade) -> Bool) async throws -> Upgrade {
        var (low, high) = (1, 4096)
        while low < high {
            let middle = (low + high) / 2
            if hasCome(try await died(scene, plan, at: middle)) { high = middle } else { low = middle + 1 }
        }
        // A little further: the second worker is in hand.
        return try await died(scene, plan, at: low + 40)
    }

    private struct Life {
        var effects: Int
        var counts: [Action: Int]
    }

    private func life(
        _ scene: Scene,
        _ plan: Plan,
        _ before: Upgrade,
        _ switches: [KillSwitch],
        _ what: String
    ) async throws -> Life {
        let clock = VirtualClock()
        let watch = RestoreWatch()
        let cluster = SimulatedCluster(before.left, clock: clock, change: { watch.look($0) })
        let upgrade = MemoryRecorder(before.memory.records)
        let back = try await scene.restore(plan, upgrade, run: "back", cluster)
        let taking = Cleanup.Taking(
            rollback: "back",
            run: scene.run,
            plan: plan,
            undoesLedger: true,
            isFinal: true,
            isMeant: StepCatalog.isTakenBack(by: back, of: plan)
        )
        let memory = MemoryRecorder()
        var stop: StopReason?
        for killSwitch in switches {
            let access = MortalAccess(StagedAccess.silentAPI(cluster), killSwitch)
            let journal = MortalRecorder(upgrade, killSwitch)
            let outcomes = try? await Cleanup.takeBack(taking, recorder: journal, access: access) { _ in }
            guard outcomes?.allSatisfy(\.isSettled) == true else {
                #expect(killSwitch.isDead, "\(what): \(outcomes ?? [])")
                continue
            }
            stop = try? await scene.driver(back, access, run: "back", clock: clock)
                .walk(recorder: MortalRecorder(memory, killSwitch))
            if stop == .completed { try? await Cleanup.endTaking(taking, recorder: journal, access: access) }
        }
        try #require(stop == .completed, "\(what): \(memory.state.failed)")
        let state = await cluster.state
        expectBack(scene, plan, back, state, what)
        #expect(memory.state.ledger.entries.isEmpty, "\(what)")
        #expect(!upgrade.state.mayHaveLeftSomething, "\(what): \(upgrade.state.ledger.entries)")
        #expect(!plan.keys.contains { upgrade.state.done.contains($0) }, "\(what)")
        #expect(watch.violations.isEmpty, "\(what): \(watch.violations.first ?? "")")
        var counts: [Action: Int] = [:]
        for action in state.applied.dropFirst(before.left.applied.count) { counts[action, default: 0] += 1 }
        return Life(effects: switches[0].effects, counts: counts)
    }

    /// All runs the older release, and the API holds what it held when the snapshot was saved.
    private func expectBack(_ scene: Scene, _ plan: Plan, _ back: Plan, _ state: ClusterState, _ what: String) {
        let older = scene.playbook.releases[plan.hops[0].id.from]
        for (name, host) in state.hosts {
            for package in scene.playbook.packages.controlPlane + scene.playbook.packages.node {
                if let found = host.packages[package] {
                    #expect(found.version == older, "\(what): \(package) of \(name)")
                }
            }
            for (unit, found) in host.units {
                #expect(found.isActive && !found.isMasked, "\(what): \(unit) of \(name)")
                if unit != DaemonName.etcd {
                    #expect(found.runningVersion == older?.kubernetes, "\(what): \(unit) of \(name)")
                }
            }
            #expect(host.etcd == nil || host.restore?.inPlace == back.restores?.sha256, "\(what): etcd of \(name)")
        }
        for node in state.nodes.values {
            #expect(
                node.isReady && !node.isCordoned && node.kubeletVersion == older?.kubernetes,
                "\(what): \(node.name)"
            )
        }
        let saved = state.savedObjects?[back.restores?.path ?? ""]
        #expect(saved?.isHeld(by: state) == true, "\(what): the API holds something else")
    }
}

/// What must hold at every moment of a restore.
private final class RestoreWatch: Sendable {
    private let broken = Mutex<[String]>([])

    var violations: [String] { broken.withLock { $0 } }

    func look(_ state: ClusterState) {
        var found: [String] = []
        let etcd = state.hosts.values.filter { $0.etcd != nil }
        let running = etcd.filter { $0.units[DaemonName.etcd]?.isActive == true }
        if Set(running.map { $0.restore?.inPlace }).count > 1 { found.append("two members run on different data") }
        let servers = state.hosts.values.compactMap { $0.units[ControlPlaneUnit.apiServer.rawValue] }.filter(\.isActive)
        if !servers.isEmpty, running.count < etcd.count { found.append("an API server runs while a member is down") }
        let isBack = etcd.allSatisfy { $0.restore?.inPlace != nil }
        let oldest = state.packaging.hostOfNode.isEmpty ? nil : servers.compactMap(\.runningVersion).max()
        if isBack, let oldest, oldest.release > MinorRelease(major: 1, minor: 12) {
            found.append("a newer API server reads what was restored")
        }
        if !found.isEmpty { broken.withLock { $0 += found } }
    }
}

extension StagedAccess {
    /// A cluster whose API answers only while an API server does.
    fileprivate static func silentAPI(_ cluster: SimulatedCluster) -> StagedAccess {
        @Sendable func refusal() async -> AccessError? {
            let state = await cluster.state
            guard !state.hosts.values.contains(where: { $0.apiServer?.isHealthy == true }) else { return nil }
            return .commandFailed(
                host: "cp1",
                command: "kubectl",
                status: "exit 1",
                output: "The connection to the server"
            )
        }
        var access = StagedAccess(cluster)
        access.asking = { $0.contains(where: isOfAPI) ? await refusal() : nil }
        access.refusing = { $0.host == nil ? await refusal() : nil }
        return access
    }

    private static func isOfAPI(_ probe: Probe) -> Bool {
        switch probe {
        case .apiServers, .leader, .nodes, .node, .podsOnNode, .budgets, .daemonSet, .deployment, .pods, .objects,
            .helmManifests, .helmReleases, .helmPresence:
            true
        default: false
        }
    }
}
