import Testing

@testable import UpgradeCore
@testable import UpgradeSteps

/// A Calico that a unit runs on each worker: what is asked, restarted, waited for, and left out.
@Suite("Calico's unit")
struct CalicoUnitTests {
    private let phase: PhaseID = "network"
    private let list = "/var/lib/dpkg/info/calico-node.list"
    private let restart = Action.restart(host: "w1", unit: "calico-node")

    private func scene(_ change: (inout Scene) -> Void = { _ in }) -> Scene {
        var scene = Scene()
        scene.movesCalicoUnit()
        change(&scene)
        return scene
    }

    // MARK: the restart

    @Test("a unit that runs from before its package is restarted, one that a maintainer script has restarted is not")
    func restarts() throws {
        var scene = scene { $0.installCalico(on: "w1") }
        #expect(try scene.decide(CalicoUnit(), phase, on: "w1") == [restart])
        scene.newerFiles = [:]
        #expect(try scene.decide(CalicoUnit(), phase, on: "w1") == [])
        scene.units["w1"]?["calico-node"]?.isActive = false
        #expect(try scene.decide(CalicoUnit(), phase, on: "w1") == [restart])
    }

    @Test("nothing is restarted before all its packages are new, or while somebody has masked it")
    func refusals() throws {
        let old = InstalledPackage(version: .make("2.2.0-1"))
        func missing(_ name: String) -> Unmet {
            .unexpectedPackage(host: "w1", package: name, found: old.version, expected: [.make("3.1.0-1")])
        }
        #expect(try scene().refusal(CalicoUnit(), phase, on: "w1") == missing("calico-node"))
        var half = scene { $0.installCalico(on: "w1") }
        half.packages["w1"]?["calicoctl"] = old
        #expect(try half.refusal(CalicoUnit(), phase, on: "w1") == missing("calicoctl"))
        let masked = scene { scene in
            scene.installCalico(on: "w1")
            scene.units["w1"]?["calico-node"]?.isMasked = true
        }
        #expect(
            try masked.refusal(CalicoUnit(), phase, on: "w1") == .unitMasked(host: "w1", unit: "calico-node")
        )
    }

    // MARK: the gate

    @Test("the next node waits until the unit is active and new, the sessions are there, and pods answer")
    func gate() throws {
        var scene = scene { scene in
            scene.installCalico(on: "w1")
            scene.baseline.bgpSessions = ["w1": 1]
            scene.baseline.podsReached = ["w1": ["w2.example.org"]]
            scene.podReach["w1"] = PodReach(reached: ["w2.example.org"])
            scene.bgpPeers["w1"] = [BGPPeer(address: "10.0.0.2", info: "Established")]
        }
        #expect(
            try scene.verdict(CalicoUnit(), phase, on: "w1")
                == .waiting(.unitBehind(host: "w1", unit: "calico-node", files: [list]))
        )
        scene.newerFiles = [:]
        #expect(try scene.verdict(CalicoUnit(), phase, on: "w1") == .open)
        #expect(
            try scene.measured(CalicoUnit(), phase, on: "w1") == [
                "Calico's unit: active, needs active", "files newer than its start: none, needs none",
                "BGP sessions established: 1 of 1", "pods reached on other nodes, from the host: 1 of 1",
            ]
        )
        var down = scene
        down.units["w1"]?["calico-node"]?.isActive = false
        #expect(
            try down.verdict(CalicoUnit(), phase, on: "w1")
                == .waiting(.unitNotRunning(host: "w1", unit: "calico-node", found: nil, expected: nil))
        )
        var alone = scene
        alone.bgpPeers["w1"] = []
        #expect(
            try alone.verdict(CalicoUnit(), phase, on: "w1")
                == .waiting(.bgpSessionsDown(host: "w1", established: 0, before: 1, others: []))
        )
        let silent = PodReach.Target(node: "w2.example.org", pod: "shop/web", address: "10.64.2.7:8080")
        scene.podReach["w1"] = PodReach(silent: [silent])
        #expect(
            try scene.verdict(CalicoUnit(), phase, on: "w1")
                == .waiting(.podsUnreached(node: "w1.example.org", from: nil, silent: [silent]))
        )
    }

    // MARK: around it

    @Test("the lanes are those of a DaemonSet, without its image and its strategy")
    func outline() throws {
        func lanes(_ scene: Scene) throws -> [[StepID]] {
            let all = HopOutline.phases(HopID(from: .start), scene.playbook, true)
            return try #require(all.first { $0.id == "network" }).lanes.map(\.steps)
        }
        let worker: [StepID] = [
            "conffiles", "cluster-health", "pause-timers", "calico-packages", "calico-unit", "resume-timers",
        ]
        #expect(try lanes(scene()) == [worker, worker, worker])
        #expect(try lanes(scene { $0.playbook.calico?.typha = .usual }).first == ["calico-typha"])
        let moving = scene { $0.playbook.calico?.migration = CalicoMigrationOptions(at: MinorRelease.start.next) }
        let all = try lanes(moving)
        #expect(all.first == ["calico-validate", "calico-import", "calico-compare"])
        #expect(all[1] == Array(worker.prefix(4)) + ["calico-configure"] + Array(worker.suffix(2)))
        #expect(all.suffix(2) == [["calico-configure"], ["calico-complete"]])
    }

    @Test("the image that the unit starts is on every worker before the first unit is restarted, by docker's word")
    func image() throws {
        var scene = scene { $0.playbook.calico?.isContainer = true }
        let all = HopOutline.phases(HopID(from: .start), scene.playbook, true)
        let lanes = try #require(all.first { $0.id == phase }).lanes.map(\.steps)
        #expect(lanes.prefix(3) == [["calico-pull"], ["calico-pull"], ["calico-pull"]])
        #expect(lanes.dropFirst(3).allSatisfy { $0.contains("calico-unit") })
        scene.nodeImages["w1"] = NodeImage(client: .docker, isPresent: false)
        let pull = Action.pullImage(host: "w1", image: "calico/node:v3.1.0", client: .docker)
        #expect(try scene.decide(CalicoPull(), phase, on: "w1") == [pull])
        scene.nodeImages["w1"]?.isPresent = true
        #expect(try scene.decide(CalicoPull(), phase, on: "w1") == [])
    }

    @Test("a unit that systemd does not know, or that is masked, is refused in preflight, on workers alone")
    func preflight() throws {
        var scene = scene()
        #expect(try scene.decide(UnitsReady(), "preflight", on: "w1") == [])
        #expect(try scene.decide(UnitsReady(), "preflight", on: "cp1") == [])
        scene.units["w1"]?["calico-node"] = UnitState(exists: false, isActive: false)
        #expect(
            try scene.refusal(UnitsReady(), "preflight", on: "w1") == .unitMissing(host: "w1", unit: "calico-node")
        )
    }

    @Test("its package says which Calico runs, and its CNI configuration where its data is")
    func ahead() throws {
        var scene = scene()
        let needs = Unmet.calicoNeedsMigration(from: "2.2.0", to: "3.1.0", release: MinorRelease.start.next)
        #expect(try scene.refusal(ComponentsSupported(), "preflight", on: "cluster") == needs)
        // One that is left behind tells for all.
        for host in ["w1", "w2"] { scene.installCalico(on: host) }
        #expect(try scene.refusal(ComponentsSupported(), "preflight", on: "cluster") == needs)
        scene.installCalico(on: "w3")
        #expect(try scene.decide(ComponentsSupported(), "preflight", on: "cluster") == [])
        var inAPI = self.scene()
        inAPI.configurations["w1"]?.files = [
            HostConfiguration.File(
                kind: .network,
                path: "/etc/cni/net.d/10-calico.conflist",
                text: #"{"plugins": [{"type": "calico", "datastore_type": "kubernetes"}]}"#
            )
        ]
        #expect(try inAPI.decide(ComponentsSupported(), "preflight", on: "cluster") == [])
        #expect(try parts(inAPI) == [.objects])
    }

    @Test("on client hosts calicoctl follows, and not the package that carries the unit")
    func clients() {
        let names = ComponentPrograms.at(MinorRelease.start.next, scene().playbook).map(\.name)
        #expect(names == ["calicoctl"])
    }

    @Test("of a Calico 2 its keys in etcd's v2 API are saved, of a Calico 3 those in its v3 API")
    func backup() throws {
        #expect(try parts(scene()) == [.objects, .etcdv2])
        let new = scene { scene in for host in ["w1", "w2", "w3"] { scene.installCalico(on: host) } }
        #expect(try parts(new) == [.objects, .etcdv3])
    }

    private func parts(_ scene: Scene) throws -> [CalicoPart] {
        try scene.decide(CalicoBackup(), "network-backup", on: "cluster").compactMap { action in
            if case .saveCalico(_, _, let part) = action { part } else { nil }
        }
    }

    @Test("a pause of the old store is known by its mark, and woken, as where a DaemonSet runs")
    func marks() throws {
        var scene = scene { $0.playbook.calico?.migration = CalicoMigrationOptions(at: MinorRelease.start.next) }
        let host = scene.playbook.calicoHost
        scene.calico = CalicoStores(
            old: CalicoStore(isReady: false, version: "v2.6.12"),
            new: CalicoStore(isReady: false, version: "v2.6.12")
        )
        let file = FileState(sha256: "", size: ByteCount(bytes: 0))
        for name in ["begun", "validated-lost"] { scene.files["\(host):\(HostPlace.calico)/\(name)"] = file }
        let store = scene.playbook.calicoStoreHost
        #expect(
            try scene.decide(UndoMarks(), "marks", on: "cluster")
                == [.migrateCalico(host: host, store: store, stage: .abort, mark: "lost")]
        )
    }

    @Test("the new store is put in charge when the unit of every worker is new")
    func complete() throws {
        var scene = scene { scene in
            scene.playbook.calico?.migration = CalicoMigrationOptions(at: MinorRelease.start.next)
            scene.calico = CalicoStores(
                old: CalicoStore(isReady: false),
                new: CalicoStore(isReady: false, version: "v3.1.0")
            )
            for host in ["w1", "w2", "w3"] { scene.installCalico(on: host) }
            scene.newerFiles = ["w3:calico-node": [list]]
            let imported = FileState(sha256: "", size: ByteCount(bytes: 0))
            scene.files["\(scene.playbook.calicoHost):\(HostPlace.calico)/imported"] = imported
        }
        #expect(
            try scene.refusal(CalicoComplete(), phase, on: "cluster")
                == .unitBehind(host: "w3", unit: "calico-node", files: [list])
        )
        scene.newerFiles = [:]
        #expect(
            try scene.decide(CalicoComplete(), phase, on: "cluster")
                == [.migrateCalico(host: "cp1", store: "etcd1", stage: .complete, mark: "run1")]
        )
        scene.packages["w2"]?["calicoctl"] = nil
        #expect(
            try scene.refusal(CalicoComplete(), phase, on: "cluster")
                == .unexpectedPackage(host: "w2", package: "calicoctl", found: nil, expected: [.make("3.1.0-1")])
        )
    }
}
