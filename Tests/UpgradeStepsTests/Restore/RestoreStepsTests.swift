import Testing
import UpgradeCore

@testable import UpgradeSteps

@Suite("The steps of a restore of etcd")
struct RestoreStepsTests {
    private let sum = "5e"
    private let path = "/var/lib/upgrader/snapshots/upgrader-run0-1.12-1.13.db"
    private let copy = "snapshots/upgrader-run0-1.12-1.13.db"
    private let etcd = ["etcd1", "etcd2", "etcd3"]

    /// A cluster at the newer release, whose snapshot is on its host as it was proven.
    private func scene() -> Scene {
        var scene = Scene.done()
        scene.takesBack = "run0"
        scene.snapshot = EtcdRestoration(host: "etcd1", path: path, sha256: sum, revision: 100, keys: 9, saved: 0)
        let file = FileState(sha256: sum, size: .mebibytes(1))
        scene.files["etcd1:\(path)"] = file
        let proof = SnapshotProof(sha256: sum, revision: 100, knownKey: 3, keys: 9)
        scene.snapshots["etcd1:\(path)"] = SnapshotStatus(hash: "1", revision: 100, totalKeys: 12, proof: proof)
        for host in etcd {
            scene.restores[host] = EtcdRestoreState()
            scene.units[host]?["etcd"] = UnitState(isActive: true)
        }
        for host in ["cp1", "cp2"] {
            scene.files["\(host):/var/lib/upgrader/rollback/kubernetes-master_1.12.10-1_amd64.deb"] = file
        }
        return scene
    }

    private func staged(_ scene: Scene) -> Scene {
        var scene = scene
        for host in etcd { scene.restores[host]?.staged = sum }
        return scene
    }

    private func stopped(_ scene: Scene) -> Scene {
        var scene = staged(scene)
        for host in ["cp1", "cp2"] {
            for unit in ["kube-scheduler", "kube-controller-manager", "kube-apiserver"] { pause(unit, host, &scene) }
        }
        for host in etcd { pause("etcd", host, &scene) }
        return scene
    }

    private func pause(_ unit: String, _ host: String, _ scene: inout Scene) {
        scene.units[host]?[unit] = UnitState(isActive: false, isMasked: true)
        let key = StepKey(hop: scene.hop, phase: "restore-stop", step: "stop-etcd", target: .host(host))
        scene.ledger.note(intent: .pause(host: host, unit: unit), key: key)
    }

    @Test("a host is ready with the proven snapshot, etcd that can be restored, and the packages kept")
    func ready() throws {
        let step = RestoreReady()
        for host in ["etcd1", "etcd2", "cp1", "w1"] {
            #expect(try scene().decide(step, "preflight", on: host) == [], "\(host)")
        }
        for (host, unmet, change) in [
            ("etcd1", .snapshotUnverified(host: "etcd1", path: path), { $0.files["etcd1:\(path)"]?.sha256 = "0" }),
            ("etcd1", .snapshotUnverified(host: "etcd1", path: path), { $0.snapshots = [:] }),
            ("etcd1", .snapshotUnverified(host: "etcd1", path: path), { $0.snapshots["etcd1:\(path)"]?.proof = nil }),
            ("etcd1", .snapshotUnverified(host: "etcd1", path: path), { $0.snapshots["etcd1:\(path)"]?.revision = 99 }),
            ("etcd2", .etcdNotRestorable(host: "etcd2", why: "w"), { $0.restores["etcd2"]?.obstacle = "w" }),
            ("etcd2", .unitMissing(host: "etcd2", unit: "etcd"), { $0.units["etcd2"]?["etcd"]?.exists = false }),
            ("etcd2", .unitMasked(host: "etcd2", unit: "etcd"), { $0.units["etcd2"]?["etcd"]?.isMasked = true }),
            (
                "cp1", .unitMasked(host: "cp1", unit: "kube-apiserver"),
                { $0.units["cp1"]?["kube-apiserver"]?.isMasked = true }
            ),
            (
                "cp2",
                .noKeptArchive(
                    host: "cp2",
                    packages: [PackageSpec(name: "kubernetes-master", version: .start)],
                    directory: "/var/lib/upgrader/rollback"
                ), { $0.files = $0.files.filter { !$0.key.hasPrefix("cp2:") } }
            ),
        ] as [(String, Unmet, (inout Scene) -> Void)] {
            var scene = scene()
            change(&scene)
            #expect(try scene.refusal(step, "preflight", on: host) == unmet)
        }
        var older = scene()
        older.files = older.files.filter { !$0.key.hasPrefix("cp2:") }
        older.packages["cp2"]?["kubernetes-master"] = InstalledPackage(version: .start)
        #expect(try older.decide(step, "preflight", on: "cp2") == [], "what is older already needs no archive")
    }

