import Testing

@testable import UpgradeCore
@testable import UpgradeSteps

@Suite("Way back")
struct WayBackTests {
    private let scene = Scene()
    private let plan: Plan

    init() {
        let hop = HopID(from: .start)
        let hops = [hop, HopID(from: hop.to)].map { one in
            PlannedHop(id: one, phases: HopOutline.phases(one, Scene().playbook, one == hop))
        }
        plan = Plan(
            cluster: "test",
            playbookDigest: "",
            versionsDigest: "",
            machineIDs: [:],
            baseline: Baseline(readyNodes: [], foreignCordons: [], etcdMembers: 3),
            hops: hops
        )
    }

    @Test("a step stands for its lane, a phase for its first lane, and nothing else for anything")
    func beginning() throws {
        let lane = try #require(plan.beginning(of: "1.12-1.13/workers/drain@w2"))
        #expect(lane.description == "1.12-1.13/workers/host-foresight@w2")
        #expect(plan.beginning(of: "1.12-1.13/workers")?.description == "1.12-1.13/workers/host-foresight@w1")
        for name in ["1.12-1.13", "1.12-1.13/workers/drain@w9", "1.12-1.13/worker", "", "w1", "1.15-1.16/workers"] {
            #expect(plan.beginning(of: name) == nil, "\(name)")
        }
    }

    @Test("workers that were begun are taken back, the latest first; the others, and those before the step, are not")
    func workers() throws {
        let records = done(through: "1.12-1.13/workers/host-foresight@w2")
        let whole = try back(to: "1.12-1.13/workers", records)
        #expect(whole.hop.phases.flatMap(\.lanes).map(\.target) == [.host("w2"), .host("w1")])
        #expect(whole.hop.phases.map(\.batch) == [1] && whole.hop.phases.map(\.failureBudget) == [0])
        #expect(whole.hop.id == plan.hops[0].id)
        let part = try back(to: "1.12-1.13/workers/drain@w2", records)
        #expect(part.hop.phases.flatMap(\.lanes).map(\.target) == [.host("w2")])
    }

    @Test("workers of several waves are taken back as one, from the canary on; a cordon that was set ahead goes first")
    func waves() throws {
        var playbook = scene.playbook
        playbook.waves = WaveOptions(canary: .first(1), cordonsAhead: true)
        playbook.waves.drawn = try playbook.waves(among: [])
        var wavy = plan
        wavy.hops = [PlannedHop(id: plan.hops[0].id, phases: HopOutline.phases(plan.hops[0].id, playbook, true))]
        let start = try #require(wavy.beginning(of: "1.12-1.13/workers"))
        #expect(start.description == "1.12-1.13/workers-canary/host-foresight@w1")
        #expect(wavy.beginning(of: "1.12-1.13/workers-rest")?.target == .host("w2"))
        let last = try #require(StepKey("1.12-1.13/workers-rest/host-foresight@w2"))
        let ahead = try #require(StepKey("1.12-1.13/cordon-ahead-rest/cordon-ahead@cluster"))
        let own = try #require(StepKey("1.12-1.13/workers-rest/cordon@w2"))
        let end = try #require(wavy.keys.firstIndex(of: last))
        let records =
            wavy.keys[...end].map { Record.done($0) } + [
                .intended(ahead, attempt: 1, index: 0, .cordon(node: "w3.example.org", mark: "run1-ahead")),
                .intended(own, attempt: 1, index: 0, .cordon(node: "w2.example.org", mark: "run1")),
            ]
        var state = RunState()
        for record in records { state.apply(record) }
        let back = try WayBack(to: start, of: wavy, state, records, playbook, StepCatalog.all)
        #expect(back.hop.phases.map(\.id) == ["workers"])
        #expect(back.hop.phases.flatMap(\.lanes).map(\.target) == [.host("w2"), .host("w1")])
        #expect(back.effects == [.cordon(node: "w3.example.org", mark: "run1-ahead")])
        var rollback = wavy
        rollback.takesBack = "run1"
        rollback.hops = [back.hop]
        let isTaken = StepCatalog.isTakenBack(by: rollback, of: wavy)
        #expect(isTaken(start) && isTaken(last) && !isTaken(ahead))
        #expect(!isTaken(try #require(StepKey("1.12-1.13/workers-rest/cordon@w3"))))
        #expect(!isTaken(try #require(StepKey("1.12-1.13/network/calico-pod@w1"))))
    }

    @Test("what the ledger holds is told, the latest first, without the cordon that the lane of its worker takes away")
    func ledger() throws {
        let key = try key("1.12-1.13/workers/pause-timers@w1")
        let before = try self.key("1.12-1.13/control-plane/hold-controllers@cp1")
        let records =
            done(through: key.description)
            + [
                .intended(before, attempt: 1, index: 0, .mask(host: "cp1", unit: "u")),
                .intended(key, attempt: 1, index: 0, .pause(host: "w1", unit: "a")),
                .intended(key, attempt: 1, index: 1, .pause(host: "w1", unit: "b")),
                .intended(key, attempt: 1, index: 2, .cordon(node: "w1.example.org", mark: "run1")),
            ]
        let effects = try back(to: "1.12-1.13/workers", records).effects
        #expect(effects == [.pause(host: "w1", unit: "b"), .pause(host: "w1", unit: "a")])
    }

