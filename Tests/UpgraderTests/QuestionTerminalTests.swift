import Foundation
import Testing
import UpgradeCore
import UpgradeTestSupport

/// Answers questions in a real terminal, tmux; where tmux is not installed this fails, so that nobody takes it for run.
@Suite("Questions in a terminal")
struct QuestionTerminalTests {
    private static let sizes = [(80, 24), (200, 60)]
    private static let step = "1.12-1.13/workers/hook-smoke@w1"
    private static let prompt = "retry, skip or abort?"

    /// On one line, as before it was folded to the width of the terminal.
    private func flat(_ screen: String) -> String {
        screen.split { $0.isWhitespace }.joined(separator: " ")
    }

    /// A run in a terminal, stopped at a question.
    private struct Desk {
        let workshop: Workshop
        let tmux: Tmux

        init(_ playbook: String, _ size: (Int, Int), _ options: String = "") throws {
            workshop = try Workshop(playbook)
            tmux = try Tmux(socket: "\(workshop.scratch.path)/tmux")
            // Ctrl-C goes to the shell as well, which has to stay.
            try tmux.begin(
                "trap : INT; cd '\(workshop.scratch.path)'; '\(Program.upgrader)' run playbook.yaml \(options); "
                    + "echo \"exit code $?\"; sleep 60",
                width: size.0,
                height: size.1
            )
        }

        var records: [Record] {
            get throws { try workshop.history.records.map { $0.record } }
        }

        /// The screen once the program has ended, with its history.
        func ended() async throws -> String { try await tmux.waits { $0.contains("exit code") } }
    }

    /// Whether the view was drawn once at the end, and nothing of it was left where the question stood.
    private func expectWhole(_ screen: String, _ width: Int) {
        let rules = screen.components(separatedBy: "\n").count { line in
            line.count >= width - 1 && line.allSatisfy { $0 == "─" }
        }
        #expect(rules == 1, "\(screen)")
    }

    @Test("retry, at the first letter, leads on; anything else asks again", .timeLimit(.minutes(2)), arguments: sizes)
    func retry(width: Int, height: Int) async throws {
        let desk = try Desk(Workshop.failing("hook-smoke", attempts: 1, pace: "20ms"), (width, height))
        defer { desk.tmux.end() }
        let asked = try await desk.tmux.waits { $0.contains(Self.prompt) }
        #expect(asked.contains("error: hook-smoke on w1 failed"))
        #expect(asked.contains("next:  "))
        #expect(!asked.contains("───"), "the view is off the screen: \(asked)")
        let cursor = try desk.tmux.run("display", "-p", "#{cursor_x} #{cursor_flag}")
        #expect(cursor == "\(Self.prompt.count + 1) 1\n")
        try desk.tmux.type("perhaps")
        try await desk.tmux.waits { $0.contains("the answers are retry, skip and abort") }
        try desk.tmux.type("")
        try desk.tmux.type("r")
        let screen = try await desk.ended()
        #expect(screen.contains("exit code 0"), "\(screen)")
        expectWhole(screen, width)
        let key = try #require(StepKey(Self.step))
        #expect(try desk.records.contains(.begun(key, attempt: 2)) && desk.records.contains(.done(key)))
    }

    @Test(
        "skip with a reason leads on, and is in the journal and wherever the run is told",
        .timeLimit(.minutes(2)),
        arguments: sizes
    )
    func skip(width: Int, height: Int) async throws {
        let desk = try Desk(Workshop.failing("hook-smoke", attempts: 9, pace: "20ms"), (width, height))
        defer { desk.tmux.end() }
        try await desk.tmux.waits { $0.contains(Self.prompt) }
        try desk.tmux.type("skip")
        try await desk.tmux.waits { $0.contains("why is it left out? (an empty line goes back)") }
        // An empty reason is none.
        try desk.tmux.type("")
        try await desk.tmux.waits { $0.components(separatedBy: Self.prompt).count == 3 }
        try desk.tmux.type("s")
        try await desk.tmux.waits { $0.components(separatedBy: "why is it left out?").count == 3 }
        try desk.tmux.type("ticket 7: the probe is broken")
        let screen = try await desk.ended()
        #expect(screen.contains("exit code 0"), "\(screen)")
        #expect(screen.contains("ticket 7: the probe is broken"))
        expectWhole(screen, width)
        let key = try #require(StepKey(Self.step))
        let record = try #require(try desk.workshop.history.state.skipped[key])
        #expect(record.skip.reason == "ticket 7: the probe is broken" && record.skip.by.contains("@"))
        #expect(try !desk.records.contains(.done(key)))
        for words in [
            ["status"], ["why"], ["log"], ["report", "--format", "markdown"], ["report", "--format", "json"],
        ] {
            let told = try await Program(Program.upgrader, words, in: desk.workshop.scratch.path).wait()
            #expect(told.output.contains("ticket 7: the probe is broken"), "\(words): \(told.output)\(told.errors)")
        }
    }

