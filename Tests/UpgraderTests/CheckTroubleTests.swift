import Foundation
import Testing
import UpgradeTestSupport

@Suite("A check that cannot be made")
struct CheckTroubleTests {
    @Test("a host that cannot be reached is a JSON document that says so, and ends with 15")
    func unreachable() async throws {
        let workshop = try Workshop(Self.real(connect: "2s"))
        // Port 1 of loopback: nobody listens there.
        try workshop.scratch.write(Data("Host cp1-alias\n HostName 127.0.0.1\n Port 1\n".utf8), to: "ssh_config")
        let result = try await workshop.upgrader("check", Workshop.playbook, "--format", "json")
        #expect(result.code == 15)
        let document = try Self.document(result.output)
        #expect(document["cluster"] as? String == "real")
        #expect((document["checks"] as? [Any])?.isEmpty == true)
        let error = try #require(document["error"] as? [String: Any])
        #expect(error["code"] as? Int == 15)
        #expect((error["why"] as? String)?.contains("cp1") == true)
        #expect(result.errors.contains("error:"))
    }

    @Test("a playbook that is none is a document without a cluster, and ends with 64")
    func noPlaybook() async throws {
        let workshop = try Workshop("cluster: [\n")
        let result = try await workshop.upgrader("check", Workshop.playbook, "--format", "json")
        #expect(result.code == 64)
        let document = try Self.document(result.output)
        #expect(document["cluster"] == nil)
        #expect((document["error"] as? [String: Any])?["code"] as? Int == 64)
    }

    @Test("what takes longer than a second says what it waits for", arguments: ["plan", "check"])
    func patience(command: String) async throws {
        let silent = try Loopback.Listener()
        let workshop = try Workshop(Self.real(connect: "3s"))
        let config = "Host cp1-alias\n HostName 127.0.0.1\n Port \(silent.port)\n"
        try workshop.scratch.write(Data(config.utf8), to: "ssh_config")
        let result = try await workshop.upgrader(command, Workshop.playbook)
        #expect(result.code == 15)
        #expect(result.errors.contains("looking at the cluster real, 1 s"))
        withExtendedLifetime(silent) {}
    }

    @Test("a manifest that is passed over is said, and so is a directory that has none")
    func manifests() async throws {
        let workshop = try Workshop(Workshop.embedded())
        let deployment = "apiVersion: extensions/v1beta1\nkind: Deployment\nmetadata: {name: web}\n"
        try workshop.scratch.write(Data(deployment.utf8), to: "web.tmpl")
        try workshop.scratch.write(Data("{".utf8), to: "half.json")
        let result = try await workshop.upgrader(
            "check",
            Workshop.playbook,
            "--manifests",
            "web.tmpl",
            "--manifests",
            "half.json"
        )
        #expect(result.output.contains("web.tmpl"), "one file counts, whatever its name: \(result.output)")
        let why = "it looks like JSON, and cannot be read as a manifest"
        #expect(result.errors.contains("note: half.json is passed over: \(why)\n"))
        #expect(result.errors.contains("note: 0 of 0 files of half.json name no object that could be read\n"))
        #expect(!result.errors.contains("of web.tmpl name no object"))

        // A directory: JSON under another name, a mark before the first line, a link, what names nothing.
        let below = workshop.scratch.path + "/manifests"
        try FileManager.default.createDirectory(atPath: below + "/deep", withIntermediateDirectories: true)
        let json = #"{"apiVersion": "extensions/v1beta1", "kind": "Deployment", "metadata": {"name": "json"}}"#
        for (name, text) in [("deep/a.yaml", json), ("b.yml", "\u{FEFF}" + deployment), ("c.yaml", "x: 1\n")] {
            try workshop.scratch.write(Data(text.utf8), to: "manifests/\(name)")
        }
        try FileManager.default.createSymbolicLink(atPath: below + "/link", withDestinationPath: "deep")
        let more = try await workshop.upgrader("check", Workshop.playbook, "--manifests", "manifests")
        #expect(more.code == 10)
        #expect(more.output.contains("manifests/deep/a.yaml") && more.output.contains("manifests/b.yml"))
        #expect(more.errors.contains("note: manifests/link is passed over: it is a link to a directory\n"))
        let empty = "note: 1 of 3 files of manifests name no object that could be read, such as manifests/c.yaml\n"
        #expect(more.errors.contains(empty))
    }

    private static func real(connect: String) -> String {
        """
        cluster: real
        target: 1.13
        releases: {1.12: 1.12.10-1, 1.13: 1.13.12-1}
        ssh: {config: ssh_config}
        deadlines: {connect: \(connect)}
        hosts:
          - {name: cp1, address: cp1-alias, roles: [etcd, control-plane, worker]}

        """
    }

    private static func document(_ text: String) throws -> [String: Any] {
        let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
        return try #require(value as? [String: Any])
    }
}
