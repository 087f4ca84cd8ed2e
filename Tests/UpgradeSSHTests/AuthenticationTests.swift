import Foundation
import Testing
import UpgradeCore
import UpgradeSSH
import UpgradeTestSupport

@Suite("Authentication over SSH", .serialized)
struct AuthenticationTests {
    /// Starts an agent of the test's own.
    private func agent(_ scene: SSHScene) async throws -> (process: ChildProcess, socket: String) {
        let socket = scene.scratch.file("agent")
        let process = try ChildProcess("/usr/bin/ssh-agent", ["-D", "-a", socket])
        try await process.expect("SSH_AUTH_SOCK=")
        return (process, socket)
    }

    private func add(_ key: String, to socket: String) async throws {
        try await Spawn.run("/usr/bin/env", "SSH_AUTH_SOCK=\(socket)", "/usr/bin/ssh-add", "-q", key)
    }

    private func config(_ scene: SSHScene, _ daemon: SSHDaemon, identity: String, agent: String) -> String {
        "IdentityAgent \(agent)\n" + scene.block("cp1-alias", daemon, identity: identity)
    }

    @Test("a key that the host does not take is refused, with what was tried")
    func refused() async throws {
        let scene = try await SSHScene()
        let daemon = try await SSHDaemon(authorized: "")
        try scene.write(knownHosts: daemon.knownHostsLine)
        try scene.write(config: scene.block("cp1-alias", daemon))
        let error = try await remoteError {
            try await scene.withRemote { remote in
                _ = try await remote.run(Command("true"), on: scene.host, deadline: .seconds(20))
            }
        }
        let tried = [scene.scratch.file("id")]
        #expect(error == .authenticationRefused(host: "cp1", user: NSUserName(), tried: tried))
    }

    @Test("an encrypted key without an agent is an error that names the file")
    func encrypted() async throws {
        let scene = try await SSHScene()
        let daemon = try await SSHDaemon(authorized: scene.publicKey)
        let key = scene.scratch.file("locked")
        try await Spawn.run("/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-f", key)
        try scene.write(knownHosts: daemon.knownHostsLine)
        try scene.write(config: scene.block("cp1-alias", daemon, identity: key))
        let error = try await remoteError {
            try await scene.withRemote { remote in
                _ = try await remote.run(Command("true"), on: scene.host, deadline: .seconds(20))
            }
        }
        guard case .configuration(key, nil, let reason) = error else {
            Issue.record("another error: \(error)")
            return
        }
        #expect(reason.contains("encrypted"))
    }

    @Test("RSA and ECDSA keys are taken too", arguments: ["rsa", "ecdsa"])
    func keyTypes(_ type: String) async throws {
        let scene = try await SSHScene()
        let key = scene.scratch.file("other")
        try await Spawn.run("/usr/bin/ssh-keygen", "-q", "-t", type, "-N", "", "-f", key)
        let daemon = try await SSHDaemon(authorized: try String(contentsOfFile: key + ".pub", encoding: .utf8))
        try scene.write(knownHosts: daemon.knownHostsLine)
        try scene.write(config: scene.block("cp1-alias", daemon, identity: key))
        try await scene.withRemote { remote in
            try await expectRuns(remote, scene.host)
        }
    }

    @Test("an agent's key opens the host where the key file is not there")
    func agentKey() async throws {
        let scene = try await SSHScene()
        let daemon = try await SSHDaemon(authorized: scene.publicKey)
        let agent = try await agent(scene)
        try await add(scene.scratch.file("id"), to: agent.socket)
        try scene.write(knownHosts: daemon.knownHostsLine)
        try scene.write(config: config(scene, daemon, identity: "/nonexistent", agent: agent.socket))
        try await scene.withRemote { remote in
            try await expectRuns(remote, scene.host)
        }
        withExtendedLifetime(agent.process) {}
    }

    @Test("a stopped agent ends the call within its deadline and is named")
    func stoppedAgent() async throws {
        let scene = try await SSHScene()
        let daemon = try await SSHDaemon(authorized: scene.publicKey)
        let agent = try await agent(scene)
        try await add(scene.scratch.file("id"), to: agent.socket)
        kill(agent.process.pid, SIGSTOP)
        try scene.write(knownHosts: daemon.knownHostsLine)
        try scene.write(config: config(scene, daemon, identity: "/nonexistent", agent: agent.socket))
        var settings = scene.settings
        settings.connectDeadline = .seconds(4)
        let start = ContinuousClock.now
        let error = try await remoteError {
            try await scene.withRemote(settings) { remote in
                _ = try await remote.run(Command("true"), on: scene.host, deadline: .seconds(90))
            }
        }
        #expect(ContinuousClock.now - start < .seconds(60))
        #expect("\(error)".contains("agent \(agent.socket) (it does not answer)"), "\(error)")
    }

    @Test("a stopped agent does not stop a key file that works")
    func stoppedAgentAndFile() async throws {
        let scene = try await SSHScene()
        let daemon = try await SSHDaemon(authorized: scene.publicKey)
        let agent = try await agent(scene)
        kill(agent.process.pid, SIGSTOP)
        try scene.write(knownHosts: daemon.knownHostsLine)
        try scene.write(config: config(scene, daemon, identity: scene.scratch.file("id"), agent: agent.socket))
        try await scene.withRemote { remote in
            try await expectRuns(remote, scene.host)
        }
    }
}
