import Crypto
import Foundation
public import Testing
public import UpgradeCore

/// What every `Remote` that runs real commands must do.
///
/// ```swift
/// @Test("behaves as a remote must", arguments: RemoteConformance.behaviours)
/// func conforms(_ behaviour: RemoteConformance.Behaviour) async throws {
///     try await behaviour.check(MyRemote(), on: host)
/// }
/// ```
///
/// The host must be this machine, so that copied files can be compared.
public enum RemoteConformance {
    /// One thing that every remote must do.
    public struct Behaviour: Sendable, CustomTestStringConvertible {
        /// The behaviour as a sentence.
        public let testDescription: String
        private let body: @Sendable (any Remote, UpgradeCore.Host, RemoteScratch) async throws -> Void

        init(
            _ sentence: String,
            _ body: @escaping @Sendable (any Remote, UpgradeCore.Host, RemoteScratch) async throws -> Void
        ) {
            testDescription = sentence
            self.body = body
        }

        /// Records an issue for whatever the remote does differently.
        public func check(_ remote: any Remote, on host: UpgradeCore.Host) async throws {
            try await body(remote, host, try RemoteScratch())
        }
    }

    /// Everything that a remote must do.
    public static let behaviours: [Behaviour] = commands + streams + limits + copies

    private static let commands = [
        Behaviour("keeps standard output and standard error apart") { remote, host, _ in
            let command = Command("sh", "-c", "echo out; echo err >&2")
            let result = try await remote.run(command, on: host, deadline: .seconds(20))
            #expect(result == CommandResult(output: "out\n", errorOutput: "err\n"))
        },
        Behaviour("gives a status other than zero as a result") { remote, host, _ in
            for status in [Int32(1), 42, 255] {
                let result = try await remote.run(
                    Command("sh", "-c", "exit \(status)"),
                    on: host,
                    deadline: .seconds(20)
                )
                #expect(result.outcome == .exited(status))
                #expect(!result.succeeded)
            }
        },
        Behaviour("gives the signal that ended a command") { remote, host, _ in
            for signal in ["KILL", "ABRT"] {
                // `exec` where the shell of the host would otherwise report its child's signal as a status.
                let command = Command("exec", "sh", "-c", "kill -\(signal) $$")
                let result = try await remote.run(command, on: host, deadline: .seconds(20))
                #expect(result.outcome == .signaled(signal))
            }
        },
        Behaviour("gives a program that does not exist as status 127") { remote, host, _ in
            let result = try await remote.run(Command("no-such-program-here"), on: host, deadline: .seconds(20))
            #expect(result.outcome == .exited(127))
        },
        Behaviour("hands over every word byte for byte") { remote, host, _ in
            let words = [
                "", " ", "two words", "'", "''", "\"", "\\", "\\n", "$HOME", "`id`", "$(id)", "*", "?", "[a]", "{a,b}",
                "~", "#", "!", "a;b", "a&b", "a|b", "<", ">", "line\nline", "\t", "\r", "\u{7f}", "-n", "--",
                "\u{e9}\u{20ac}\u{1f600}", "%s", "a=b", "\u{1}\u{1b}[0m", String(repeating: "x", count: 100_000),
            ]
            let script = #"for word in "$@"; do printf '%s\0' "$word"; done"#
            let command = Command(["sh", "-c", script, "sh"] + words)
            let result = try await remote.run(command, on: host, deadline: .seconds(20))
            let received = result.output.split(separator: "\0", omittingEmptySubsequences: false).dropLast()
            #expect(received.map(String.init) == words)
        },
        Behaviour("runs thirty commands at once and mixes up none") { remote, host, _ in
            let outputs = try await withThrowingTaskGroup(of: (Int, String).self) { group in
                for number in 0..<30 {
                    group.addTask {
                        let command = Command("sh", "-c", "cat; echo \(number)", input: "\(number * 7)\n")
                        return (number, try await remote.run(command, on: host, deadline: .seconds(40).patient).output)
                    }
                }
                return try await group.reduce(into: [Int: String]()) { $0[$1.0] = $1.1 }
            }
            #expect(outputs == Dictionary(uniqueKeysWithValues: (0..<30).map { ($0, "\($0 * 7)\n\($0)\n") }))
        },
    ]