    @Test("before anything was installed only the ledger is undone, and the cluster looked at")
    func early() throws {
        let records = done(through: "1.12-1.13/control-plane/hold-controllers@cp1")
        let hop = try back(to: "1.12-1.13/control-plane", records).hop
        #expect(hop.keys.map(\.description) == ["1.12-1.13/verify/cluster-health@cluster"])
    }

    @Test("a step at which nothing was begun is refused")
    func notReached() throws {
        let records = done(through: "1.12-1.13/workers/host-foresight@w1")
        #expect(throws: WayBack.Refusal.notReached(try key("1.12-1.13/workers/host-foresight@w3"))) {
            try back(to: "1.12-1.13/workers/drain@w3", records)
        }
    }

    @Test("what lies before the point of no return is refused by it, also where the packages were new already")
    func pointOfNoReturn() throws {
        let install = try key("1.12-1.13/control-plane/install-control-plane@cp1")
        let why = try #require(InstallControlPlane().pointOfNoReturn)
        let refusal = WayBack.Refusal.pointOfNoReturn(PointOfNoReturn(key: install, why: why))
        let begun = done(through: "1.12-1.13/control-plane/hold-controllers@cp1") + [.begun(install, attempt: 1)]
        #expect(try back(to: "1.12-1.13/backup", begun).effects.isEmpty, "begun, and nothing asked for yet")
        let action = Action.install(host: "cp1", packages: [])
        for more in [[Record.intended(install, attempt: 1, index: 0, action)], [.done(install)]] {
            #expect(throws: refusal) { try back(to: "1.12-1.13/backup", begun + more) }
        }
        let workers = done(through: "1.12-1.13/workers/cordon@w1")
        #expect(throws: refusal) { try back(to: "1.12-1.13/controllers", workers) }
    }

    @Test("the workers of a hop are taken back from the next hop until that has a point of no return of its own")
    func nextHop() throws {
        let looked = done(through: "1.13-1.14/backup/etcd-snapshot@etcd1")
        let back = try back(to: "1.12-1.13/workers", looked)
        #expect(back.hop.phases.flatMap(\.lanes).count == 3)
        let beyond = done(through: "1.13-1.14/workers/cordon@w1")
        let install = try key("1.13-1.14/control-plane/install-control-plane@cp1")
        #expect(throws: WayBack.Refusal.self) { try self.back(to: "1.12-1.13/workers", beyond) }
        do {
            _ = try self.back(to: "1.12-1.13/workers", beyond)
        } catch WayBack.Refusal.pointOfNoReturn(let point) {
            #expect(point.key == install)
        }
    }

    @Test("a change that has no inverse is named; clients may be newer than their servers")
    func changedForGood() throws {
        let clients = try key("1.12-1.13/clients/install-clients@cp1")
        let newer =
            done(through: clients.description)
            + [.intended(clients, attempt: 1, index: 0, .install(host: "cp1", packages: []))]
        #expect(try back(to: "1.12-1.13/workers", newer).hop.phases.flatMap(\.lanes).count == 3)
        let verify = try key("1.12-1.13/verify/verify-cluster@cluster")
        let image = Action.setDeploymentImage(namespace: "n", deployment: "d", container: "c", image: "i")
        #expect(throws: WayBack.Refusal.changedForGood(verify, why: image.title)) {
            try back(to: "1.12-1.13/workers", newer + [.intended(verify, attempt: 1, index: 0, image)])
        }
    }

    @Test("a worker that runs an API server is not taken back")
    func stacked() throws {
        var playbook = scene.playbook
        playbook.hosts = playbook.hosts.map { host in
            host.name == "w1" ? Host(name: "w1", roles: [.worker, .controlPlane], nodeName: "w1") : host
        }
        let records = done(through: "1.12-1.13/workers/cordon@w1")
        #expect(throws: WayBack.Refusal.runsAPIServer(host: "w1")) {
            try back(to: "1.12-1.13/workers", records, playbook)
        }
    }

    private func key(_ text: String) throws -> StepKey { try #require(StepKey(text)) }

    private func done(through last: String) -> [Record] {
        let end = plan.keys.firstIndex { $0.description == last } ?? -1
        #expect(end >= 0, "\(last) is in the plan")
        return plan.keys.prefix(end + 1).map { .done($0) }
    }

    private func back(to name: String, _ records: [Record], _ playbook: Playbook? = nil) throws -> WayBack {
        var state = RunState()
        for record in records { state.apply(record) }
        let playbook = playbook ?? scene.playbook
        let first = try #require(plan.beginning(of: name))
        return try WayBack(to: first, of: plan, state, records, playbook, StepCatalog.all(for: playbook))
    }
}
