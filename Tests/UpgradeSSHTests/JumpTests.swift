import Glibc
import Testing
import UpgradeCore
import UpgradeSSH
import UpgradeTestSupport

@Suite("Jump hosts over SSH", .serialized)
struct JumpTests {
    @Test("a host is reached through one jump host, and through two", arguments: [1, 2])
    func jumps(_ count: Int) async throws {
        let scene = try await SSHScene()
        let target = try await SSHDaemon(authorized: scene.publicKey)
        var jumps: [SSHDaemon] = []
        for _ in 0..<count {
            jumps.append(try await SSHDaemon(authorized: scene.publicKey))
        }
        let names = jumps.indices.map { "jump\($0)" }.joined(separator: ",")
        var config = scene.block("cp1-alias", target, extra: "ProxyJump \(names)")
        for (index, jump) in jumps.enumerated() {
            config += scene.block("jump\(index)", jump)
        }
        try scene.write(config: config)
        try scene.write(knownHosts: try ([target] + jumps).map { try $0.knownHostsLine }.joined())
        try await scene.withRemote { remote in
            let command = Command("sh", "-c", "echo $SSH_CLIENT; head -c 3000000 /dev/zero >&2", input: "x")
            let result = try await remote.run(command, on: scene.host, deadline: .seconds(30).patient)
            #expect(result.errorOutput.utf8.count == 3_000_000)
            try scene.scratch.write("source", String(repeating: "jump over\n", count: 300_000))
            let there = scene.scratch.file("there")
            try await remote.upload(
                scene.scratch.file("source"),
                to: there,
                on: scene.host,
                deadline: .seconds(30).patient
            )
            for jump in jumps {
                #expect(jump.process.output.contains("Accepted publickey"))
            }
            // A jump host that dies takes the target's connection along; the next call dials both again.
            let children = jumps[0].process.children
            jumps[0].process.signalChildren(SIGKILL)
            try await jumps[0].process.expectEnd(of: children)
            let again = try await remote.run(Command("true"), on: scene.host, deadline: .seconds(30))
            #expect(again.succeeded)
        }
    }

    @Test("a jump host's key is checked as strictly, under its own name")
    func unknownJump() async throws {
        let scene = try await SSHScene()
        let target = try await SSHDaemon(authorized: scene.publicKey)
        let jump = try await SSHDaemon(authorized: scene.publicKey)
        let block = scene.block("cp1-alias", target, extra: "ProxyJump bastion")
        try scene.write(config: block + scene.block("bastion", jump))
        try scene.write(knownHosts: target.knownHostsLine)
        try await scene.withRemote { remote in
            let error = try await remoteError {
                _ = try await remote.run(Command("true"), on: scene.host, deadline: .seconds(20))
            }
            let expected = try await jump.fingerprint
            guard case .hostKeyUnknown("bastion", _, expected, _) = error else {
                Issue.record("another error: \(error)")
                return
            }
        }
    }

    @Test("a target that its jump host cannot reach is unreachable, and the jump host is named")
    func unreachableTarget() async throws {
        let scene = try await SSHScene()
        let target = try await SSHDaemon(authorized: scene.publicKey)
        let jump = try await SSHDaemon(authorized: scene.publicKey)
        let block = scene.block("cp1-alias", target, extra: "ProxyJump bastion")
        try scene.write(config: block + scene.block("bastion", jump))
        try scene.write(knownHosts: jump.knownHostsLine)
        target.process.end()
        try await scene.withRemote { remote in
            let error = try await remoteError {
                _ = try await remote.run(Command("true"), on: scene.host, deadline: .seconds(20))
            }
            #expect(error.unreachableReason?.contains("jump host bastion") == true, "\(error)")
        }
    }
}
