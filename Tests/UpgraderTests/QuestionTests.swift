import Foundation
import Synchronization
import Testing
import UpgradeCore
import UpgradeReport
import UpgradeTestSupport

@testable import upgrader

@Suite("Questions about steps that have failed")
struct QuestionTests {
    @Test("an answer is the whole word or its first letter")
    func words() {
        for (typed, word) in [("retry", "retry"), ("r", "retry"), (" Skip ", "skip"), ("s", "skip"), ("A", "abort")] {
            #expect(QuestionDesk.Word(typed)?.rawValue == word)
        }
        for typed in ["", "re", "retry!", "yes", "retry skip", "abortt"] {
            #expect(QuestionDesk.Word(typed) == nil, "\(typed)")
        }
    }

    @Test("a question has the five lines, each answer with what follows, and fits a terminal of 80 by 24")
    func text() async throws {
        let live = try await LiveScene()
        let key = live.key("node-ready", "w1")
        let failure = Failure.gateClosed(.nodeNotReady(node: "w1.example.org"), deadline: .seconds(300))
        var ledger = Ledger()
        let cordon = Action.cordon(node: "w1.example.org", mark: "test")
        ledger.note(intent: cordon, key: live.key("cordon", "w1"))
        let question = FailureQuestion(
            key: key,
            attempt: 1,
            failure: failure,
            standing: .init(ledger: ledger, inHand: [live.key("drain", "w2"), live.key("cordon", "w3")], asked: [key])
        )
        let report = try Self.report(live)
        let guides = try StepGuide.all()
        let text = report.text(question, SkipVerdict(key, nil, guides: guides))
        let lines = text.lines(width: 80)
        #expect(lines.allSatisfy { $0.columns <= 80 })
        #expect(lines.count < 24)
        let drain = FailureQuestion(
            key: live.key("drain", "w2"),
            attempt: 2,
            failure: .access(.jobOverdue(host: "cp1", unit: "upgrader-x", deadline: .seconds(300))),
            left: .drain(node: "w2.example.org", options: DrainOptions(deadline: .seconds(300))),
            standing: .init(ledger: ledger)
        )
        let refused = report.text(drain, SkipVerdict(drain.key, nil, guides: guides))
        try Golden.expect(
            (lines + [text.prompt, ""] + refused.lines(width: 80) + [refused.prompt, ""]).joined(separator: "\n"),
            matches: "Tests/UpgraderTests/Console/Golden/question-80.txt"
        )
    }

    @Test("a question about one of a large batch fits the screen, and names three of the others")
    func crowd() async throws {
        let live = try await LiveScene()
        let key = live.key("node-ready", "w1")
        var ledger = Ledger()
        for number in 1...20 {
            let cordon = Action.cordon(node: "w\(number).example.org", mark: "test")
            ledger.note(intent: cordon, key: live.key("cordon", "w\(number)"))
        }
        let question = FailureQuestion(
            key: key,
            attempt: 1,
            failure: .gateClosed(.nodeNotReady(node: "w1.example.org"), deadline: .seconds(300)),
            standing: .init(
                ledger: ledger,
                inHand: (3...20).map { live.key("drain", "w\($0)") },
                asked: [key, live.key("drain", "w2")]
            )
        )
        let report = try Self.report(live)
        let text = report.text(question, SkipVerdict(key, nil, guides: try StepGuide.all())).lines(width: 80)
        #expect(text.count < 24, "\(text.joined(separator: "\n"))")
        let all = text.joined(separator: " ").split(separator: " ").joined(separator: " ")
        #expect(all.contains("w5 (drain), and 15 more, see `upgrader status` go on"), "\(all)")
        #expect(all.contains("w2 (drain) has failed as well, and you are asked next"), "\(all)")
        #expect(all.contains("left are as of now: node w1.example.org is cordoned by this run;"), "\(all)")
        #expect(all.contains("; and 17 more, see `upgrader status`; `upgrader resume"), "\(all)")
    }

