import Foundation
import Testing
import UpgradeTestSupport

@testable import UpgradeNotices

@Suite("Programs on the operator's machine")
struct LocalProgramTests {
    private func shell(_ script: String, _ words: [String] = [], input: String = "", keeps: Bool = true) -> LocalProgram
    {
        LocalProgram(words: ["sh", "-c", script] + words, input: input, keepsOutput: keeps)
    }

    /// A shell that writes the number of a child of its own to a file and waits for that child.
    private static let parent = "sleep 600 & echo $! >\"$0.part\"; mv \"$0.part\" \"$0\"; wait"

    /// Waits until the child is there, or gone.
    private func child(_ scratch: ScratchDirectory, isThere: Bool) async throws -> Bool {
        for _ in 0..<1000 {
            let text = String(decoding: (try? scratch.read("child")) ?? Data(), as: UTF8.self)
            let stat = Int(text.trimmingCharacters(in: .newlines)).flatMap {
                FileManager.default.contents(atPath: "/proc/\($0)/stat")
            }
            // One that nobody has reaped yet is gone too. (proc(5): the state is after the name)
            let runs = stat.map { !String(decoding: $0, as: UTF8.self).contains(") Z ") } ?? false
            if runs == isThere { return true }
            try await Task.sleep(for: .milliseconds(20))
        }
        return false
    }

    @Test("output, complaint and exit code are the program's; of one that a signal ends there is no code")
    func ending() async throws {
        let ended = try await shell("cat; echo bad >&2; exit 7", input: "a\nb\n").run(deadline: .seconds(60))
        #expect(ended.status == 7)
        #expect(ended.output == "a\nb\n")
        #expect(ended.errors == "bad\n")
        for keeps in [true, false] {
            #expect(try await shell("kill -9 $$", keeps: keeps).run(deadline: .seconds(60)).status == nil)
        }
    }

    @Test("past the deadline it is killed with its children", arguments: [true, false])
    func overdue(keeps: Bool) async throws {
        let scratch = try ScratchDirectory()
        let program = shell(Self.parent, [scratch.path + "/child"], keeps: keeps)
        let start = ContinuousClock.now
        await #expect(throws: LocalProgram.Failure.overdue) { try await program.run(deadline: .seconds(2)) }
        #expect(ContinuousClock.now - start < .seconds(60))
        #expect(try await child(scratch, isThere: false))
        #expect(FileManager.default.fileExists(atPath: scratch.path + "/child"), "it had no child to kill")
    }

    @Test("cancelled, it is killed with its children")
    func cancelled() async throws {
        let scratch = try ScratchDirectory()
        let program = shell(Self.parent, [scratch.path + "/child"])
        let task = Task { try await program.run(deadline: .seconds(600)) }
        #expect(try await child(scratch, isThere: true))
        task.cancel()
        let result = await task.result
        #expect(throws: LocalProgram.Failure.overdue) { try result.get() }
        #expect(try await child(scratch, isThere: false))
    }

    @Test("nobody waits for its children, even where they have its outputs open", arguments: [true, false])
    func children(keeps: Bool) async throws {
        let scratch = try ScratchDirectory()
        let script = "sleep 600 & echo $! >\"$0\"; echo said"
        let start = ContinuousClock.now
        let ended = try await shell(script, [scratch.path + "/child"], keeps: keeps).run(deadline: .seconds(300))
        #expect(ContinuousClock.now - start < .seconds(60))
        #expect(ended.status == 0)
        #expect(ended.output == (keeps ? "said\n" : ""))
        let pid = try #require(pid_t(String(decoding: try scratch.read("child"), as: UTF8.self).dropLast()))
        #expect(kill(pid, SIGKILL) == 0, "the child was killed with a program that had ended by itself")
    }

    @Test("input longer than a pipe reaches it; one that does not read it ends as it likes")
    func input() async throws {
        let long = String(repeating: "x", count: 1_000_000)
        #expect(try await shell("wc -c", input: long).run(deadline: .seconds(60)).output == "1000000\n")
        for script in ["exit 3", "exec <&-; sleep 1; exit 3"] {
            #expect(try await shell(script, input: long).run(deadline: .seconds(60)).status == 3)
        }
    }

    @Test("one that writes without end is ended")
    func endless() async throws {
        var program = shell("yes")
        program.longestOutput = 100_000
        await #expect(throws: LocalProgram.Failure.outputTooLong) { try await program.run(deadline: .seconds(300)) }
    }

    @Test("one that is not there says so")
    func missing() async throws {
        let program = LocalProgram(words: ["no-such-program"], input: "", keepsOutput: true)
        let ended = try await program.run(deadline: .seconds(60))
        #expect(ended.status == 127)
        #expect(ended.errors.contains("no-such-program"))
    }
}