    @Test(
        "abort, Ctrl-C and the end of input stop the run as a failure does",
        .timeLimit(.minutes(3)),
        arguments: sizes
    )
    func abort(width: Int, height: Int) async throws {
        for answer in ["abort", "C-c", "C-d"] {
            let desk = try Desk(Workshop.failing("hook-smoke", attempts: 9, pace: "20ms"), (width, height))
            defer { desk.tmux.end() }
            try await desk.tmux.waits { $0.contains(Self.prompt) }
            if answer == "abort" { try desk.tmux.type(answer) } else { try desk.tmux.press(answer) }
            let screen = try await desk.ended()
            #expect(screen.contains("exit code 11"), "\(answer): \(screen)")
            #expect(flat(screen).contains("upgrader resume state/small/"), "\(answer): \(screen)")
            expectWhole(screen, width)
            let key = try #require(StepKey(Self.step))
            #expect(try desk.workshop.history.state.failed[key]?.attempt == 1)
            #expect(try desk.workshop.history.state.stop == .failed([key]))
        }
    }

    @Test("other hosts and the heartbeat of the lease go on while a question stands", .timeLimit(.minutes(2)))
    func meanwhile() async throws {
        let desk = try Desk(Workshop.failing("hook-smoke", attempts: 9, pace: "150ms"), (80, 24))
        defer { desk.tmux.end() }
        let asked = try await desk.tmux.waits { $0.contains(Self.prompt) }
        #expect(flat(asked).contains(/meanwhile w2 \([a-z-]+\) goes on/), "\(asked)")
        let other = try #require(StepKey("1.12-1.13/workers/uncordon@w2"))
        let version = try desk.workshop.cluster.leaseVersion ?? 0
        for _ in 1...200 where try !desk.workshop.history.state.done.contains(other) {
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(try desk.workshop.history.state.done.contains(other))
        for _ in 1...200 where try (desk.workshop.cluster.leaseVersion ?? 0) < version + 2 {
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(try (desk.workshop.cluster.leaseVersion ?? 0) >= version + 2)
        #expect(try await desk.tmux.waits { _ in true }.contains(Self.prompt))
        try desk.tmux.type("a")
        let screen = try await desk.ended()
        #expect(screen.contains("exit code 11"))
        #expect(screen.contains("✓") && screen.contains("uncordon@w2"), "what happened meanwhile is shown: \(screen)")
    }

    @Test("a step that may not be left out offers no skip, and says why", .timeLimit(.minutes(2)))
    func never() async throws {
        let desk = try Desk(Workshop.failing("install-node", attempts: 1, pace: "20ms"), (80, 24))
        defer { desk.tmux.end() }
        let asked = try await desk.tmux.waits { $0.contains("retry or abort?") }
        let whole = flat(asked)
        #expect(whole.contains("cannot be had: the steps after install-node take for granted what it does"), "\(asked)")
        #expect(flat(asked).contains("node w1.example.org is cordoned by this run"))
        try desk.tmux.type("skip")
        try await desk.tmux.waits { $0.contains("skip cannot be had: ") }
        try desk.tmux.type("retry")
        #expect(try await desk.ended().contains("exit code 0"))
    }

    @Test("--yes asks nothing; a pipe for standard output is no reason not to ask", .timeLimit(.minutes(2)))
    func ways() async throws {
        let quiet = try Desk(Workshop.failing("hook-smoke", attempts: 9), (80, 24), "--yes")
        defer { quiet.tmux.end() }
        let screen = try await quiet.ended()
        #expect(screen.contains("exit code 11") && !screen.contains(Self.prompt))
        let piped = try Desk(Workshop.failing("hook-smoke", attempts: 1), (80, 24), "| cat")
        defer { piped.tmux.end() }
        try await piped.tmux.waits { $0.contains(Self.prompt) }
        try piped.tmux.type("retry")
        _ = try await piped.ended()
        #expect(try piped.workshop.history.state.stop == .completed)
    }
}
