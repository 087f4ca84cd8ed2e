import Testing

@testable import UpgradeCore
@testable import UpgradeSteps

@Suite("Calico's data moves")
struct CalicoMigrationTests {
    private let phase: PhaseID = "network"
    private let place = "/var/lib/upgrader/calico-upgrade"
    private let pool = CalicoObject(kind: "IPPool", name: "10.64.0.0/16", digest: "a")
    private let peer = CalicoObject(kind: "BGPPeer", name: "10.0.0.1", digest: "b")

    private func scene(
        old: Bool? = true,
        new: CalicoStore? = nil,
        _ change: (inout Scene) -> Void = { _ in }
    ) -> Scene {
        var scene = Scene()
        scene.movesCalico()
        scene.playbook.calico?.migration = CalicoMigrationOptions(at: MinorRelease.start.next)
        scene.calico = CalicoStores(old: CalicoStore(isReady: old, objects: [pool, peer]), new: new)
        change(&scene)
        return scene
    }

    private func stage(_ stage: CalicoStage) -> Action {
        .migrateCalico(host: "cp1", store: "etcd1", stage: stage, mark: "run1")
    }

    @Test("the conversion is tried once a run, and not at all once the new store is in charge or in use")
    func validate() throws {
        #expect(try scene().decide(CalicoValidate(), phase, on: "cluster") == [stage(.validate)])
        let done = scene { $0.files["cp1:\(place)/validated-run1"] = FileState(sha256: "", size: .mebibytes(0)) }
        #expect(try done.decide(CalicoValidate(), phase, on: "cluster") == [])
        let other = scene { $0.files["cp1:\(place)/validated-run0"] = FileState(sha256: "", size: .mebibytes(0)) }
        #expect(try other.decide(CalicoValidate(), phase, on: "cluster") == [stage(.validate)])
        for store in [CalicoStore(isReady: true), CalicoStore(isReady: false, version: "v3.1.0")] {
            #expect(try scene(old: false, new: store, imported).decide(CalicoValidate(), phase, on: "cluster") == [])
        }
        let none = scene { $0.calico = CalicoStores() }
        #expect(try none.refusal(CalicoValidate(), phase, on: "cluster") == .calicoStoreMissing(host: "etcd1"))
    }

    @Test("a store that is half written, or awake again, is written anew; one that a node works with never is")
    func imports() throws {
        let half = CalicoStore(isReady: false, version: "v2.6.12", objects: [pool])
        let start = [stage(.start)]
        #expect(try scene().decide(CalicoImport(), phase, on: "cluster") == start)
        #expect(try scene(old: false, new: half).decide(CalicoImport(), phase, on: "cluster") == start)
        #expect(try scene(old: true, new: half, imported).decide(CalicoImport(), phase, on: "cluster") == start)
        #expect(try scene(old: false, new: half, imported).decide(CalicoImport(), phase, on: "cluster") == [])
        let used = CalicoStore(isReady: false, version: "v3.1.0", objects: [pool])
        #expect(try scene(old: false, new: used, imported).decide(CalicoImport(), phase, on: "cluster") == [])
    }

    private func imported(_ scene: inout Scene) {
        scene.files["cp1:\(place)/imported"] = FileState(sha256: "", size: .mebibytes(0))
    }

    @Test(
        "a new store that is ready or in use, and that no import of ours has filled, stops every step: nodes would lose all"
    )
    func foreignStore() throws {
        for store in [
            CalicoStore(isReady: true, version: "v3.1.3", objects: [pool]),
            CalicoStore(isReady: false, version: "v3.1.3", objects: [pool]),
        ] {
            let foreign = Unmet.calicoStoreForeign(host: "etcd1", objects: 1)
            // Also where a Calico 3 runs with it, which somebody has moved by hand: no step of the move would go on.
            let moved = self.scene(new: store) {
                $0.daemonSets["kube-system/calico-node"]?.image = "calico/node:v3.1.3"
            }
            #expect(try moved.refusal(ComponentsSupported(), "preflight", on: "cluster") == foreign)
            let scene = scene(new: store)
            #expect(try scene.refusal(CalicoValidate(), phase, on: "cluster") == foreign)
            #expect(try scene.refusal(CalicoImport(), phase, on: "cluster") == foreign)
            #expect(try scene.refusalAtGate(CalicoCompare(), phase, on: "cluster") == foreign)
            #expect(try scene.refusal(CalicoComplete(), phase, on: "cluster") == foreign)
            #expect(try scene.refusal(ComponentsSupported(), "preflight", on: "cluster") == foreign)
        }
        // Half of an import of ours is no stranger.
        let half = CalicoStore(isReady: false, version: "v2.2.0", objects: [pool])
        let begun = scene(new: half) { $0.files["cp1:\(place)/begun"] = FileState(sha256: "", size: .mebibytes(0)) }
        #expect(try begun.decide(ComponentsSupported(), "preflight", on: "cluster") == [])
    }