    @Test(
        "the snapshot comes to a host by the operator's machine, and is restored beside the data; where it is nothing is left"
    )
    func stage() throws {
        let step = StageSnapshot()
        let stage = { (host: String) in Action.stageEtcd(host: host, path: path, sha256: sum, mark: "run1") }
        let fetch = Action.fetch(host: "etcd1", path: path, localPath: copy)
        let place = Action.placeFile(host: "etcd2", localPath: copy, path: path, sha256: sum)
        var scene = scene()
        #expect(try scene.decide(step, "restore-stage", on: "etcd1") == [stage("etcd1")])
        #expect(try scene.decide(step, "restore-stage", on: "etcd2") == [fetch, place, stage("etcd2")])
        scene.localFiles[copy] = FileState(sha256: sum, size: .mebibytes(1))
        #expect(try scene.decide(step, "restore-stage", on: "etcd2") == [place, stage("etcd2")])
        scene.files["etcd2:\(path)"] = FileState(sha256: sum, size: .mebibytes(1))
        #expect(try scene.decide(step, "restore-stage", on: "etcd2") == [stage("etcd2")])
        #expect(try staged(scene).decide(step, "restore-stage", on: "etcd2") == [])
        scene.files["etcd1:\(path)"]?.sha256 = "0"
        #expect(
            try scene.refusal(step, "restore-stage", on: "etcd1") == .snapshotUnverified(host: "etcd1", path: path)
        )
    }

    @Test("nothing is stopped before every member has the snapshot beside its data; the controllers go first")
    func stop() throws {
        let step = StopControlPlane()
        var scene = staged(scene())
        let units = ["kube-controller-manager", "kube-scheduler", "kube-apiserver"]
        #expect(
            try scene.decide(step, "restore-stop", on: "cp1") == units.map { .pause(host: "cp1", unit: $0) }
        )
        #expect(try stopped(scene).decide(step, "restore-stop", on: "cp1") == [])
        scene.units["cp1"]?["kube-scheduler"] = UnitState(isActive: false)
        #expect(try scene.decide(step, "restore-stop", on: "cp1").count == 3, "what is down could be started")
        scene.restores["etcd3"]?.staged = "0"
        #expect(try scene.refusal(step, "restore-stop", on: "cp1") == .etcdNotInPlace(host: "etcd3"))
    }

    @Test("etcd is stopped only when no API server runs")
    func stopEtcd() throws {
        let step = StopEtcd()
        var scene = stopped(scene())
        #expect(try scene.decide(step, "restore-stop-etcd", on: "etcd1") == [])
        scene.units["etcd1"]?["etcd"] = UnitState(isActive: true)
        #expect(try scene.decide(step, "restore-stop-etcd", on: "etcd1") == [.pause(host: "etcd1", unit: "etcd")])
        scene.units["cp2"]?["kube-apiserver"] = UnitState(isActive: true)
        #expect(
            try scene.refusal(step, "restore-stop-etcd", on: "etcd1")
                == .unitStillRuns(host: "cp2", unit: "kube-apiserver")
        )
        scene.units["cp2"]?["kube-apiserver"] = UnitState(isActive: false)
        scene.restores["etcd2"]?.staged = nil
        #expect(try scene.refusal(step, "restore-stop-etcd", on: "etcd1") == .etcdNotInPlace(host: "etcd2"))
    }

    @Test("data is moved only when no member runs, and once")
    func swap() throws {
        let step = SwapEtcd()
        var scene = stopped(scene())
        #expect(try scene.decide(step, "restore-swap", on: "etcd2") == [.swapEtcd(host: "etcd2", mark: "run1")])
        scene.units["etcd3"]?["etcd"] = UnitState(isActive: true)
        #expect(try scene.refusal(step, "restore-swap", on: "etcd2") == .unitStillRuns(host: "etcd3", unit: "etcd"))
        scene.restores["etcd2"]?.inPlace = sum
        #expect(try scene.decide(step, "restore-swap", on: "etcd2") == [])
        scene.restores["etcd1"]?.staged = nil
        scene.units["etcd3"]?["etcd"] = UnitState(isActive: false)
        #expect(try scene.refusal(step, "restore-swap", on: "etcd1") == .etcdNotInPlace(host: "etcd1"))
    }

    @Test("no member starts before each has the data; then all must hold what the snapshot held")
    func start() throws {
        let step = StartEtcd()
        var scene = stopped(scene())
        for host in etcd.dropLast() { scene.restores[host]?.inPlace = sum }
        #expect(try scene.refusal(step, "restore-start", on: "etcd1") == .etcdNotInPlace(host: "etcd3"))
        scene.restores["etcd3"]?.inPlace = sum
        #expect(try scene.decide(step, "restore-start", on: "etcd1") == [.unpause(host: "etcd1", unit: "etcd")])
        scene.units["etcd1"]?["etcd"] = UnitState(isActive: true)
        #expect(try scene.decide(step, "restore-start", on: "etcd1") == [])
        let waiting = { (host: String, revision: Int64?, keys: Int64?, expected: Int64) in
            Verdict.waiting(
                .etcdContent(host: host, revision: revision, keys: keys, expected: expected, expectedKeys: 9)
            )
        }
        #expect(try scene.verdict(step, "restore-start", on: "etcd1") == waiting("etcd1", nil, nil, 100))
        for host in etcd { scene.restores[host]?.revision = 100 }
        for host in etcd { scene.restores[host]?.keys = 9 }
        #expect(try scene.verdict(step, "restore-start", on: "etcd1") == .open)
        scene.restores["etcd2"]?.keys = 8
        #expect(try scene.verdict(step, "restore-start", on: "etcd1") == waiting("etcd2", 100, 8, 100))
        scene.restores["etcd2"]?.revision = 99
        #expect(try scene.verdict(step, "restore-start", on: "etcd1") == waiting("etcd2", 99, 8, 100))
        // What writes to etcd beside the API goes on.
        scene.restores["etcd2"]?.revision = 103
        #expect(try scene.verdict(step, "restore-start", on: "etcd1") == waiting("etcd2", 103, 8, 100))
        for host in etcd { scene.restores[host]?.revision = 103 }
        #expect(try scene.verdict(step, "restore-start", on: "etcd1") == .open)
        scene.members["etcd3"]?.isHealthy = false
        #expect(try scene.verdict(step, "restore-start", on: "etcd1") == .waiting(.etcdUnhealthy(host: "etcd3")))
    }

    @Test("the older packages come back while the API server is stopped; then it is started, not restarted")
    func controlPlane() throws {
        var scene = stopped(scene())
        let older = PackageSpec(name: "kubernetes-master", version: .start)
        let step = DowngradeControlPlane()
        let phase: PhaseID = "restore-control-plane"
        #expect(
            try scene.decide(step, phase, on: "cp1")
                == [.downgrade(host: "cp1", packages: [older], directory: "/var/lib/upgrader/rollback")]
        )
        let server = Action.unpause(host: "cp1", unit: "kube-apiserver")
        #expect(try scene.decide(RestartAPIServer(), phase, on: "cp1") == [server])
        #expect(
            try scene.decide(RestartScheduler(), "controllers", on: "cp1")
                == [.unpause(host: "cp1", unit: "kube-scheduler")]
        )
        scene.units["cp1"]?["kube-apiserver"] = UnitState(isActive: true)
        #expect(try scene.refusal(step, phase, on: "cp1") == .unitStillRuns(host: "cp1", unit: "kube-apiserver"))
        scene.packages["cp1"]?["kubernetes-master"] = InstalledPackage(version: .start)
        #expect(try scene.decide(step, phase, on: "cp1") == [])
    }

    @Test("what watches the API is restarted once, whatever it runs")
    func watchers() throws {
        let step = RestartWatchers()
        var scene = scene()
        let receipt = "/var/lib/upgrader/restore/run1/restarted"
        #expect(
            try scene.decide(step, "restore-watchers", on: "w1")
                == [.restartAll(host: "w1", units: ["kubelet", "kube-proxy"], receipt: receipt)]
        )
        scene.files["w1:\(receipt)"] = FileState(sha256: "", size: .mebibytes(0))
        #expect(try scene.decide(step, "restore-watchers", on: "w1") == [])
        #expect(try scene.verdict(step, "restore-watchers", on: "w1") == .open)
        scene.units["w1"]?["kube-proxy"]?.isActive = false
        #expect(
            try scene.verdict(step, "restore-watchers", on: "w1")
                == .waiting(.unitNotRunning(host: "w1", unit: "kube-proxy", found: nil, expected: nil))
        )
    }

    @Test("clients stay newer, and the rest must be back")
    func verify() throws {
        var scene = Scene()
        scene.takesBack = "run0"
        scene.snapshot = self.scene().snapshot
        for host in ["cp1", "cp2"] { scene.packages[host]?["kubernetes-client"] = InstalledPackage(version: .target) }
        #expect(try scene.verdict(VerifyCluster(), "verify", on: "cluster") == .open)
        scene.snapshot = nil
        #expect(try scene.verdict(VerifyCluster(), "verify", on: "cluster") != .open)
    }
}
