import Testing
import UpgradeCore

@testable import UpgradeSteps

@Suite("Backup")
struct BackupTests {
    let phase: PhaseID = "backup"
    let snapshot = "/var/lib/upgrader/snapshots/upgrader-run1-1.12-1.13.db"
    let archive = "/var/lib/upgrader/configuration/run1-1.12-1.13.tar.gz"
    let file = FileState(sha256: "aa", size: .mebibytes(20))
    let status = SnapshotStatus(
        hash: "f00",
        revision: 7,
        totalKeys: 3,
        proof: SnapshotProof(sha256: "aa", revision: 7, knownKey: 1, keys: 3)
    )
    let prove = Action.proveSnapshot(
        host: "etcd1",
        path: "/var/lib/upgrader/snapshots/upgrader-run1-1.12-1.13.db",
        key: "/registry/namespaces/kube-system"
    )

    @Test("a snapshot is proven again where the proof is of another file, or of another revision")
    func proof() throws {
        var scene = Scene()
        scene.files["etcd1:\(snapshot)"] = file
        scene.localFiles["snapshots/run1-1.12-1.13.db"] = file
        for proof in [
            nil, SnapshotProof(sha256: "bb", revision: 7, knownKey: 1, keys: 3),
            SnapshotProof(sha256: "aa", revision: 6, knownKey: 1, keys: 3),
        ] {
            scene.snapshots["etcd1:\(snapshot)"] = status
            scene.snapshots["etcd1:\(snapshot)"]?.proof = proof
            scene.playbook.etcd.provesSnapshot = true
            #expect(try scene.decide(EtcdSnapshot(), phase, on: "etcd1") == [prove])
            scene.playbook.etcd.provesSnapshot = false
            #expect(try scene.decide(EtcdSnapshot(), phase, on: "etcd1") == [])
        }
    }

    @Test("a snapshot is saved, proven and copied")
    func save() throws {
        #expect(
            try Scene().decide(EtcdSnapshot(), phase, on: "etcd1") == [
                .saveSnapshot(host: "etcd1", path: snapshot), prove,
                .fetch(host: "etcd1", path: snapshot, localPath: "snapshots/run1-1.12-1.13.db"),
            ]
        )
    }

    @Test("older snapshots of ours are pruned beyond the number to keep, counting the one to be saved")
    func prunes() throws {
        var scene = Scene()
        for number in 1...4 {
            scene.files["etcd1:/var/lib/upgrader/snapshots/upgrader-run0-\(number).db"] = file
        }
        #expect(try scene.decide(EtcdSnapshot(), phase, on: "etcd1").count == 3)
        scene.files["etcd1:/var/lib/upgrader/snapshots/upgrader-run0-5.db"] = file
        let prune = try scene.decide(EtcdSnapshot(), phase, on: "etcd1").last
        #expect(
            prune == .prune(host: "etcd1", directory: "/var/lib/upgrader/snapshots", prefix: "upgrader-", keep: 5)
        )
    }

    @Test("the snapshot just saved is never pruned")
    func keepsOne() throws {
        var scene = Scene()
        scene.playbook.etcd.keep = 0
        scene.files["etcd1:/var/lib/upgrader/snapshots/upgrader-run0-1.db"] = file
        let prune = try scene.decide(EtcdSnapshot(), phase, on: "etcd1").last
        #expect(
            prune == .prune(host: "etcd1", directory: "/var/lib/upgrader/snapshots", prefix: "upgrader-", keep: 1)
        )
    }

    @Test("a file that does not verify is saved again")
    func unverified() throws {
        var scene = Scene()
        scene.files["etcd1:\(snapshot)"] = file
        let first = try scene.decide(EtcdSnapshot(), phase, on: "etcd1").first
        #expect(first == .saveSnapshot(host: "etcd1", path: snapshot))
    }

    @Test("a verified snapshot is copied only, until the copy is the same")
    func copy() throws {
        var scene = Scene()
        scene.snapshots["etcd1:\(snapshot)"] = status
        scene.files["etcd1:\(snapshot)"] = file
        let local = "snapshots/run1-1.12-1.13.db"
        let fetch = Action.fetch(host: "etcd1", path: snapshot, localPath: local)
        #expect(try scene.decide(EtcdSnapshot(), phase, on: "etcd1") == [fetch])
        scene.localFiles[local] = FileState(sha256: "bb", size: .mebibytes(20))
        #expect(try scene.decide(EtcdSnapshot(), phase, on: "etcd1") == [fetch])
        scene.localFiles[local] = file
        #expect(try scene.decide(EtcdSnapshot(), phase, on: "etcd1") == [])
    }

    @Test("a host's configuration is packed and copied, until the copy is the same")
    func configuration() throws {
        var scene = Scene()
        let local = "configuration/w1-1.12-1.13.tar.gz"
        let fetch = Action.fetch(host: "w1", path: archive, localPath: local)
        #expect(
            try scene.decide(SaveConfiguration(), phase, on: "w1") == [
                .archive(host: "w1", sources: ["/etc/kubernetes", "/etc/default"], path: archive), fetch,
            ]
        )
        scene.files["w1:\(archive)"] = file
        scene.localFiles[local] = FileState(sha256: "bb", size: .mebibytes(1))
        #expect(try scene.decide(SaveConfiguration(), phase, on: "w1") == [fetch])
        scene.localFiles[local] = file
        #expect(try scene.decide(SaveConfiguration(), phase, on: "w1") == [])
    }

    @Test("a playbook that saves no paths packs nothing")
    func nothing() throws {
        var scene = Scene()
        scene.playbook.savedPaths = []
        #expect(try scene.decide(SaveConfiguration(), phase, on: "w1") == [])
    }
}
