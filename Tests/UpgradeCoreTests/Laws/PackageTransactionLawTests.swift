import Foundation
import Testing
import UpgradeCore
import UpgradeTestSupport

/// Laws, for what a package transaction adds to a host: paused timers, lifted holds, and conffiles that were decided about.
@Suite("Law: killed anywhere, package transaction")
struct PackageTransactionLawTests {
    private static let timers = ["apt-daily.timer", "apt-daily-upgrade.timer"]

    /// Timers on each host, one of them masked by somebody, a conffile of each kind and a package on hold on a worker.
    private func scene() throws -> Scene {
        var scene = try Scene(etcd: 1, controlPlane: 1, workers: 1) { playbook in
            playbook.conffiles.byPath = ["/etc/taken": .take, "/etc/merged": .merge]
            playbook.packageHolds = .keep
        }
        for host in scene.cluster.hosts.keys {
            for unit in Self.timers { scene.cluster.hosts[host]?.units[unit] = UnitState(isActive: true) }
        }
        scene.cluster.hosts["w1"]?.units["apt-daily.timer"] = UnitState(isActive: false, isMasked: true)
        scene.cluster.hosts["w1"]?.packages["kubernetes-node"]?.isHeld = true
        scene.cluster.hosts["w1"]?.conffiles = ["kept", "taken", "merged"].map {
            Conffile(package: "kubernetes-node", path: "/etc/\($0)", shipped: "1", present: "2", next: "3", merged: "4")
        }
        return scene
    }

    @Test(
        "the timers go on, holds are as found and each conffile is what was decided, wherever the run is killed",
        arguments: KillSwitch.Moment.allCases
    )
    func killed(moment: KillSwitch.Moment) async throws {
        let scene = try scene()
        let plan = try await scene.plan()
        let whole = try await life(scene, plan, [KillSwitch(at: 0, .before)])
        #expect(whole.state.applied.count { if case .pause = $0 { true } else { false } } > 3)
        #expect(whole.state.applied.filter { if case .hold = $0 { true } else { false } }.count == 1)
        for effect in 1...whole.effects {
            let found = try await life(scene, plan, [KillSwitch(at: effect, moment), KillSwitch(at: 0, .before)])
            let what: Comment = "killed \(moment) effect \(effect)"
            #expect(found.record.stop == .completed, what)
            #expect(found.record.ledger.entries.isEmpty, what)
            #expect(found.state.hosts["w1"]?.conffiles?.map(\.present) == ["2", "3", "4"], what)
            for (host, state) in found.state.hosts {
                #expect(
                    state.packages.filter(\.value.isHeld).map(\.key) == (host == "w1" ? ["kubernetes-node"] : []),
                    what
                )
                for unit in Self.timers {
                    let isTheirs = host == "w1" && unit == "apt-daily.timer"
                    #expect(state.units[unit]?.isActive == !isTheirs, what)
                    #expect(state.units[unit]?.isMasked == isTheirs, what)
                }
            }
            // Two hosts are saved from at once, in whichever order; nothing is done twice.
            #expect(found.state.applied.map(\.title).sorted() == whole.state.applied.map(\.title).sorted(), what)
        }
    }

    @Test("cleanup lets our timers go on, and leaves those that somebody has masked or changed")
    func cleanup() async throws {
        var scene = try scene()
        scene.cluster.budgets = []
        let plan = try await scene.plan()
        let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
        var access = StagedAccess(cluster)
        access.after = { action in
            guard case .install(host: "cp1", _, _) = action else { return nil }
            return .commandFailed(host: "cp1", command: "apt-get install", status: "exit 100", output: "")
        }
        let recorder = MemoryRecorder()
        _ = try await scene.driver(plan, access).walk(recorder: recorder)
        let effects = Self.timers.map { SideEffect.pause(host: "cp1", unit: $0) }
        #expect(effects.allSatisfy(recorder.state.ledger.contains))
        await cluster.meddle { $0.hosts["cp1"]?.units["apt-daily.timer"]?.isMasked = false }
        let outcomes = try await Cleanup.perform(run: scene.run, recorder: recorder, access: cluster) { _ in }
        #expect(outcomes.contains(.notOurs(effects[0])))
        #expect(outcomes.contains(.undone(effects[1])))
        let state = await cluster.state
        #expect(state.hosts["cp1"]?.units["apt-daily-upgrade.timer"] == UnitState(isActive: true, activeSeconds: 10))
        #expect(state.hosts["w1"]?.units["apt-daily.timer"] == UnitState(isActive: false, isMasked: true))
        #expect(recorder.state.ledger.entries.isEmpty)
    }

    @Test("cleanup puts a hold back that this run has lifted, and not one that somebody has put back")
    func holds() async throws {
        for isTheirs in [false, true] {
            let scene = try scene()
            let plan = try await scene.plan()
            let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
            var access = StagedAccess(cluster)
            access.after = { action in
                guard case .install(host: "w1", _, _) = action else { return nil }
                return .commandFailed(host: "w1", command: "apt-get install", status: "exit 100", output: "")
            }
            let recorder = MemoryRecorder()
            _ = try await scene.driver(plan, access).walk(recorder: recorder)
            let effect = SideEffect.liftedHold(host: "w1", package: "kubernetes-node")
            #expect(recorder.state.ledger.contains(effect))
            if isTheirs {
                await cluster.meddle { $0.hosts["w1"]?.packages["kubernetes-node"]?.isHeld = true }
            }
            let outcomes = try await Cleanup.perform(run: scene.run, recorder: recorder, access: cluster) { _ in }
            #expect(outcomes.contains(isTheirs ? .notOurs(effect) : .undone(effect)))
            #expect(await cluster.state.hosts["w1"]?.packages["kubernetes-node"]?.isHeld == true)
        }
    }

    @Test("the simulated apt changes no package that is on hold")
    func held() throws {
        var state = try scene().cluster
        state.hosts["w1"]?.conffiles = nil
        let version = try #require(PackageVersion("1.13.10-1"))
        let action = Action.install(host: "w1", packages: [PackageSpec(name: "kubernetes-node", version: version)])
        #expect(throws: AccessError.self) { try state.begin(action) }
        try state.end(.unhold(host: "w1", package: "kubernetes-node"))
        #expect(throws: Never.self) { try state.begin(action) }
    }

    @Test("the simulated dpkg takes no install that leaves it to decide about a conffile")
    func neverAlone() throws {
        var state = try scene().cluster
        let version = try #require(PackageVersion("1.13.10-1"))
        let action = Action.install(host: "w1", packages: [PackageSpec(name: "kubernetes-node", version: version)])
        #expect(throws: AccessError.self) { try state.begin(action) }
    }

    @Test("an install that an older version has written down is read")
    func olderJournal() throws {
        let text = #"{"install":{"host":"w1","packages":[]}}"#
        #expect(try JSONDecoder().decode(Action.self, from: Data(text.utf8)) == .install(host: "w1", packages: []))
        let plain = try JSONEncoder().encode(Action.install(host: "w1", packages: []))
        #expect(!String(decoding: plain, as: UTF8.self).contains("conffiles"))
    }

    private func life(
        _ scene: Scene,
        _ plan: Plan,
        _ switches: [KillSwitch]
    ) async throws -> (state: ClusterState, record: RunState, effects: Int) {
        let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
        let memory = MemoryRecorder()
        _ = try await scene.lives(plan, switches, on: cluster, memory)
        return (await cluster.state, memory.state, switches[0].effects)
    }
}
