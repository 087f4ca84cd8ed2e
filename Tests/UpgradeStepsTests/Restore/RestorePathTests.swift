import Testing

@testable import UpgradeCore
@testable import UpgradeSteps

@Suite("The way back by a snapshot of etcd")
struct RestorePathTests {
    private let scene = Scene()
    private let plan: Plan
    private let file = "/var/lib/upgrader/snapshots/s.db"

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

    @Test(
        "to the beginning of the last hop that has changed something; workers that were begun go back, the latest first"
    )
    func path() throws {
        let records = try hop("1.12-1.13", through: "workers/host-foresight@w2")
        let found = try back(nil, records)
        #expect(found.first.description == "1.12-1.13/preflight/host-reachable@cp1")
        #expect(found.host == "etcd1" && found.path == file && found.saved == 7)
        let workers = found.hop.phases.filter { $0.id == "workers" }.flatMap(\.lanes).map(\.target)
        #expect(workers == [.host("w2"), .host("w1")])
        #expect(found.hop.phases.first { $0.id == "restore-start" }?.batch == 3, "a member alone is never up")
        #expect(found.hop.phases.first { $0.id == "restore-stage" }?.lanes.first?.target == .host("etcd1"))
        let looked = try records + hop("1.13-1.14", through: "preflight/host-reachable@cp1", changes: false)
        #expect(try back(nil, looked).hop.id == plan.hops[0].id, "a later hop that has only looked does not count")
    }

    @Test("phases stand in the order in which nothing writes before all have the data")
    func order() throws {
        let ids = try back(nil, hop("1.12-1.13", through: "workers/host-foresight@w1")).hop.phases.map(\.id)
        #expect(
            ids == [
                "preflight", "restore-stage", "restore-stop", "restore-stop-etcd", "restore-swap", "restore-start",
                "restore-control-plane", "controllers", "restore-watchers", "workers", "verify",
            ]
        )
    }

    @Test("without a snapshot that was saved and read back in this hop there is no way")
    func snapshot() throws {
        let key = try key("1.12-1.13/backup/etcd-snapshot@etcd1")
        let all = try hop("1.12-1.13", through: "workers/host-foresight@w1")
        let unproven = all.filter { record in
            if case .intended(_, _, _, .proveSnapshot) = record { false } else { true }
        }
        #expect(throws: RestorePath.Refusal.self) { try back(nil, unproven) }
        let undone = all.filter { $0 != .done(key) }
        #expect(throws: RestorePath.Refusal.noSnapshot(key.hop, why: "none was saved")) { try back(nil, undone) }
        // One that was saved anew was proven anew, or is not proven.
        let anew = all + [.intended(key, attempt: 2, index: 0, .saveSnapshot(host: "etcd1", path: file))]
        #expect(throws: RestorePath.Refusal.self) { try back(nil, anew) }
    }

    @Test("what a later hop has changed is refused by its name")
    func laterHop() throws {
        let first = try hop("1.12-1.13", through: "verify/verify-cluster@cluster")
        let keep = try key("1.13-1.14/control-plane/keep-packages@cp1")
        let kept =
            first + [.intended(keep, attempt: 1, index: 0, .keepArchives(host: "cp1", packages: [], directory: "d"))]
        #expect(throws: RestorePath.Refusal.laterHop(keep)) { try back("1.12-1.13", kept) }
        let second = try first + hop("1.13-1.14", through: "workers/host-foresight@w1")
        #expect(try back(nil, second).hop.id == plan.hops[1].id)
        #expect(throws: RestorePath.Refusal.self) { try back("1.12-1.13", second) }
    }

    @Test("what was moved out of etcd's v2 API is not in a snapshot")
    func calico() throws {
        let key = try key("1.12-1.13/workers/host-foresight@w1")
        let action = Action.migrateCalico(host: "cp1", store: "etcd1", stage: .start, mark: "run1")
        let records = try hop("1.12-1.13", through: "workers/host-foresight@w1")
        #expect(throws: RestorePath.Refusal.changedForGood(key, why: action.title)) {
            try back(nil, records + [.intended(key, attempt: 1, index: 0, action)])
        }
    }

    @Test("a hop that was not begun, and a run that has begun nothing, are refused; what stays newer is named")
    func rest() throws {
        #expect(throws: RestorePath.Refusal.nothingBegun) { try back(nil, []) }
        let records = try hop("1.12-1.13", through: "clients/install-clients@cp1")
        #expect(throws: RestorePath.Refusal.notReached(plan.hops[1].id)) { try back("1.13-1.14", records) }
        let client = try key("1.12-1.13/clients/install-clients@cp1")
        let package = PackageSpec(name: "kubernetes-client", version: .target)
        let newer = records + [.intended(client, attempt: 1, index: 0, .install(host: "cp1", packages: [package]))]
        #expect(try back(nil, newer).stays == ["kubernetes-client 1.13.12-1 on cp1"])
    }

    @Test(
        "a restore that was given up has taken the hop back in the journal, and not on the hosts: another one leads back"
    )
    func givenUp() throws {
        let records = try hop("1.12-1.13", through: "workers/install-node@w1")
        let taken = plan.keys.lanes.map { Record.tookBack($0, by: "restore") }
        #expect(try back(nil, records + taken) == back(nil, records))
    }

    private func key(_ text: String) throws -> StepKey { try #require(StepKey(text)) }

    /// A hop whose snapshot was proven and whose control plane is new, through a step.
    private func hop(_ name: String, through last: String, changes: Bool = true) throws -> [Record] {
        let keys = plan.keys.filter { $0.hop.description == name }
        let end = try #require(keys.firstIndex { $0.description == "\(name)/\(last)" }, "\(last) is in the plan")
        let done = keys[...end].map { Record.done($0) }
        guard changes else { return done }
        let snapshot = try key("\(name)/backup/etcd-snapshot@etcd1")
        let install = try key("\(name)/control-plane/install-control-plane@cp1")
        return [
            .intended(snapshot, attempt: 1, index: 0, .saveSnapshot(host: "etcd1", path: file)),
            .intended(snapshot, attempt: 1, index: 1, .proveSnapshot(host: "etcd1", path: file, key: "k")),
            .intended(install, attempt: 1, index: 0, .install(host: "cp1", packages: [])),
        ] + done
    }

    private func back(_ name: String?, _ records: [Record]) throws -> RestorePath {
        let id = name.flatMap { name in plan.hops.map(\.id).first { $0.description == name } }
        return try RestorePath(of: id, plan, records.map { (7, $0) }, scene.playbook)
    }
}
