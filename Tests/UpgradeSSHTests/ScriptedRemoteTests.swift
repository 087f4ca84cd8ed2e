import Testing
import UpgradeCore
import UpgradeTestSupport

@Suite("The scripted remote")
struct ScriptedRemoteTests {
    let host = Host(name: "cp1", roles: [.controlPlane])

    @Test("answers what it was told, in any order")
    func answers() async throws {
        let remote = ScriptedRemote {
            .on("cp1", ["true"], output: "one")
                .on("cp1", ["kubectl", "get", .rest], output: "two")
        }
        let second = try await remote.run(Command("kubectl", "get", "nodes"), on: host, deadline: .seconds(1))
        let first = try await remote.run(Command("true"), on: host, deadline: .seconds(1))
        #expect([first.output, second.output] == ["one", "two"])
        remote.expectFinished()
    }

    @Test("traps on a command that it was not told, and on a second use of a line")
    func traps() async throws {
        let remote = ScriptedRemote { .on("cp1", ["true"]) }
        _ = try await remote.run(Command("true"), on: host, deadline: .seconds(1))
        await withKnownIssue {
            await #expect(throws: RemoteError.self) {
                try await remote.run(Command("true"), on: host, deadline: .seconds(1))
            }
        }
        await withKnownIssue {
            await #expect(throws: RemoteError.self) {
                try await remote.run(Command("false"), on: host, deadline: .seconds(1))
            }
        }
    }

    @Test("traps on input that the script does not mention")
    func trapsOnInput() async throws {
        let remote = ScriptedRemote { .on("cp1", ["cat"]) }
        await withKnownIssue {
            await #expect(throws: RemoteError.self) {
                try await remote.run(Command("cat", input: "x"), on: host, deadline: .seconds(1))
            }
        }
        #expect(remote.unused.count == 1)
    }

    @Test("loses the connection before a command, then answers it")
    func loses() async throws {
        let remote = ScriptedRemote(inOrder: true) {
            .on("cp1", ["true"], losing: .beforeCommand)
                .on("cp1", ["true"], losing: .afterCommand)
                .on("cp1", ["true"])
        }
        for sent in [false, true] {
            let reason = "the script lost the connection"
            await #expect(throws: RemoteError.lost(host: "cp1", sent: sent, reason: reason)) {
                try await remote.run(Command("true"), on: host, deadline: .seconds(1))
            }
        }
        #expect(try await remote.run(Command("true"), on: host, deadline: .seconds(1)).succeeded)
    }

    @Test("says which lines were not used")
    func unused() async throws {
        let remote = ScriptedRemote { .on("cp1", ["true"]).on("w1", ["false"], times: nil) }
        withKnownIssue { remote.expectFinished() }
        #expect(remote.unused.count == 1)
    }
}
