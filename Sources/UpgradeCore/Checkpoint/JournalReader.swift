internal import Foundation

/// Reads a run's journal and holds the checkpoint against it; changes nothing on disk.
public enum JournalReader {
    /// What was read.
    public struct History: Sendable {
        /// The fold of all records.
        public var state = RunState()
        /// How many records there are.
        public var count = 0
        /// When each record was made, with the record; in order.
        public var records: [(time: Double, record: Record)] = []
        /// What was noticed, for a person.
        public var notices: [String] = []
        /// The hash of the last line: the digest of the whole journal, since each line holds the one before.
        public internal(set) var hash = JournalLine.genesis
        /// How many bytes are sound; what follows is a torn line.
        var soundBytes = 0
    }

    static func journalPath(_ directory: String) -> String { directory + "/journal.jsonl" }

    static func checkpointPath(_ directory: String) -> String { directory + "/checkpoint.json" }

    /// Reads the journal of a run's directory; one that does not exist is empty.
    ///
    /// A last line without its newline, or a last append whose first blocks are missing, is a write that a crash tore: it is
    /// left out and noticed. Nothing was done on
    /// the strength of it, because acting waits for the whole line to be durable.
    /// - Throws: `JournalError` for any other damage, with the line.
    public static func read(
        directory: String,
        on disk: any Disk = LocalDisk()
    ) throws(JournalError) -> History {
        let path = journalPath(directory)
        // Before the journal: a run that is going on may write between two reads, and the journal is always ahead.
        let head = try JournalHead.read(directory, on: disk)
        let checkpoint = try readCheckpoint(directory, on: disk)
        let bytes = try disk.read(path) ?? []
        var history = History()
        var keys = StepKeys()
        var rest = bytes[...]
        while let newline = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let line: JournalLine
            do {
                line = try JournalLine.parse(
                    rest[..<newline],
                    seq: history.count + 1,
                    prev: history.hash,
                    keys: &keys
                )
            } catch {
                // Zeros where a line should begin are blocks of the last append that were never written, before others of it
                // that were: file systems write them in any order. No line has one, and no flipped bit makes one.
                if rest.first == 0, (head?.settled ?? 0) <= history.count { break }
                throw .damaged(path: path, line: history.count + 1, reason: error.reason)
            }
            history.state.apply(line.record)
            history.records.append((line.time, line.record))
            history.count += 1
            history.hash = line.hash
            rest = rest[(newline + 1)...]
            history.soundBytes = bytes.count - rest.count
            if let checkpoint, checkpoint.seq == history.count {
                guard checkpoint.hash == history.hash, history.state.agrees(with: checkpoint.state) else {
                    throw .disagrees(journal: path, checkpoint: checkpointPath(directory), record: history.count)
                }
            }
            if let head, head.seq == history.count, head.hash != history.hash {
                throw .disagrees(journal: path, checkpoint: JournalHead.path(directory), record: history.count)
            }
        }
        if let head, head.seq == 0, head.hash != JournalLine.genesis {
            throw .damaged(path: JournalHead.path(directory), line: 1, reason: "it names a line before the first")
        }
        // A tear reaches no further back than the last append; whatever else the journal lacks, somebody has cut off.
        let known = max(checkpoint?.seq ?? 0, (rest.isEmpty ? head?.seq : head?.settled) ?? 0)
        if known > history.count {
            throw .truncated(path: path, records: history.count, expected: known)
        }
        if !rest.isEmpty {
            history.notices.append(tear(path, rest.count, wasDurable: head.map { $0.seq > history.count } ?? false))
        }
        return history
    }

    private static func tear(_ path: String, _ count: Int, wasDurable: Bool) -> String {
        let what = "the end of \(path) was torn by a crash and is dropped (\(count) bytes)"
        guard wasDurable else { return "\(what); nothing was done on it" }
        return
            "\(what), although the disk had said that it was safe: what it told of may have been done. The step looks "
            + "again before it acts; do not trust this disk with the next run"
    }

    private static func readCheckpoint(
        _ directory: String,
        on disk: any Disk
    ) throws(JournalError) -> Checkpoint? {
        let path = checkpointPath(directory)
        guard let bytes = try disk.read(path) else { return nil }
        struct Version: Codable {
            var schema: Int
        }
        do {
            let found = try JSON.decode(Version.self, from: Data(bytes)).schema
            guard found == Checkpoint.schema else {
                throw JournalError.unknownSchema(path: path, found: found, known: Checkpoint.schema)
            }
            let checkpoint = try JSON.decode(Checkpoint.self, from: Data(bytes))
            // One that is the sum of no record would be held against nothing.
            guard checkpoint.seq > 0 else {
                throw JournalError.damaged(path: path, line: 1, reason: "it is the sum of no record")
            }
            return checkpoint
        } catch let error as JournalError {
            throw error
        } catch {
            throw .damaged(path: path, line: 1, reason: "it is not a checkpoint: \(error)")
        }
    }
}
