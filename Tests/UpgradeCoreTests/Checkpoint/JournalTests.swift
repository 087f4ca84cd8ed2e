import Foundation
import Testing
import UpgradeTestSupport

@testable import UpgradeCore

@Suite("The journal on disk")
struct JournalTests {
    private let scratch: ScratchDirectory

    init() throws {
        scratch = try ScratchDirectory()
    }

    @Test("what was appended is read back by the next process")
    func roundTrip() throws {
        let records = try someRecords()
        try open().append(records)
        let history = try JournalReader.read(directory: scratch.path)
        #expect(history.records.map(\.record) == records)
        #expect(history.state == MemoryRecorder(records).state)
        #expect(try open().state == history.state)
    }

    @Test("what the quick scanner reads is what the decoder reads, and it reads nothing but the form that is written")
    func scanner() throws {
        // As in a journal: the second time the step is known.
        var keys = StepKeys()
        for record in try someRecords() + someRecords() {
            let bytes = Array(try JSON.line(record))
            let scanned = JournalScanner.record(bytes[...], &keys)
            let isQuick =
                switch record {
                case .begun, .acted, .done: true
                default: false
                }
            #expect(scanned == (isQuick ? record : nil))
            for index in bytes.indices where isQuick {
                var other = bytes
                other[index] = UInt8(ascii: "\\")
                #expect(JournalScanner.record(other[...], &keys) == nil)
                #expect(JournalScanner.record(bytes[..<index], &keys) == nil)
            }
        }
        for text in [#"{"begun":{"_0":"a","attempt":1}}"#, #"{"done":{"_0":"1.12-1.13/workers/cordon@w1"}} "#] {
            #expect(JournalScanner.record(Array(text.utf8)[...], &keys) == nil)
        }
        for number in ["01", "-1", "1.0", "", "1234567890123456789"] {
            let text = #"{"begun":{"_0":"1.12-1.13/workers/cordon@w1","attempt":"# + number + "}}"
            #expect(JournalScanner.record(Array(text.utf8)[...], &keys) == nil, "\(number)")
        }
    }

    @Test("a step key that is known but for its target is read as one that is not")
    func knownKeys() throws {
        var keys = StepKeys()
        let texts = [
            "1.12-1.13/workers/cordon@w1", "1.12-1.13/workers/cordon@w2", "1.12-1.13/workers/cordon@cluster",
            "1.12-1.13/workers/cordon@", "1.12-1.13/workers/cordon@a/b@c", "1.12-1.13/workers/cordon", "@w1", "",
            "1.12-1.13/workers/drain@w1", "1.13-1.14/workers/drain@w1", "1.12-1.13/w/o/cordon@w1",
            "1.12-1.13/workers/@w1",
        ]
        for text in texts + texts.reversed() {
            #expect(keys.key(Array(text.utf8)[...]) == StepKey(text), "\(text)")
        }
    }

