import Foundation
import Synchronization
import Testing
import UpgradeCore
import UpgradeReport
import UpgradeTestSupport

@Suite("The log of a run")
struct LogTests {
    private func entries(_ story: StoryScene) throws -> [LogEntry] {
        var fold = LogFold()
        return try story.history.records.map { fold.take($0.record, at: $0.time) }
    }

    @Test("it can be read by host, step, phase, the beginning of a key, and time")
    func filtered() async throws {
        let story = try await StoryScene()
        try await story.walk()
        let all = try entries(story)
        func count(_ filter: LogFilter) -> Int { all.count { filter.wants($0) } }
        #expect(count(LogFilter()) == all.count)
        let drains = all.filter { LogFilter(step: "drain").wants($0) }
        #expect(Set(drains.compactMap { $0.key?.step.description }) == ["drain"])
        #expect(Set(drains.compactMap { $0.key?.target.description }) == ["w1", "w2"])
        let mine = all.filter { LogFilter(hosts: ["w1", "w1.example.org"], step: "workers").wants($0) }
        #expect(Set(mine.compactMap { $0.key?.target.description }) == ["w1"])
        #expect(count(LogFilter(step: "1.12-1.13/workers/drai")) == drains.count)
        let last = try #require(all.last)
        #expect(last.event == "stopped")
        #expect(count(LogFilter(since: last.time)) == 1)
    }

    @Test("a line is one line whatever is in it, and its JSON is one line too")
    func oneLine() throws {
        let key = try #require(StepKey("1.12-1.13/workers/drain@w1"))
        let trace = CommandTrace(
            host: "w1",
            command: "echo \u{202E}x\u{1B}[2J",
            status: "exit 0",
            seconds: 1,
            output: "a\u{1B}[31mb\nc"
        )
        let entry = LogEntry(Transcript.Entry(time: 0, key: key, event: .ran(trace)))
        #expect(entry.lines.count == 3)
        #expect(entry.lines.allSatisfy { !$0.contains("\u{1B}") && !$0.contains("\u{202E}") })
        #expect(try !entry.json.contains("\n"))
    }

    @Test("gates stand with what they measured; a line of an older version without it is read as well")
    func gates() throws {
        let scratch = try ScratchDirectory()
        let key = try #require(StepKey("1.12-1.13/workers/node-ready@w1"))
        let now = Ticker()
        let transcript = Transcript(directory: scratch.path, now: { now.next() })
        let shut = GateReading("node", "not Ready", needs: "Ready")
        let open = GateReading("node", "Ready", needs: "Ready")
        let unmet = Unmet.nodeNotReady(node: "w1.example.org")
        for elapsed in [1, 2] {
            let deadline = Duration.seconds(9)
            transcript.notice(
                .gateWaiting(key, unmet, measured: [shut], elapsed: .seconds(elapsed), deadline: deadline)
            )
        }
        transcript.notice(.gateOpened(key, measured: [open]))
        var entries = Transcript.read(directory: scratch.path)
        // Told once while the reason is the same.
        #expect(entries.map(\.event) == [.gate(unmet.why, measured: [shut]), .opened([open])])
        let lines = entries.flatMap { LogEntry($0).lines }
        #expect(lines.count == 4 && lines[1] == "    | node: not Ready, needs Ready", "\(lines)")
        #expect(lines[2].hasSuffix("\(key) its gate is open"), "\(lines)")
        #expect(lines[3] == "    | node: Ready, needs Ready", "\(lines)")
        let old = #"{"event":{"gate":{"_0":"it was so"}},"key":"\#(key)","time":1}"#
        try scratch.write(Data((old + "\n").utf8), to: "transcript.jsonl")
        entries = Transcript.read(directory: scratch.path)
        #expect(entries.map(\.event) == [.gate("it was so", measured: nil)])
    }

    @Test("how long an attempt asked the cluster is written once, without what its gate waited for")
    func looks() throws {
        let scratch = try ScratchDirectory()
        let key = try #require(StepKey("1.12-1.13/workers/drain@w1"))
        let other = try #require(StepKey("1.12-1.13/workers/drain@w2"))
        let transcript = Transcript(directory: scratch.path, now: { 7 })
        let deadline = Duration.seconds(9)
        transcript.notice(.looked(key, took: .seconds(1)))
        transcript.notice(.looked(key, took: .milliseconds(500)))
        let unmet = Unmet.nodeNotReady(node: "w1.example.org")
        transcript.notice(.gateWaiting(key, unmet, measured: [], elapsed: .zero, deadline: deadline))
        transcript.notice(.looked(key, took: .seconds(9)))
        transcript.notice(.gateOpened(key, measured: []))
        transcript.notice(.looked(key, took: .milliseconds(250)))
        transcript.notice(.looked(other, took: .zero))
        transcript.notice(.stepEnded(key, took: .seconds(11), changed: true))
        transcript.notice(.stepEnded(other, took: .zero, changed: false))
        let entries = Transcript.read(directory: scratch.path)
        #expect(entries.filter { $0.key == key }.map(\.event).last == .looked(1.75))
        #expect(!entries.contains { $0.key == other })
        let lines = entries.flatMap { LogEntry($0).lines }
        #expect(lines.last?.hasSuffix("\(key) the cluster was asked for 1 s") == true, "\(lines)")
    }

    /// Counts seconds.
    private final class Ticker: Sendable {
        private let last = Mutex(0.0)

        func next() -> Double {
            last.withLock { last in
                last += 1
                return last
            }
        }
    }

    @Test("a journal is followed line by line, and damage is told with its line")
    func followed() async throws {
        let story = try await StoryScene()
        var follower = JournalFollower(directory: story.scratch.path)
        #expect(try follower.next().count == 1)
        #expect(try follower.next().isEmpty)
        try await story.walk()
        #expect(try follower.next().count == (try story.history.count) - 1)
        try story.scratch.write(try story.scratch.read("journal.jsonl").dropLast(9) + "\"}\n".utf8, to: "journal.jsonl")
        var again = JournalFollower(directory: story.scratch.path)
        #expect(throws: JournalError.self) { try again.next() }
    }
}
