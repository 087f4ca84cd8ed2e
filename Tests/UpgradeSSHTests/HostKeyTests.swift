import Testing
import UpgradeCore
import UpgradeSSH
import UpgradeTestSupport

@Suite("Host keys over SSH")
struct HostKeyTests {
    private let other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPYVa+NeAl8DCz2yLzPnuUYM4JC3hGAMGyRSYaDkHNyN"

    /// Makes a scene with these `known_hosts`, connects, and returns the error and the daemon's fingerprint.
    private func refusal(
        extra: String = "",
        knownHosts: (SSHDaemon) throws -> String
    ) async throws -> (RemoteError, fingerprint: String, file: String, address: String) {
        let scene = try await SSHScene()
        let daemon = try await SSHDaemon(authorized: scene.publicKey)
        try scene.write(knownHosts: knownHosts(daemon))
        try scene.write(config: scene.block("cp1-alias", daemon, extra: extra))
        let error = try await remoteError {
            try await scene.withRemote { remote in
                _ = try await remote.run(Command("true"), on: scene.host, deadline: .seconds(20))
            }
        }
        let file = scene.scratch.file("known_hosts")
        return (error, try await daemon.fingerprint, file, "127.0.0.1:\(daemon.port)")
    }

    @Test("an unknown key is refused, with its fingerprint and the file that lacks it")
    func unknown() async throws {
        let (error, fingerprint, file, address) = try await refusal { _ in "# nothing here\n" }
        #expect(error == .hostKeyUnknown(host: "cp1", address: address, fingerprint: fingerprint, file: file))
    }

    @Test("a changed key is refused, with the file and the line of the old one")
    func changed() async throws {
        let (error, fingerprint, file, address) = try await refusal { daemon in
            "# one\nother.example \(try daemon.hostKey)\n[127.0.0.1]:\(daemon.port) \(other)\n"
        }
        #expect(error == .hostKeyChanged(host: "cp1", address: address, fingerprint: fingerprint, file: file, line: 3))
    }

    @Test("a revoked key is refused although another line trusts it")
    func revoked() async throws {
        let (error, fingerprint, file, address) = try await refusal { daemon in
            "\(try daemon.knownHostsLine)@revoked * \(try daemon.hostKey)\n"
        }
        #expect(error == .hostKeyRevoked(host: "cp1", address: address, fingerprint: fingerprint, file: file, line: 2))
    }

    @Test("StrictHostKeyChecking no does not weaken anything", arguments: ["no", "off", "accept-new"])
    func strictAlways(_ value: String) async throws {
        let (error, fingerprint, file, address) = try await refusal(extra: "StrictHostKeyChecking \(value)") { _ in "" }
        #expect(error == .hostKeyUnknown(host: "cp1", address: address, fingerprint: fingerprint, file: file))
    }

    @Test("the second file of UserKnownHostsFile counts, and so do hashed names")
    func secondFile() async throws {
        let scene = try await SSHScene()
        let daemon = try await SSHDaemon(authorized: scene.publicKey)
        try scene.scratch.write("second", try daemon.knownHostsLine)
        try await Spawn.run("/usr/bin/ssh-keygen", "-q", "-H", "-f", scene.scratch.file("second"))
        let files = "\(scene.scratch.file("first")) \(scene.scratch.file("second"))"
        let block = scene.block("cp1-alias", daemon)
        try scene.write(config: "UserKnownHostsFile \(files)\n\(block)")
        try await scene.withRemote { remote in
            try await expectRuns(remote, scene.host)
        }
    }

    @Test("HostKeyAlias is the name that known_hosts is asked for")
    func alias() async throws {
        let scene = try await SSHScene()
        let daemon = try await SSHDaemon(authorized: scene.publicKey)
        try scene.write(knownHosts: "node-7 \(try daemon.hostKey)\n")
        try scene.write(config: scene.block("cp1-alias", daemon, extra: "HostKeyAlias node-7"))
        try await scene.withRemote { remote in
            try await expectRuns(remote, scene.host)
        }
    }

    @Test("a command is never sent to a host whose key is refused")
    func nothingSent() async throws {
        let scene = try await SSHScene()
        let daemon = try await SSHDaemon(authorized: scene.publicKey)
        try scene.write(config: scene.block("cp1-alias", daemon))
        let witness = scene.scratch.file("witness")
        _ = try await remoteError {
            try await scene.withRemote { remote in
                _ = try await remote.run(Command("touch", witness), on: scene.host, deadline: .seconds(20))
            }
        }
        #expect(!scene.scratch.names.contains("witness"))
        #expect(!daemon.process.output.contains("Accepted publickey"))
    }
}
