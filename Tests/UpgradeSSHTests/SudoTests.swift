import Foundation
import Testing
import UpgradeCore
import UpgradeTestSupport

@testable import UpgradeSSH

@Suite("Sudo over SSH", .serialized)
struct SudoTests {
    /// Runs a body as a fresh login user, with or without a right to sudo; needs root, and says so where it has not.
    private func withUser(
        maySudo: Bool,
        _ body: (SSHRemote, SSHScene, String) async throws -> Void
    ) async throws {
        try #require(getuid() == 0, "only root can make the login users that these tests need")
        let user = "upt\(maySudo ? "s" : "n")\(getpid())"
        let rule = "/etc/sudoers.d/\(user)"
        try await Spawn.run(
            "/usr/sbin/useradd",
            "--home-dir",
            "/",
            "--no-create-home",
            "--password",
            "*",
            "--shell",
            "/bin/sh",
            user
        )
        let result: Result<Void, any Error>
        do {
            if maySudo {
                try Data("\(user) ALL=(ALL) NOPASSWD: ALL\n".utf8).write(to: URL(fileURLWithPath: rule))
            }
            let scene = try await SSHScene()
            let daemon = try await SSHDaemon(authorized: scene.publicKey)
            try scene.write(knownHosts: daemon.knownHostsLine)
            try scene.write(config: scene.block("cp1-alias", daemon, user: user))
            try await scene.withRemote { try await body($0, scene, user) }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        try? FileManager.default.removeItem(atPath: rule)
        try await Spawn.run("/usr/sbin/userdel", "--force", user)
        try result.get()
    }

    @Test("a refused sudo is an error with sudo's own words, and other commands still run")
    func refused() async throws {
        try await withUser(maySudo: false) { remote, scene, user in
            let error = try await remoteError {
                _ = try await remote.run(Command("id", needsRoot: true), on: scene.host, deadline: .seconds(20))
            }
            guard case .sudoRefused("cp1", user, let reason) = error else {
                Issue.record("another error: \(error)")
                return
            }
            #expect(reason == "sudo: a password is required")
            let result = try await remote.run(Command("id", "-un"), on: scene.host, deadline: .seconds(20))
            #expect(result.output == user + "\n")
        }
    }

    @Test("a granted sudo runs the command as root, and only where root is asked for")
    func granted() async throws {
        try await withUser(maySudo: true) { remote, scene, user in
            let root = Command("id", "-un", needsRoot: true)
            let asRoot = try await remote.run(root, on: scene.host, deadline: .seconds(20))
            #expect(asRoot == CommandResult(output: "root\n"))
            let plain = try await remote.run(Command("id", "-un"), on: scene.host, deadline: .seconds(20))
            #expect(plain == CommandResult(output: user + "\n"))
            let words = ["sh", "-c", "printf '%s|' \"$@\"; cat; exit 1", "sh", "a b", "$HOME", "it's"]
            let failing = Command(words, needsRoot: true, input: "in")
            let result = try await remote.run(failing, on: scene.host, deadline: .seconds(20))
            #expect(result == CommandResult(output: "a b|$HOME|it's|in", outcome: .exited(1)))
        }
    }

    @Test("a file that only root may read is copied with sudo, and refused without")
    func download() async throws {
        try await withUser(maySudo: true) { remote, scene, _ in
            let secret = try scene.scratch.write("secret", "for root")
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: secret)
            let copy = scene.scratch.file("copy")
            let sum = try await remote.download(
                secret,
                from: scene.host,
                to: copy,
                needsRoot: true,
                deadline: .seconds(20)
            )
            #expect(sum.count == 64)
            #expect(FileManager.default.contents(atPath: copy) == Data("for root".utf8))
            let error = try await remoteError {
                _ = try await remote.download(
                    secret,
                    from: scene.host,
                    to: copy,
                    needsRoot: false,
                    deadline: .seconds(20)
                )
            }
            guard case .copyFailed("cp1", secret, _) = error else {
                Issue.record("another error: \(error)")
                return
            }
        }
    }

    @Test(
        "sudo's own refusals are told from commands that fail",
        arguments: [
            (Int32(1), "sudo: a password is required\n", true),
            (1, "sudo: unable to resolve host a: Name or service not known\nsudo: a password is required\n", true),
            (1, "Sorry, user u is not allowed to execute '/bin/ls' as root on h.\n", true),
            (1, "u is not in the sudoers file.\n", true),
            (127, "sh: 1: sudo: not found\n", true),
            (1, "sudo: unable to resolve host a: Name or service not known\nE: no such package\n", false),
            (1, "Could not chdir to home directory /srv/u\nsudo: a password is required\n", true),
            (1, "u is not in the sudoers file.\nThis incident has been reported to the administrator.\n", true),
            (1, "sudo: a password is required\nE: broken\n", false),
            (1, "", false),
            (2, "sudo: a password is required\n", false),
            (127, "sh: 1: kubectl: not found\n", false),
        ]
    )
    func recognized(_ status: Int32, _ text: String, _ isRefusal: Bool) {
        #expect((SudoRefusal.reason(status: status, errorOutput: text) != nil) == isRefusal)
    }
}
