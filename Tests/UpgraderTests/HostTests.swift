import Foundation
import Testing
import UpgradeTestSupport

@Suite("Hosts that cannot be reached or trusted, as the operator sees it")
struct HostTests {
    @Test("a host whose port is closed ends with 15")
    func unreachable() async throws {
        // Tried again for as long as a host may be away.
        let (workshop, _) = try await workshop(connect: "2s") { _ in "" }
        try workshop.scratch.write(config(workshop, port: Loopback.freePort()), to: "ssh_config")
        try workshop.expect(try await workshop.upgrader("plan", Workshop.playbook), golden: "unreachable")
    }

    @Test("a host with another key than known_hosts holds ends with 15 and names the file and the line")
    func wrongKey() async throws {
        let (workshop, daemon) = try await workshop { daemon in
            "# a comment\n[127.0.0.1]:\(daemon.port) \(try daemon.publicKey("other_key"))\n"
        }
        let result = try await workshop.upgrader("run", Workshop.playbook, "--yes")
        try workshop.expect(result, golden: "wrong-host-key")
        #expect(result.errors.contains("\(workshop.scratch.path)/known_hosts:2"))
        withExtendedLifetime(daemon) {}
    }

    @Test("a host that known_hosts does not hold ends with 15 and shows the fingerprint")
    func unknownKey() async throws {
        let (workshop, daemon) = try await workshop { _ in "" }
        try workshop.expect(try await workshop.upgrader("check", Workshop.playbook), golden: "unknown-host-key")
        withExtendedLifetime(daemon) {}
    }

    @Test("a login that is refused ends with 15")
    func refusedLogin() async throws {
        let (workshop, daemon) = try await workshop { daemon in
            "[127.0.0.1]:\(daemon.port) \(try daemon.publicKey("host_key"))\n"
        }
        let result = try await workshop.upgrader("plan", Workshop.playbook)
        try workshop.expect(result, golden: "refused-login")
        withExtendedLifetime(daemon) {}
    }

    /// A playbook of one real host, which is a daemon on loopback with these known hosts.
    ///
    /// It answers at once, and is given time to do so on a busy machine.
    private func workshop(
        connect: String = "1m",
        knownHosts: (Daemon) throws -> String
    ) async throws -> (Workshop, Daemon) {
        let workshop = try Workshop("")
        let playbook = """
            cluster: real
            target: 1.13
            releases: {1.12: 1.12.10-1, 1.13: 1.13.12-1}
            ssh: {config: \(workshop.scratch.path)/ssh_config}
            deadlines: {connect: \(connect)}
            hosts:
              - {name: cp1, address: cp1-alias, roles: [etcd, control-plane, worker]}

            """
        try workshop.write(playbook)
        let daemon = try await Daemon()
        try workshop.scratch.write(config(workshop, port: daemon.port), to: "ssh_config")
        try workshop.scratch.write(Data(try knownHosts(daemon).utf8), to: "known_hosts")
        return (workshop, daemon)
    }

    private func config(_ workshop: Workshop, port: Int) -> Data {
        Data(
            """
            Host cp1-alias
                HostName 127.0.0.1
                Port \(port)
                User operator
                IdentityFile \(workshop.scratch.path)/no-such-key
                IdentityAgent none
                UserKnownHostsFile \(workshop.scratch.path)/known_hosts
                GlobalKnownHostsFile none

            """.utf8
        )
    }
}

/// A real sshd on loopback with a host key of its own, which lets nobody in; ends with its last owner.
private final class Daemon: Sendable {
    let port: Int
    private let scratch: ScratchDirectory
    private let process: Program

    init() async throws {
        scratch = try ScratchDirectory()
        for name in ["host_key", "other_key"] {
            let arguments = ["-q", "-t", "ed25519", "-N", "", "-f", name]
            let made = try await Program("/usr/bin/ssh-keygen", arguments, in: scratch.path).wait()
            guard made.code == 0 else { throw Program.Failure(description: "ssh-keygen: \(made.errors)") }
        }
        if getuid() == 0 {
            // sshd's privilege separation directory, which its service would make.
            try FileManager.default.createDirectory(atPath: "/run/sshd", withIntermediateDirectories: true)
        }
        var started: (Int, Program)?
        for _ in 0..<20 where started == nil {
            let port = Int.random(in: 20_000..<32_000)
            try scratch.write(Self.config(port, scratch.path), to: "sshd_config")
            let arguments = ["-D", "-e", "-f", scratch.path + "/sshd_config"]
            let process = try Program("/usr/sbin/sshd", arguments, in: scratch.path)
            do {
                try await process.expect("Server listening on 127.0.0.1 port \(port)")
                started = (port, process)
            } catch  where process.errors.contains("Address already in use") {
                continue
            }
        }
        guard let started else { throw Program.Failure(description: "no free port for sshd") }
        (port, process) = started
    }

    /// A public key as known_hosts writes it.
    func publicKey(_ name: String) throws -> String {
        String(decoding: try scratch.read(name + ".pub"), as: UTF8.self).split(separator: " ").prefix(2)
            .joined(separator: " ")
    }

    private static func config(_ port: Int, _ directory: String) -> Data {
        Data(
            """
            Port \(port)
            ListenAddress 127.0.0.1
            HostKey \(directory)/host_key
            PidFile none
            AuthorizedKeysFile none
            UsePAM no
            PasswordAuthentication no
            KbdInteractiveAuthentication no

            """.utf8
        )
    }
}