    @Test("what the pen writes is what the encoder writes, and what it cannot write is left to the encoder")
    func pen() throws {
        struct Body: Codable {
            var prev: String
            var record: Record
            var seq: Int
            var time: Double
        }
        let odd = try #require(StepKey(#"1.12-1.13/workers/cordon@n"ode\ü"#))
        let plain = try #require(StepKey("1.12-1.13/workers/cordon@w1.example.org"))
        let known = [Record.done(plain), .begun(plain, attempt: 12), .acted(plain, attempt: 2, index: 3)]
        let records = try someRecords() + known + [.done(odd)]
        let prev = String(repeating: "a", count: 64)
        for time in [0, 1, 1_795_913_166, 1_795_913_166.25, 1_795_913_166.123456, 0.1, -1, 1e15, 1e300] {
            for record in records {
                let written = JournalPen.line(record, seq: 41, time: time, prev: prev)
                let encoded = try JSON.line(Body(prev: prev, record: record, seq: 41, time: time)).dropLast()
                if let written { #expect(written == Array(encoded), "\(String(decoding: written, as: UTF8.self))") }
                let isPlain = known.contains(record)
                #expect((written != nil) == (isPlain && time >= 0 && time != 0.1 && time < 1e15) || !isPlain)
            }
            #expect(JournalPen.line(.done(odd), seq: 41, time: time, prev: prev) == nil)
        }
        #expect(JournalPen.line(.done(plain), seq: 1, time: .nan, prev: prev) == nil)
    }

    @Test("no secret of an operator's command or reason reaches the disk")
    func secrets() throws {
        let key = try #require(StepKey("1.12-1.13/workers/hook-silence@w1"))
        let words = ["silence", "--token=abc123secret"]
        let hook = Action.hook(name: "silence", host: "w1", words: words, receipt: "/r", deadline: .seconds(60))
        let journal = try open()
        try journal.append([
            .begun(key, attempt: 1), .intended(key, attempt: 1, index: 0, hook),
            .failed(key, attempt: 1, .stillWrong([hook])),
        ])
        try journal.saveCheckpoint()
        for name in ["journal.jsonl", "checkpoint.json"] {
            #expect(!String(decoding: try scratch.read(name), as: UTF8.self).contains("abc123secret"))
        }
        #expect(try JournalReader.read(directory: scratch.path).state == journal.state)
    }

    @Test("files are readable by their owner only, whatever the umask")
    func modes() throws {
        let journal = try open()
        try journal.append(try someRecords())
        try journal.saveCheckpoint()
        for name in ["journal.jsonl", "checkpoint.json"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(scratch.path)/\(name)")
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test("ReplayEqualsCheckpoint: at each save of a run, the fold of the journal is the state and the checkpoint")
    func replayEqualsCheckpoint() async throws {
        let scene = try Scene(etcd: 1, controlPlane: 1, workers: 1).small()
        let journal = try open()
        let checked = ReplayingRecorder(journal, directory: scratch.path)
        let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
        let stop = try await scene.driver(try await scene.plan(), cluster).walk(recorder: checked)
        #expect(stop == .completed)
        #expect(checked.looks > 12)
        #expect(checked.differences == [])
    }

    @Test("a torn last line is dropped, said so, and the run goes on from before it", arguments: [1, 40, 200])
    func tornLine(cut: Int) throws {
        // Without the stop, at which the checkpoint is written: what a checkpoint knows of was never torn.
        let records = Array(try someRecords().dropLast())
        try open().append(records)
        let whole = try scratch.read("journal.jsonl")
        try scratch.write(whole.dropLast(cut), to: "journal.jsonl")
        let history = try JournalReader.read(directory: scratch.path)
        #expect(history.records.map(\.record) == Array(records.dropLast()))
        #expect(history.notices.count == 1)
        #expect(history.notices[0].contains("was torn by a crash and is dropped"))
        let journal = try open()
        try journal.append([records[records.count - 1]])
        #expect(try scratch.read("journal.jsonl").count == whole.count)
        #expect(try JournalReader.read(directory: scratch.path).notices.isEmpty)
    }

    @Test("an append whose first blocks were never written is dropped; the same among older records is refused")
    func holeBeforeLaterBlocks() throws {
        let records = Array(try someRecords().dropLast())
        try open().append([records[0]])
        let size = try scratch.read("journal.jsonl").count
        let head = try scratch.read("journal.head")
        try open().append(Array(records.dropFirst()))
        var bytes = try scratch.read("journal.jsonl")
        for index in size..<(size + 100) { bytes[index] = 0 }
        try scratch.write(bytes, to: "journal.jsonl")
        // Killed before the append had returned: the head is that of the one before.
        try scratch.write(head, to: "journal.head")
        let history = try JournalReader.read(directory: scratch.path)
        #expect(history.records.map(\.record) == [records[0]])
        #expect(history.notices.count == 1 && history.notices[0].contains("nothing was done on it"))
        try open().append([records[1]])
        #expect(try JournalReader.read(directory: scratch.path).notices.isEmpty)
        for index in 0..<10 { bytes[index] = 0 }
        try scratch.write(bytes, to: "journal.jsonl")
        #expect(throws: JournalError.self) { try JournalReader.read(directory: scratch.path) }
    }

    @Test(
        "a torn line tells whether it may have been acted on: only where the disk had called it safe"
    )
    func tornLineAndHead() throws {
        let records = Array(try someRecords().dropLast())
        let journal = try open()
        try journal.append(Array(records.dropLast()))
        let head = try scratch.read("journal.head")
        try journal.append([records[records.count - 1]])
        try scratch.write(try scratch.read("journal.jsonl").dropLast(40), to: "journal.jsonl")
        #expect(try JournalReader.read(directory: scratch.path).notices[0].contains("may have been done"))
        // A crash before the append had returned leaves the head of the append before.
        try scratch.write(head, to: "journal.head")
        #expect(try JournalReader.read(directory: scratch.path).notices[0].hasSuffix("nothing was done on it"))
    }

    @Test("a journal that was cut between two checkpoints is refused: at a line's end, and torn before the last append")
    func cutBetweenCheckpoints() throws {
        let records = Array(try someRecords().dropLast())
        let journal = try open()
        for record in records { try journal.append([record]) }
        let lines = String(decoding: try scratch.read("journal.jsonl"), as: UTF8.self).split(separator: "\n")
        for cut in ["\n", "\n\(lines[3].dropLast(9))", ""] {
            let count = cut.count > 1 ? 3 : 4
            let rest = cut.isEmpty ? "" : lines[..<count].joined(separator: "\n") + cut
            try scratch.write(Data(rest.utf8), to: "journal.jsonl")
            let error = #expect(throws: JournalError.self) { _ = try JournalReader.read(directory: scratch.path) }
            guard case .truncated(_, let found, let expected) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect((found, expected) == (cut.isEmpty ? 0 : count, cut.count > 1 ? 4 : 5))
        }
        // Without the head nothing shows it, and that is what docs/reference/state-files.md says.
        try FileManager.default.removeItem(atPath: "\(scratch.path)/journal.head")
        #expect(try JournalReader.read(directory: scratch.path).count == 0)
    }

    @Test("a head that is not in its form, or not of this journal, is refused")
    func damagedHead() throws {
        try open().append(try someRecords())
        let head = String(decoding: try scratch.read("journal.head"), as: UTF8.self)
        let other = String(repeating: "0", count: 64)
        for text in [
            "", "6", head.replacing(" ", with: "  "), head.replacing("6 ", with: "7 "), head.prefix(26) + other + "\n",
        ] {
            try scratch.write(Data(text.utf8), to: "journal.head")
            #expect(throws: JournalError.self, "\(text)") { _ = try JournalReader.read(directory: scratch.path) }
        }
        try scratch.write(Data(head.utf8), to: "journal.head")
        #expect(try JournalReader.read(directory: scratch.path).count == 6)
    }

    @Test("an edited line is refused with its number and nothing is overwritten")
    func editedLine() throws {
        try open().append(try someRecords())
        let text = String(decoding: try scratch.read("journal.jsonl"), as: UTF8.self)
        let edited = Data(text.replacing("w1", with: "w2", maxReplacements: 1).utf8)
        try scratch.write(edited, to: "journal.jsonl")
        let error = #expect(throws: JournalError.self) { _ = try open() }
        guard case .damaged(_, let line, let reason) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(line == 2)
        #expect(reason == "the line does not have the hash it names")
        #expect(try scratch.read("journal.jsonl") == edited)
    }

    @Test("a removed line is refused, though every other line is whole")
    func removedLine() throws {
        try open().append(try someRecords())
        var lines = String(decoding: try scratch.read("journal.jsonl"), as: UTF8.self).split(separator: "\n")
        lines.remove(at: 1)
        try scratch.write(Data((lines.joined(separator: "\n") + "\n").utf8), to: "journal.jsonl")
        #expect(throws: JournalError.self) { _ = try open() }
    }

    @Test("a sound line of another run's journal is refused: it does not follow the line before it")
    func splicedLine() throws {
        let other = try ScratchDirectory()
        try open().append(try someRecords())
        try Journal(directory: other.path, now: { 1_700_000_000 }).append(try someRecords())
        var lines = String(decoding: try scratch.read("journal.jsonl"), as: UTF8.self).split(separator: "\n")
        lines[2] = String(decoding: try other.read("journal.jsonl"), as: UTF8.self).split(separator: "\n")[2]
        try scratch.write(Data((lines.joined(separator: "\n") + "\n").utf8), to: "journal.jsonl")
        let error = #expect(throws: JournalError.self) { _ = try open() }
        guard case .damaged(_, 3, "the line does not follow the line before it") = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test("any single flipped bit in the journal is refused, or drops a torn last line")
    func flippedBits() throws {
        let records = try someRecords()
        try open().append(records)
        let whole = try scratch.read("journal.jsonl")
        let state = MemoryRecorder(records).state
        for offset in whole.indices {
            var flipped = whole
            flipped[offset] ^= 1 << UInt8(offset % 8)
            try scratch.write(flipped, to: "journal.jsonl")
            guard let history = try? JournalReader.read(directory: scratch.path) else { continue }
            // Only the newline at the very end can turn the last line into a torn one.
            #expect(offset == whole.count - 1 && history.state != state && !history.notices.isEmpty, "byte \(offset)")
        }
    }

    @Test("a journal that is shorter than its checkpoint is refused")
    func truncated() throws {
        try writeSome()
        let text = String(decoding: try scratch.read("journal.jsonl"), as: UTF8.self)
        let shorter = text.split(separator: "\n").dropLast(2).joined(separator: "\n") + "\n"
        try scratch.write(Data(shorter.utf8), to: "journal.jsonl")
        let error = #expect(throws: JournalError.self) { _ = try open() }
        guard case .truncated(_, let records, let expected) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect((records, expected) == (4, 6))
    }

    @Test("an edited checkpoint is refused: it is not what the journal folds to")
    func editedCheckpoint() throws {
        try writeSome()
        let text = String(decoding: try scratch.read("checkpoint.json"), as: UTF8.self)
        try scratch.write(Data(text.replacing("unit-a", with: "unit-b").utf8), to: "checkpoint.json")
        let error = #expect(throws: JournalError.self) { _ = try open() }
        guard case .disagrees = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test("a checkpoint of another schema is refused by number")
    func unknownSchema() throws {
        try writeSome()
        let text = String(decoding: try scratch.read("checkpoint.json"), as: UTF8.self)
        try scratch.write(Data(text.replacing("\"schema\" : 1", with: "\"schema\" : 99").utf8), to: "checkpoint.json")
        let path = scratch.path + "/checkpoint.json"
        #expect(throws: JournalError.unknownSchema(path: path, found: 99, known: 1)) { _ = try open() }
    }

    @Test("a symbolic link in the place of the journal is not followed")
    func symbolicLink() throws {
        try scratch.write(Data(), to: "elsewhere")
        try FileManager.default.createSymbolicLink(
            atPath: "\(scratch.path)/journal.jsonl",
            withDestinationPath: "\(scratch.path)/elsewhere"
        )
        let path = "\(scratch.path)/journal.jsonl"
        #expect(throws: JournalError.notOurs(path: path, reason: "it is a symbolic link, not a file")) {
            _ = try open()
        }
    }

    @Test("a journal that another process writes is refused, also when the lock was removed by hand")
    func twoWriters() throws {
        let first = try open()
        #expect(throws: JournalError.self) { _ = try open() }
        try first.append(try someRecords())
        #expect(try JournalReader.read(directory: scratch.path).count == 6, "reading is always possible")
    }

    @Test("a second process on the same cluster is refused and told who holds it")
    func locked() throws {
        let first = try RunLock(clusterDirectory: scratch.path, holder: "ada@ops1 (pid 7), window 42")
        let path = scratch.path + "/lock"
        #expect(throws: JournalError.locked(path: path, holder: "ada@ops1 (pid 7), window 42")) {
            _ = try RunLock(clusterDirectory: scratch.path, holder: "ben@ops2 (pid 8)")
        }
        withExtendedLifetime(first) {}
    }

    private func writeSome() throws {
        let journal = try open()
        try journal.append(try someRecords())
        try journal.saveCheckpoint()
    }

    private func open() throws -> Journal {
        try Journal(directory: scratch.path, now: { 1_600_000_000 })
    }

    private func someRecords() throws -> [Record] {
        let key = try #require(StepKey("1.12-1.13/workers/cordon@w1"))
        let action = Action.mask(host: "w1", unit: "unit-a")
        return [
            .started(RunHeader(run: "test", planDigest: "d", holder: "ada@ops1", reason: "")),
            .begun(key, attempt: 1),
            .intended(key, attempt: 1, index: 0, action),
            .acted(key, attempt: 1, index: 0),
            .done(key),
            .stopped(.interrupted),
        ]
    }
}

/// Reads the journal back after each append and compares.
private final class ReplayingRecorder: Recorder {
    private let base: Journal
    private let directory: String
    private(set) var looks = 0
    private(set) var differences: [String] = []

    init(_ base: Journal, directory: String) {
        self.base = base
        self.directory = directory
    }

    var state: RunState { base.state }

    func append(_ records: [Record]) throws(JournalError) {
        try base.append(records)
        try base.saveCheckpoint()
        looks += 1
        // Reading compares the checkpoint with the fold at its record, and throws when they differ.
        let history = try JournalReader.read(directory: directory)
        if history.state != base.state { differences.append("after record \(history.count)") }
    }
}
