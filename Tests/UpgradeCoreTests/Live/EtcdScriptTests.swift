import Foundation
import Testing

@testable import UpgradeCore

/// Runs the scripts of etcd hosts for real: Debian's etcd and etcdctl, on sockets in a directory of their own.
@Suite("scripts of etcd hosts, with a real etcd")
struct EtcdScriptTests {
    typealias Bench = HostScriptTests.Bench

    /// Four writes, the third to the known key: the store is then at revision 5, and the key at 4.
    private static let makeSnapshot = """
        cd -- "$1" || exit
        etcd --data-dir live --listen-client-urls unix://live:1 --advertise-client-urls http://live:1 \
            --listen-peer-urls unix://live:2 >live.log 2>&1 &
        pid=$!
        export ETCDCTL_API=3
        until etcdctl --endpoints=unix://live:1 put /registry/a 1; do
            kill -0 "$pid" || exit
            sleep 0.2
        done
        for key in b namespaces/kube-system c; do etcdctl --endpoints=unix://live:1 put "/registry/$key" 1; done
        etcdctl --endpoints=unix://live:1 snapshot save "$1/upgrader-1.db"
        status=$?
        kill "$pid"
        wait "$pid"
        rm -rf live live.log live:1 live:2
        exit "$status"
        """

    private let key = "/registry/namespaces/kube-system"

    private func bench() async throws -> Bench {
        let bench = try Bench()
        try #require(try await bench.run(Self.makeSnapshot, bench.path).succeeded)
        return bench
    }

    private func status(_ bench: Bench) async throws -> SnapshotStatus? {
        let result = try await bench.run(EtcdScripts.snapshot, "\(bench.path)/upgrader-1.db")
        return try EtcdReading.snapshot(Sections(result.output))
    }

    @Test("a snapshot is restored and read back, and the proof says which one and what was found")
    func proves() async throws {
        let bench = try await bench()
        // What a proof that was killed left behind, and the proof of a snapshot that is gone.
        try FileManager.default.createDirectory(
            atPath: bench.path + "/upgrader-1.db.restore-old/data",
            withIntermediateDirectories: true
        )
        try bench.write("sha256 0\n", to: "proof-upgrader-0.db")
        let unproven = try #require(try await status(bench))
        #expect(unproven.revision == 5)
        #expect(unproven.proof == nil)
        try #require(try await bench.run(EtcdScripts.prove, "\(bench.path)/upgrader-1.db", key).succeeded)
        let sum = try await bench.run("sha256sum <\"$1\"", "\(bench.path)/upgrader-1.db").output.prefix(64)
        #expect(
            try await status(bench)?.proof == SnapshotProof(sha256: String(sum), revision: 5, knownKey: 4, keys: 4)
        )
        #expect(try bench.names == ["proof-upgrader-1.db", "upgrader-1.db"])
    }

    @Test("a snapshot without the known key is not proven")
    func noKey() async throws {
        let bench = try await bench()
        #expect(!(try await bench.run(EtcdScripts.prove, "\(bench.path)/upgrader-1.db", "/registry/none").succeeded))
        #expect(try bench.names == ["upgrader-1.db"])
    }

    @Test("a snapshot in which a byte was changed is not proven")
    func damaged() async throws {
        let bench = try await bench()
        let file = URL(filePath: "\(bench.path)/upgrader-1.db")
        var bytes = try Data(contentsOf: file)
        bytes[bytes.count / 2] ^= 0x40
        try bytes.write(to: file)
        #expect(!(try await bench.run(EtcdScripts.prove, file.path, key).succeeded))
        #expect(try bench.names == ["upgrader-1.db"])
    }

    @Test("the disk that etcd itself may live on is not filled")
    func noRoom() async throws {
        let bench = try await bench()
        try await bench.program("df", "#!/bin/sh\necho Avail\necho 268435456\n")
        #expect(!(try await bench.run(EtcdScripts.prove, "\(bench.path)/upgrader-1.db", key).succeeded))
        #expect(try bench.names == ["upgrader-1.db"])
    }
}