    @Test("what one store holds and the other does not stops the move before a node is moved, by its name")
    func compares() throws {
        let other = CalicoObject(kind: "BGPPeer", name: "10-0-0-9", digest: "c")
        let same = CalicoStore(isReady: false, objects: [peer, pool])
        #expect(try scene(old: false, new: same).verdict(CalicoCompare(), phase, on: "cluster") == .open)
        let differing = scene(old: false, new: CalicoStore(isReady: false, objects: [pool, other]))
        #expect(
            try differing.refusalAtGate(CalicoCompare(), phase, on: "cluster")
                == .calicoDiffers([
                    "BGPPeer 10.0.0.1 is not in etcd's v3 API as in its v2 API",
                    "BGPPeer 10-0-0-9 is only in etcd's v3 API",
                ])
        )
        let counted = try differing.measured(CalicoCompare(), phase, on: "cluster")
        #expect(counted == ["objects in the new store: 2 of 2"])
        // Two that say the same are two.
        let twice = scene(old: false, new: CalicoStore(isReady: false, objects: [pool, pool, peer]))
        #expect(
            try twice.refusalAtGate(CalicoCompare(), phase, on: "cluster")
                == .calicoDiffers(["IPPool 10.64.0.0/16 is only in etcd's v3 API"])
        )
    }

    @Test("the new store is put in charge when every node has the new image, and once")
    func complete() throws {
        let store = CalicoStore(isReady: false, version: "v3.1.0", objects: [pool, peer])
        var scene = scene(old: false, new: store) { scene in
            imported(&scene)
            for node in ["w1", "w2"] {
                scene.daemonSets["kube-system/calico-node"]?.pods["\(node).example.org"]?.image = "calico/node:v3.1.0"
            }
        }
        #expect(
            try scene.refusal(CalicoComplete(), phase, on: "cluster")
                == .workloadNotReady(
                    kind: "DaemonSet",
                    namespace: "kube-system",
                    name: "calico-node",
                    on: "w3.example.org"
                )
        )
        scene.daemonSets["kube-system/calico-node"]?.pods["w3.example.org"]?.image = "calico/node:v3.1.0"
        #expect(try scene.decide(CalicoComplete(), phase, on: "cluster") == [stage(.complete)])
        scene.calico?.new?.isReady = true
        #expect(try scene.decide(CalicoComplete(), phase, on: "cluster") == [])
    }

    @Test("files of a host that name the old store are changed, others are not; so is what the DaemonSet is told")
    func configuration() throws {
        var scene = scene { $0.daemonSets["kube-system/calico-node"]?.datastoreType = "etcdv2" }
        #expect(try scene.decide(CalicoConfigure(), phase, on: "w1") == [])
        scene.calicoFiles["w1"] = ["/etc/calico/calicoctl.cfg"]
        #expect(try scene.decide(CalicoConfigure(), phase, on: "w1") == [.switchCalico(host: "w1")])
        let variable = Action.setDaemonSetVariable(
            namespace: "kube-system",
            daemonSet: "calico-node",
            container: "calico-node",
            name: "DATASTORE_TYPE",
            value: "etcdv3",
            prior: "etcdv2"
        )
        let actions = try scene.decide(CalicoImage(), phase, on: "cluster")
        #expect(actions.count == 3 && actions[2] == variable)
        scene.daemonSets["kube-system/calico-node"]?.datastoreType = "kubernetes"
        #expect(try !scene.decide(CalicoImage(), phase, on: "cluster").contains(variable))
    }

    @Test("the pause is ours until the new store is ready or a node works with it")
    func ledger() {
        let effect = SideEffect.calicoPaused(host: "cp1", store: "etcd1", mark: "run1")
        #expect(stage(.start).sideEffect == effect && effect.inverse == stage(.abort))
        func isOurs(_ old: Bool, _ new: CalicoStore?) -> Bool {
            effect.isStillOurs(.calicoStores(CalicoStores(old: CalicoStore(isReady: old), new: new)))
        }
        #expect(isOurs(false, nil) && isOurs(false, CalicoStore(isReady: false, version: "v2.6.12")))
        #expect(!isOurs(true, nil) && !isOurs(false, CalicoStore(isReady: true)))
        // Kept: whoever is told that nothing is left would leave a cluster in which no pod gets an address.
        let used = CalicoStores(old: CalicoStore(isReady: false), new: CalicoStore(isReady: false, version: "v3.1.0"))
        guard case .kept(let why, _) = effect.standing(.calicoStores(used)) else {
            Issue.record("a store in use is not woken")
            return
        }
        #expect(why.contains("a node works with the new store already"))
        var ledger = Ledger()
        let key = scene().context("calico-import", phase, on: "cluster").key
        ledger.note(intent: stage(.start), key: key)
        #expect(ledger.contains(effect))
        ledger.note(result: stage(.complete))
        #expect(ledger.entries.isEmpty)
    }

    @Test("a Calico 3 that does not read what Calico 2 keeps is refused in preflight, with what to write")
    func refusal() throws {
        let preflight: PhaseID = "preflight"
        let needs = Unmet.calicoNeedsMigration(from: "2.2.0", to: "3.1.0", release: MinorRelease.start.next)
        var without = scene { $0.playbook.calico?.migration = nil }
        #expect(try without.refusal(ComponentsSupported(), preflight, on: "cluster") == needs)
        #expect(needs.next.contains("`datastore-migration: {at: 1.13}`"))
        // The one that the playbook has is at another release.
        let other = scene { scene in
            scene.playbook.calico?.rolls[.start] = [ComponentVersion(package: .make("2.6.12-1"), tag: "v2.6.12")]
            scene.playbook.calico?.migration?.at = .start
        }
        #expect(
            try other.refusal(ComponentsSupported(), preflight, on: "cluster")
                == .calicoNeedsMigration(from: "2.6.12", to: "3.1.0", release: MinorRelease.start.next)
        )
        #expect(try scene().decide(ComponentsSupported(), preflight, on: "cluster") == [])
        without.daemonSets["kube-system/calico-node"]?.datastoreType = "kubernetes"
        #expect(try without.decide(ComponentsSupported(), preflight, on: "cluster") == [])
        let none = scene { $0.calico = CalicoStores() }
        #expect(try none.refusal(ComponentsSupported(), preflight, on: "cluster") == .calicoStoreMissing(host: "etcd1"))
    }

    @Test("what Calico keeps is saved and copied before it moves, of each version what is there")
    func backup() throws {
        var scene = scene()
        let place = "/var/lib/upgrader/calico/run1-1.12-1.13"
        func save(_ part: CalicoPart, _ host: String, _ end: String) -> [Action] {
            [
                .saveCalico(host: host, path: "\(place)-\(end)", part: part),
                .fetch(host: host, path: "\(place)-\(end)", localPath: "calico/1.12-1.13-\(end)"),
            ]
        }
        let objects = save(.objects, "cp1", "objects.tar.gz")
        #expect(
            try scene.decide(CalicoBackup(), "network-backup", on: "cluster")
                == objects + save(.etcdv2, "etcd1", "etcdv2.json.gz")
        )
        scene.playbook.calico?.host = "w2"
        let image = "registry.example.org:5000/calico/node:v3.5.8"
        scene.daemonSets["kube-system/calico-node"]?.image = image
        #expect(
            try scene.decide(CalicoBackup(), "network-backup", on: "cluster")
                == save(.objects, "w2", "objects.tar.gz") + save(.etcdv3, "etcd1", "etcdv3.json.gz")
        )
        scene.playbook.calico?.host = nil
        scene.daemonSets["kube-system/calico-node"]?.datastoreType = "kubernetes"
        #expect(try scene.decide(CalicoBackup(), "network-backup", on: "cluster") == objects)
        let file = FileState(sha256: "aa", size: .mebibytes(1))
        scene.files["cp1:\(place)-objects.tar.gz"] = file
        scene.localFiles["calico/1.12-1.13-objects.tar.gz"] = FileState(sha256: "bb", size: .mebibytes(1))
        #expect(try scene.decide(CalicoBackup(), "network-backup", on: "cluster") == [objects[1]])
        scene.localFiles["calico/1.12-1.13-objects.tar.gz"] = file
        #expect(try scene.decide(CalicoBackup(), "network-backup", on: "cluster") == [])
    }

    @Test("a hop that moves Calico's data does so before a node is moved, and ends the pause after the last")
    func outline() throws {
        let all = HopOutline.phases(HopID(from: .start), scene().playbook, true)
        let lanes = try #require(all.first { $0.id == "network" }).lanes
        #expect(lanes.prefix(3).allSatisfy { $0.steps == ["calico-pull"] })
        #expect(lanes[3].steps == ["calico-validate", "calico-import", "calico-compare"])
        #expect(lanes.last?.steps == ["calico-complete", "calico-strategy"])
        #expect(lanes.filter { $0.steps.contains("calico-configure") }.map(\.target).count == 4)
        #expect(try #require(all.first { $0.id == "network-backup" }).lanes.map(\.steps) == [["calico-backup"]])
        // A job of the others may run on a host of its own jobs.
        #expect(!(try #require(all.first { $0.id == "backup" }).lanes.flatMap(\.steps).contains("calico-backup")))
        let later = HopOutline.phases(HopID(from: MinorRelease.start.next), scene().playbook, false)
        #expect(!later.flatMap(\.lanes).flatMap(\.steps).contains("calico-backup"))
    }
}
