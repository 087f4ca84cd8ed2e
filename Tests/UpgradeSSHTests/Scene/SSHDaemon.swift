import Foundation
import UpgradeTestSupport

/// A real sshd on loopback with its own host key; ends with its last owner.
final class SSHDaemon: Sendable {
    let port: Int
    let process: ChildProcess
    let scratch: RemoteScratch

    /// Starts a daemon that lets the key `authorized` in; `path` is where its commands look for programs, when it is not the usual.
    init(authorized: String, maximumSessions: Int = 10, path: String? = nil, extra: String = "") async throws {
        scratch = try RemoteScratch()
        try await Spawn.run("/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", scratch.file("host_key"))
        try scratch.write("authorized_keys", authorized)
        if getuid() == 0 {
            // sshd's privilege separation directory, which its service would make.
            try FileManager.default.createDirectory(atPath: "/run/sshd", withIntermediateDirectories: true)
        }
        var started: (Int, ChildProcess)?
        for _ in 0..<20 where started == nil {
            let port = Int.random(in: 20_000..<32_000)
            let config = try scratch.write("sshd_config", Self.config(port, scratch, maximumSessions, path, extra))
            let process = try ChildProcess("/usr/sbin/sshd", ["-D", "-e", "-f", config])
            do {
                try await process.expect("Server listening on 127.0.0.1 port \(port)")
                started = (port, process)
            } catch  where process.output.contains("Address already in use") {
                continue
            }
        }
        guard let started else { throw ChildProcess.Failure(description: "no free port for sshd") }
        (port, process) = started
    }

    deinit {
        process.signalChildren(SIGCONT)
        process.signalChildren(SIGKILL)
    }

    /// The public host key as `known_hosts` writes it: type and base64.
    var hostKey: String {
        get throws {
            let text = try String(contentsOfFile: scratch.file("host_key.pub"), encoding: .utf8)
            return text.split(separator: " ").prefix(2).joined(separator: " ")
        }
    }

    /// The host key's line for a `known_hosts` file.
    var knownHostsLine: String {
        get throws { "[127.0.0.1]:\(port) \(try hostKey)\n" }
    }

    /// What `ssh-keygen -l` prints as the host key's fingerprint.
    var fingerprint: String {
        get async throws {
            let line = try await Spawn.run("/usr/bin/ssh-keygen", "-l", "-f", scratch.file("host_key.pub"))
            return String(line.split(separator: " ")[1])
        }
    }

    private static func config(
        _ port: Int,
        _ scratch: RemoteScratch,
        _ sessions: Int,
        _ path: String?,
        _ extra: String
    ) -> String {
        """
        Port \(port)
        ListenAddress 127.0.0.1
        HostKey \(scratch.file("host_key"))
        PidFile none
        AuthorizedKeysFile \(scratch.file("authorized_keys"))
        StrictModes no
        UsePAM no
        PasswordAuthentication no
        KbdInteractiveAuthentication no
        PermitRootLogin prohibit-password
        MaxSessions \(sessions)
        MaxStartups 200
        LogLevel INFO
        # Debian's bash reads ~/.bashrc for every command of a fresh SSH login; what is in there is not for tests.
        SetEnv SHLVL=3\(path.map { " PATH=\($0)" } ?? "")
        \(extra)

        """
    }
}
