import Foundation
import Testing
import UpgradeTestSupport

@testable import UpgradeCore

/// Runs the scripts of Calico's data for real: Debian's etcd with both its APIs on loopback, and the lab's stand-ins for
/// calico-upgrade and calicoctl, on 500 objects of a Calico 2.
@Suite("scripts of Calico's data, with a real etcd")
struct CalicoScriptTests {
    typealias Bench = HostScriptTests.Bench

    private static let standIns = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "lab/standins").path

    /// An etcd that serves both APIs, ended with its owner.
    private final class Etcd: Sendable {
        let bench: Bench
        let endpoint: String
        private let process: Program

        init() async throws {
            bench = try Bench()
            let (client, peer) = (try Loopback.freePort(), try Loopback.freePort())
            endpoint = "http://127.0.0.1:\(client)"
            let words = [
                "--data-dir", "\(bench.path)/etcd", "--enable-v2", "--unsafe-no-fsync", "--listen-client-urls",
                endpoint,
                "--advertise-client-urls", endpoint, "--listen-peer-urls", "http://127.0.0.1:\(peer)",
                "--initial-advertise-peer-urls", "http://127.0.0.1:\(peer)", "--initial-cluster",
                "default=http://127.0.0.1:\(peer)",
            ]
            process = try Program("/usr/bin/etcd", words)
            let wait = "for try in $(seq 150); do curl -sf \"$1/health\" && exit; sleep 0.2; done; exit 1"
            try #require(try await bench.run(wait, endpoint).succeeded, "etcd does not answer")
            let configured = "apiVersion: v1\nkind: calicoApiConfig\nspec:\n  etcdEndpoints: \"\(endpoint)\"\n"
            try bench.write(configured, to: "v1.cfg")
            try bench.write(configured, to: "v3.cfg")
            try await standIn("calico-upgrade", "STAND_IN_PAUSE=0.2")
            try await standIn("calicoctl", "CALICOCTL_CFG=\(bench.path)/v3.cfg")
        }

        deinit { kill(process.pid, SIGKILL) }

        func standIn(_ name: String, _ variables: String) async throws {
            try await bench.program(name, "#!/bin/sh\nexec env \(variables) '\(standIns)/\(name)' \"$@\"\n")
        }

        func stores() async throws -> CalicoStores {
            let result = try await bench.run(CalicoScripts.stores, endpoint, "", "", "")
            try #require(result.succeeded, "\(result.errorOutput)")
            return try CalicoReading.stores(Sections(result.output))
        }

        func migrate(_ stage: CalicoStage) async throws -> CommandResult {
            let words = ["\(bench.path)/work", "run1", "\(bench.path)/v1.cfg", "\(bench.path)/v3.cfg"]
            return try await bench.run(CalicoScripts.migrate, [stage.rawValue] + words)
        }
    }

    @Test("500 objects, interrupted in the middle: the old store is in charge until both hold the same")
    func migration() async throws {
        let etcd = try await Etcd()
        #expect(try await etcd.stores() == CalicoStores())
        #expect(!(try await etcd.migrate(.validate)).succeeded, "there is nothing to convert")
        let seeded = try await etcd.bench.run("exec \"$1\" \"$2\"", "\(Self.standIns)/calico-seed", etcd.endpoint)
        try #require(seeded.succeeded, "\(seeded.errorOutput)")
        let old = try #require(try await etcd.stores().old)
        #expect(old.isReady == true && old.version == "v2.6.12" && old.objects.count == 500)
        #expect(Set(old.objects.map(\.kind)).count == 11)
        #expect(try await etcd.migrate(.validate).succeeded)
        #expect(try await etcd.stores() == CalicoStores(old: old), "a look changes nothing")

        // Killed with half of the objects written: the old store is whole, and wakes.
        try await etcd.standIn("calico-upgrade", "STAND_IN_PAUSE=0.2 STAND_IN_DIES=250")
        #expect(!(try await etcd.migrate(.start)).succeeded)
        var stores = try await etcd.stores()
        #expect(stores.isPaused && stores.old?.objects == old.objects && stores.new?.isReady == false)
        #expect(stores.new?.objects.count == 249 && stores.differences.count == 251)
        #expect(try await etcd.migrate(.abort).succeeded)
        #expect(try await etcd.stores().old == old)

        try await etcd.standIn("calico-upgrade", "STAND_IN_PAUSE=0.2")
        #expect(try await etcd.migrate(.start).succeeded)
        stores = try await etcd.stores()
        #expect(stores.isPaused && stores.differences == [] && stores.new?.objects.count == 500)
        #expect(etcd.bench.has("work/imported") && etcd.bench.has("work/begun"))
        #expect(try await etcd.migrate(.complete).succeeded)
        stores = try await etcd.stores()
        #expect(stores.isComplete && !stores.isPaused && stores.differences == [])
        try await saves(etcd)
    }

    /// What is saved of both stores, and by calicoctl.
    private func saves(_ etcd: Etcd) async throws {
        let bench = etcd.bench
        for (part, keys) in [("etcdv2", 524), ("etcdv3", 501)] {
            let path = "\(bench.path)/saved/\(part).json.gz"
            let saved = try await bench.run(CalicoScripts.saveStore, path, part, etcd.endpoint, "", "", "")
            let sum = try await bench.run("gzip -dc \"$1\" | sha256sum", path).output.prefix(64)
            #expect(saved.output == "\(part) \(keys) \(sum)\n", "\(saved.errorOutput)")
        }
        let path = "\(bench.path)/saved/objects.tar.gz"
        let none = "echo \"error: the server doesn't have a resource type\" >&2; exit 1"
        let saved = try await bench.run(CalicoScripts.saveObjects, path, "/bin/sh", "-c", none)
        #expect(saved.succeeded, "\(saved.errorOutput)")
        let counts = saved.output.split(separator: "\n").map {
            $0.split(separator: " ").prefix(2).joined(separator: " ")
        }
        for line in ["ippools 4", "bgppeers 15", "globalnetworkpolicies 60", "hostendpoints 40", "networksets -"] {
            #expect(counts.contains(line), "\(saved.output)")
        }
        let index = try await bench.run("tar -xzOf \"$1\" INDEX", path).output
        #expect(index == saved.output)
        #expect(try await bench.run("ls \"$1\"/saved", bench.path).output.split(separator: "\n").count == 3)
        // Of one that cannot be asked nothing is left that looks saved.
        try await bench.program("calicoctl", "#!/bin/sh\n[ \"$1\" = version ] || { echo no route >&2; exit 1; }\n")
        let failed = try await bench.run(CalicoScripts.saveObjects, "\(bench.path)/saved/2.tar.gz", "/bin/false")
        #expect(!failed.succeeded && failed.errorOutput == "no route\n")
        #expect(!bench.has("saved/2.tar.gz") && !bench.has("saved/2.tar.gz.parts"))
    }

    @Test("files that name the old store name the new one, once, and stay beside as they were; others are left alone")
    func configuration() async throws {
        let bench = try Bench()
        for name in ["etc/calico", "etc/cni/net.d", "etc/default"] {
            try FileManager.default.createDirectory(atPath: "\(bench.path)/\(name)", withIntermediateDirectories: true)
        }
        let old = "apiVersion: v1\nkind: calicoApiConfig\nmetadata:\nspec:\n  datastoreType: \"etcdv2\"\n"
        let network = "{\"type\": \"calico\", \"datastore_type\": \"etcdv2\", \"apiVersion\": \"v1\"}\n"
        let other = "apiVersion: v1\nkind: Config\nname: calico\n"
        try bench.write(old, to: "etc/calico/calicoctl.cfg")
        try bench.write(network, to: "etc/cni/net.d/10-calico.conf")
        try bench.write(other, to: "etc/cni/net.d/calico-kubeconfig")
        func run(_ script: String) async throws -> CommandResult {
            try await bench.run(script.replacing("/etc/", with: "\(bench.path)/etc/"))
        }
        let files = ["calico/calicoctl.cfg", "cni/net.d/10-calico.conf"].map { "\(bench.path)/etc/\($0)" }
        #expect(try await run(CalicoScripts.configuration).output.split(separator: "\n").map(String.init) == files)
        #expect(try await run(CalicoScripts.change).succeeded)
        #expect(try await run(CalicoScripts.configuration).output == "")
        let new =
            "apiVersion: projectcalico.org/v3\nkind: CalicoAPIConfig\nmetadata:\nspec:\n  datastoreType: \"etcdv3\"\n"
        #expect(try bench.read("etc/calico/calicoctl.cfg") == new)
        #expect(try bench.read("etc/cni/net.d/10-calico.conf") == network.replacing("etcdv2", with: "etcdv3"))
        #expect(try await run(CalicoScripts.change).succeeded, "and once more")
        #expect(try bench.read("etc/calico/calicoctl.cfg") == new)
        #expect(try bench.read("etc/calico/calicoctl.cfg.etcdv2") == old)
        #expect(try bench.read("etc/cni/net.d/10-calico.conf.etcdv2") == network)
        #expect(try bench.read("etc/cni/net.d/calico-kubeconfig") == other)
        #expect(!bench.has("etc/cni/net.d/calico-kubeconfig.etcdv2"))
    }

    @Test("a new store that somebody else has written to is refused, and nothing is paused")
    func foreign() async throws {
        let etcd = try await Etcd()
        try await etcd.bench.run("exec \"$1\" \"$2\"", "\(Self.standIns)/calico-seed", etcd.endpoint)
        let put = "ETCDCTL_API=3 etcdctl --endpoints=\"$1\" put \"$2\" '{}'"
        try await etcd.bench.run(put, etcd.endpoint, "/calico/resources/v3/projectcalico.org/ippools/theirs")
        let refused = try await etcd.migrate(.start)
        #expect(!refused.succeeded && refused.output.contains("The v3 datastore is not clean."))
        #expect(try await etcd.stores().old?.isReady == true)
        #expect(!etcd.bench.has("work/begun"))
    }
}

extension HostScriptTests.Bench {
    fileprivate func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(path)/\(name)") }
}