    @Test("a question that had to wait is put as things stand then, and says what else fails while it stands")
    func waited() async throws {
        let (reader, writer) = try Self.pipe()
        defer {
            close(reader)
            close(writer)
        }
        let live = try await LiveScene()
        let said = Shared("")
        let desk = try QuestionDesk(
            try Self.report(live),
            console: LineConsole(plan: live.plan),
            keyboard: Keyboard(descriptor: reader),
            say: { line in
                said.value += line.split(whereSeparator: \.isWhitespace).joined(separator: " ") + "\n"
            }
        )
        let (first, second) = (live.key("drain", "w1"), live.key("drain", "w2"))
        let now = Shared(FailureQuestion.Standing(asked: [first]))
        let ask = { @Sendable (key: StepKey) in
            await desk.ask(FailureQuestion(key: key, attempt: 1, failure: .bug("x"))) { now.value }
        }
        func until(_ text: String) async throws {
            for _ in 0..<500 where !said.value.contains(text) {
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(said.value.contains(text), "\(said.value)")
        }
        async let one = ask(first)
        try await until("drain on w1 failed")
        #expect(!said.value.contains("as well"))
        async let two = ask(second)
        now.value.asked = [first, second]
        try await until(
            "w2 (drain) has failed as well, and you are asked next; abort now: nothing of it is left on the cluster"
        )
        // What becomes true while the second one waits.
        now.value.asked = [second, live.key("drain", "w3")]
        said.value = ""
        _ = Foundation.write(writer, "retry\n", 6)
        #expect(await one == .retry)
        try await until("drain on w2 failed")
        #expect(said.value.contains("w3 (drain) has failed as well"), "\(said.value)")
        _ = Foundation.write(writer, "retry\n", 6)
        #expect(await two == .retry)
    }

    /// A value that several may have at once.
    private final class Shared<Value: Sendable>: Sendable {
        private let mutex: Mutex<Value>
        init(_ value: Value) { mutex = Mutex(value) }
        var value: Value {
            get { mutex.withLock { $0 } }
            set { mutex.withLock { $0 = newValue } }
        }
    }

    @Test("a line is read up to its end, and what follows is for whoever reads next")
    func keyboard() async throws {
        let (reader, writer) = try Self.pipe()
        defer { close(reader) }
        let keyboard = Keyboard(descriptor: reader)
        _ = Foundation.write(writer, "retry\nskip\nlast", 15)
        #expect(await keyboard.line() == "retry")
        #expect(await keyboard.line() == "skip")
        close(writer)
        #expect(await keyboard.line() == "last")
        #expect(await keyboard.line() == nil)
    }

    @Test("nobody waits for a line any more once the task is cancelled, and the line is left where it is")
    func cancelled() async throws {
        let (reader, writer) = try Self.pipe()
        defer {
            close(reader)
            close(writer)
        }
        let keyboard = Keyboard(descriptor: reader)
        let waiting = Task { await keyboard.line() }
        waiting.cancel()
        #expect(await waiting.value == nil)
        _ = Foundation.write(writer, "later\n", 6)
        #expect(await keyboard.line() == "later")
    }

    @Test("a question that stands when the time is over is answered with abort")
    func over() async throws {
        let (reader, writer) = try Self.pipe()
        defer {
            close(reader)
            close(writer)
        }
        let keyboard = Keyboard(descriptor: reader)
        let end = Date().timeIntervalSince1970 + 0.2
        #expect(await keyboard.line(until: end) == nil)
        #expect(Date().timeIntervalSince1970 >= end)
        let live = try await LiveScene()
        let report = try Self.report(live)
        let question = FailureQuestion(
            key: live.key("node-ready", "w1"),
            attempt: 1,
            failure: .gateClosed(.nodeNotReady(node: "w1.example.org"), deadline: .seconds(300))
        )
        func ask(endingIn seconds: Double) async throws -> FailureAnswer {
            let end = NotAfter(end: Date().timeIntervalSince1970 + seconds)
            let console = LineConsole(plan: live.plan)
            let desk = try QuestionDesk(report, console: console, keyboard: keyboard, notAfter: end)
            return await desk.ask(question) { FailureQuestion.Standing() }
        }
        #expect(try await ask(endingIn: 0.2) == .abort)
        _ = Foundation.write(writer, "retry\n", 6)
        #expect(try await ask(endingIn: 60) == .retry)
    }

    /// What was ours when the run began is nothing; the question knows what is ours now.
    private static func report(_ live: LiveScene) throws -> FailureReport {
        FailureReport(
            plan: live.plan,
            steps: try Scene().steps,
            directory: RunDirectory(path: "state/test/RUN"),
            ledger: Ledger()
        )
    }

    private static func pipe() throws -> (reader: Int32, writer: Int32) {
        var ends: [Int32] = [-1, -1]
        try #require(Foundation.pipe(&ends) == 0)
        return (ends[0], ends[1])
    }

    // MARK: - Without a terminal

    @Test("resume --skip leaves out a step that has failed, once, and says so wherever the run is told")
    func resumeSkip() async throws {
        let workshop = try Workshop(Workshop.failing("hook-smoke", attempts: 9))
        let stopped = try await workshop.upgrader("run", Workshop.playbook)
        #expect(stopped.code == 11, "\(stopped.errors)")
        let why = try await workshop.upgrader("why").output
        #expect(why.contains("--skip hook-smoke@w1 --reason WHY"), "\(why)")

        let unexplained = try await workshop.upgrader("resume", "--skip", "hook-smoke@w1")
        #expect(unexplained.code == 64 && unexplained.errors.contains("error: --skip wants a reason"))
        let other = try await workshop.upgrader("resume", "--skip", "hook-smoke@w2", "--reason", "ticket 7")
        #expect(other.code == 64)
        #expect(other.errors.contains("error: --skip: no step hook-smoke@w2 is failed"), "\(other.errors)")
        #expect(other.errors.contains("1.12-1.13/workers/hook-smoke@w1"))
        let count = try workshop.history.count

        let resumed = try await workshop.upgrader("resume", "--skip", "hook-smoke@w1", "--reason", "ticket 7")
        #expect(resumed.code == 0, "\(resumed.errors)")
        #expect(resumed.errors.contains("steps are done, 1 was skipped"))
        let history = try workshop.history
        #expect(history.count > count)
        let key = try #require(StepKey("1.12-1.13/workers/hook-smoke@w1"))
        #expect(history.state.skipped[key]?.skip.reason == "ticket 7")
        #expect(history.state.stop == .completed && !history.state.done.contains(key))

        let status = try await workshop.upgrader("status").output
        #expect(status.contains("skipped:  \(key), by ") && status.contains("  reason: ticket 7"), "\(status)")
        #expect(try await workshop.upgrader("why").output.contains("skipped: \(key): "))
        #expect(try await workshop.upgrader("log").output.contains("is skipped by "))
        let markdown = try await workshop.upgrader("report", "--format", "markdown").output
        #expect(markdown.contains("1 skipped"), "the plan against what was done: \(markdown)")
        #expect(markdown.contains("| skip | ") && markdown.contains("ticket 7"))
        // What is over cannot be skipped any more.
        let late = try await workshop.upgrader("resume", "--skip", "hook-smoke@w1", "--reason", "again")
        #expect(late.code == 64 && late.errors.contains("no step of the run is failed"))
    }

    @Test("resume --skip refuses what later steps build on, and changes nothing then")
    func refused() async throws {
        let workshop = try Workshop(Workshop.failing("install-node", attempts: 9))
        #expect(try await workshop.upgrader("run", Workshop.playbook).code == 11)
        let count = try workshop.history.count
        let refused = try await workshop.upgrader("resume", "--skip", "install-node", "--reason", "ticket 7")
        #expect(refused.code == 10, "\(refused.errors)")
        #expect(refused.errors.contains("why:   the steps after install-node take for granted what it does"))
        #expect(try workshop.history.count == count)
        #expect(try await !workshop.upgrader("why").output.contains("--skip"))
    }

    @Test("--withdraw-skip has the step done after all, until the run has gone further")
    func withdraw() async throws {
        // The step after the hook fails, too, so that the run stops right behind the skip.
        let playbook = Workshop.failing("hook-smoke", on: "etcd1", attempts: 9)
            .replacing("attempts: 9}", with: "attempts: 9}, {step: etcd-snapshot, host: etcd1}")
            .replacing("phase: workers, when", with: "phase: backup, when")
        let workshop = try Workshop(playbook)
        let key = try #require(StepKey("1.12-1.13/backup/hook-smoke@etcd1"))
        #expect(try await workshop.upgrader("run", Workshop.playbook).code == 11)
        let none = try await workshop.upgrader("resume", "--withdraw-skip", "hook-smoke@etcd1")
        #expect(none.code == 64 && none.errors.contains("no step of the run is left out"), "\(none.errors)")

        #expect(try await workshop.upgrader("resume", "--skip", "hook-smoke", "--reason", "ticket 7").code == 11)
        let state = try workshop.history.state
        #expect(state.skipped[key] != nil && state.failed.keys.map(\.step) == ["etcd-snapshot"])
        let again = try await workshop.upgrader("resume", "--withdraw-skip", "hook-smoke@etcd1", "--reason", "mended")
        #expect(again.code == 11, "\(again.errors)")
        #expect(try workshop.history.state.failed[key]?.attempt == 2)
        #expect(try await workshop.upgrader("log").output.contains("is to be done after all, by "))

        #expect(try await workshop.upgrader("resume", "--skip", "hook-smoke", "--reason", "ticket 8").code == 0)
        let late = try await workshop.upgrader("resume", "--withdraw-skip", "hook-smoke@etcd1")
        #expect(late.code == 10 && late.errors.contains("cannot be done any more"), "\(late.errors)")
    }
}