    private static let streams = [
        Behaviour("gives a command its standard input, then its end") { remote, host, _ in
            let text = "first\nsecond \u{e9}\n"
            let result = try await remote.run(Command("cat", input: text), on: host, deadline: .seconds(20))
            #expect(result == CommandResult(output: text))
        },
        Behaviour("gives an empty standard input where none is asked for") { remote, host, _ in
            let result = try await remote.run(Command("cat"), on: host, deadline: .seconds(20))
            #expect(result == CommandResult())
        },
        Behaviour("gives three megabytes of standard input to a command that reads slowly") { remote, host, _ in
            let text = String(repeating: "0123456789abcde\n", count: 3 << 16)
            let command = Command("sh", "-c", "head -c 1000 >/dev/null; sha256sum", input: text)
            let result = try await remote.run(command, on: host, deadline: .seconds(20).patient)
            #expect(result.output == sha256(Data(text.utf8).dropFirst(1000)) + "  -\n")
        },
        Behaviour("survives a command that does not read its standard input") { remote, host, _ in
            let text = String(repeating: "x", count: 4 << 20)
            let command = Command("sh", "-c", "exec <&-; echo done", input: text)
            let result = try await remote.run(command, on: host, deadline: .seconds(20).patient)
            #expect(result == CommandResult(output: "done\n"))
            try await expectAlive(remote, host)
        },
        Behaviour("takes five megabytes of both streams without a stall") { remote, host, _ in
            let script = """
                head -c 5000000 /dev/zero | tr '\\0' e >&2 & head -c 5000000 /dev/zero | tr '\\0' o; wait
                """
            let result = try await remote.run(Command("sh", "-c", script), on: host, deadline: .seconds(30).patient)
            #expect(result.output.utf8.count == 5_000_000 && result.output.utf8.allSatisfy { $0 == UInt8(ascii: "o") })
            #expect(result.errorOutput.utf8.count == 5_000_000)
            #expect(result.succeeded)
        },
        Behaviour("takes five megabytes of standard error before any standard output") { remote, host, _ in
            let script = "head -c 5000000 /dev/zero | tr '\\0' e >&2; echo out"
            let result = try await remote.run(Command("sh", "-c", script), on: host, deadline: .seconds(30).patient)
            #expect(result.output == "out\n")
            #expect(result.errorOutput.utf8.count == 5_000_000)
        },
    ]

    private static let limits = [
        Behaviour("ends a call at its deadline, and the next one works") { remote, host, _ in
            let command = Command("sleep", "900")
            let start = ContinuousClock.now
            let error = RemoteError.deadlinePassed(
                host: host.name,
                command: "sleep 900",
                deadline: .milliseconds(1500)
            )
            await #expect(throws: error) {
                try await remote.run(command, on: host, deadline: .milliseconds(1500))
            }
            // Far from the deadline for the sake of a busy machine, and far from the end of the program.
            #expect(ContinuousClock.now - start < .seconds(120))
            try await expectAlive(remote, host)
        },
        Behaviour("connects again after it was told to disconnect") { remote, host, _ in
            try await expectAlive(remote, host)
            await remote.disconnect(host)
            try await expectAlive(remote, host)
        },
    ]

    private static let copies = [
        Behaviour("copies twenty megabytes to the host and back, byte for byte") { remote, host, scratch in
            var generator = SystemRandomNumberGenerator()
            let block = (0..<(1 << 17)).map { _ in generator.next() }
            var data = block.withUnsafeBytes { Data($0) }
            while data.count < 20 << 20 { data += data }
            try data.write(to: URL(fileURLWithPath: scratch.file("source")))
            try await remote.upload(
                scratch.file("source"),
                to: scratch.file("there"),
                on: host,
                deadline: .seconds(40).patient
            )
            #expect(FileManager.default.contents(atPath: scratch.file("there")) == data)
            let sum = try await remote.download(
                scratch.file("there"),
                from: host,
                to: scratch.file("back"),
                needsRoot: false,
                deadline: .seconds(40).patient
            )
            #expect(sum == sha256(data))
            #expect(FileManager.default.contents(atPath: scratch.file("back")) == data)
            #expect(scratch.names == ["back", "source", "there"])
        },
        Behaviour("replaces files, names with blanks and quotes included, and lets nobody else read them") {
            remote,
            host,
            scratch in
            try scratch.write("source", "new")
            let name = "it's $HOME there"
            try scratch.write(name, "old")
            try await remote.upload(scratch.file("source"), to: scratch.file(name), on: host, deadline: .seconds(20))
            #expect(FileManager.default.contents(atPath: scratch.file(name)) == Data("new".utf8))
            try scratch.write("back", "old")
            _ = try await remote.download(
                scratch.file(name),
                from: host,
                to: scratch.file("back"),
                needsRoot: false,
                deadline: .seconds(20)
            )
            for file in [name, "back"] {
                let attributes = try FileManager.default.attributesOfItem(atPath: scratch.file(file))
                #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
            }
        },
        Behaviour("copies an empty file") { remote, host, scratch in
            try scratch.write("source", "")
            try await remote.upload(scratch.file("source"), to: scratch.file("there"), on: host, deadline: .seconds(20))
            let sum = try await remote.download(
                scratch.file("there"),
                from: host,
                to: scratch.file("back"),
                needsRoot: false,
                deadline: .seconds(20)
            )
            #expect(sum == sha256(Data()))
        },
        Behaviour("says that a copy failed, and leaves nothing behind") { remote, host, scratch in
            try scratch.write("source", "new")
            let missing = scratch.file("no/such/directory/file")
            await #expect(
                performing: {
                    try await remote.upload(scratch.file("source"), to: missing, on: host, deadline: .seconds(20))
                },
                throws: { isCopyFailure($0) }
            )
            await #expect(
                performing: {
                    try await remote.download(
                        missing,
                        from: host,
                        to: scratch.file("back"),
                        needsRoot: false,
                        deadline: .seconds(20)
                    )
                },
                throws: { isCopyFailure($0) }
            )
            #expect(scratch.names == ["source"])
        },
    ]

    private static func expectAlive(_ remote: any Remote, _ host: UpgradeCore.Host) async throws {
        let result = try await remote.run(Command("true"), on: host, deadline: .seconds(20))
        #expect(result.succeeded)
    }

    private static func isCopyFailure(_ error: any Error) -> Bool {
        guard case .copyFailed? = error as? RemoteError else { return false }
        return true
    }

    private static func sha256(_ data: Data) -> String {
        SHA256.hash(data: data).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}
