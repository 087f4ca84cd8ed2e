import Foundation
import Testing
import UpgradeCore
import UpgradeSSH
import UpgradeTestSupport

/// A client's side: a key, a configuration and a `known_hosts` file of its own, and hosts that are daemons on loopback.
final class SSHScene: Sendable {
    let scratch: RemoteScratch
    let host = UpgradeCore.Host(name: "cp1", address: "cp1-alias", roles: [.controlPlane])

    /// Makes a key pair and empty files.
    init() async throws {
        scratch = try RemoteScratch()
        try await Spawn.run(
            "/usr/bin/ssh-keygen",
            "-q",
            "-t",
            "ed25519",
            "-N",
            "",
            "-C",
            "test",
            "-f",
            scratch.file("id")
        )
        try scratch.write("known_hosts", "")
    }

    /// Runs a body against a daemon on loopback that this scene knows and may enter.
    static func withHost(
        settings change: (inout SSHSettings) -> Void = { _ in },
        maximumSessions: Int = 10,
        _ body: (SSHRemote, SSHScene, SSHDaemon) async throws -> Void
    ) async throws {
        let scene = try await SSHScene()
        let daemon = try await SSHDaemon(authorized: scene.publicKey, maximumSessions: maximumSessions)
        try scene.write(knownHosts: daemon.knownHostsLine)
        try scene.write(config: scene.block("cp1-alias", daemon))
        var settings = scene.settings
        change(&settings)
        try await scene.withRemote(settings) { try await body($0, scene, daemon) }
    }

    /// Runs a body with a remote and closes it in any case.
    func withRemote(_ settings: SSHSettings? = nil, _ body: (SSHRemote) async throws -> Void) async throws {
        let remote = SSHRemote(settings ?? self.settings)
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(remote))
        } catch {
            result = .failure(error)
        }
        await remote.close()
        try result.get()
    }

    var publicKey: String {
        get throws { try String(contentsOfFile: scratch.file("id.pub"), encoding: .utf8) }
    }

    var settings: SSHSettings {
        SSHSettings(configFile: scratch.file("config"), connectDeadline: .seconds(15).patient)
    }

    func write(knownHosts: String) throws {
        try scratch.write("known_hosts", knownHosts)
    }

    func write(config: String) throws {
        try scratch.write("config", config)
    }

    /// A block of the configuration for one daemon.
    func block(
        _ alias: String,
        _ daemon: SSHDaemon,
        user: String = NSUserName(),
        identity: String? = nil,
        extra: String = ""
    ) -> String {
        """
        Host \(alias)
            HostName 127.0.0.1
            Port \(daemon.port)
            User \(user)
            IdentityFile \(identity ?? scratch.file("id"))
            IdentityAgent none
            UserKnownHostsFile \(scratch.file("known_hosts"))
            GlobalKnownHostsFile none
            \(extra)

        """
    }
}

extension RemoteError {
    /// The reason of an unreachable host; `nil` for every other error.
    var unreachableReason: String? {
        guard case .unreachable(_, _, let reason) = self else { return nil }
        return reason
    }

    /// Whether a lost command may have run; `nil` for every other error.
    var lostSent: Bool? {
        guard case .lost(_, let sent, _) = self else { return nil }
        return sent
    }
}

/// Runs a body that must throw a `RemoteError` and returns it.
func remoteError(_ body: () async throws -> Void) async throws -> RemoteError {
    do {
        try await body()
    } catch let error as RemoteError {
        return error
    }
    throw ChildProcess.Failure(description: "an error was expected, and there was none")
}

/// Expects that the host runs a command now.
func expectRuns(
    _ remote: SSHRemote,
    _ host: UpgradeCore.Host,
    sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    let result = try await remote.run(Command("true"), on: host, deadline: .seconds(20).patient)
    #expect(result.succeeded, sourceLocation: sourceLocation)
}
