internal import Foundation

/// Keeps the records of a run: the driver's only way to remember.
public protocol Recorder: AnyObject {
    /// The fold of all that was recorded.
    var state: RunState { get }

    /// Makes the records durable, in order, and takes them into `state`.
    ///
    /// - Throws: `JournalError`; then nothing may be done on the strength of the records, kept or not.
    func append(_ records: [Record]) throws(JournalError)
}

/// The journal of a run on disk: append-only, one record a line, each durable before `append` returns.
///
/// The checkpoint beside it is the fold of the journal at some record. It is written when the run stops, and whenever
/// the journal has grown by the size of the checkpoint, so that recording a transition costs the same however many
/// came before.
public final class Journal: Recorder {
    /// The fold of all that was recorded.
    public private(set) var state: RunState
    /// How many records there are.
    public private(set) var count: Int
    /// What was noticed and mended when the journal was opened, for a person; empty when all was well.
    public let notices: [String]

    private let disk: any Disk
    private let path: String
    private let checkpointPath: String
    private let file: any DiskFile
    private let head: any DiskFile
    private var isBroken = false
    private let now: @Sendable () -> Double
    private var hash: String
    private var size: Int
    private var sinceCheckpoint = 0
    private var checkpointSize = 0

    /// Opens the journal of a run's directory for writing, makes it when there is none, and drops a torn last line.
    ///
    /// - Throws: `JournalError`, with the line, for damage; nothing on disk is changed then.
    public init(
        directory: String,
        on disk: any Disk = LocalDisk(),
        now: @escaping @Sendable () -> Double
    ) throws(JournalError) {
        path = JournalReader.journalPath(directory)
        self.disk = disk
        file = try disk.append(to: path)
        let history = try JournalReader.read(directory: directory, on: disk)
        checkpointPath = JournalReader.checkpointPath(directory)
        self.now = now
        state = history.state
        count = history.count
        hash = history.hash
        size = history.soundBytes
        notices = history.notices
        try file.truncate(to: size)
        try file.sync()
        try disk.syncDirectory(of: path)
        let headPath = JournalHead.path(directory)
        try disk.replace(headPath, with: JournalHead(seq: count, settled: count, hash: hash).bytes)
        head = try disk.overwrite(headPath)
    }

    /// Makes the records durable, in order, without secrets, and takes them into `state`.
    ///
    /// - Throws: `JournalError` when the disk refuses. What was written of the records is taken back, unless they are
    ///   durable and only the checkpoint could not be written. Where even that fails, nothing more is taken.
    public func append(_ given: [Record]) throws(JournalError) {
        guard !isBroken else {
            throw .system(path: path, operation: "append", reason: "an earlier write could not be taken back")
        }
        let records = given.map(\.redacted)
        var bytes: [UInt8] = []
        var last = hash
        for (offset, record) in records.enumerated() {
            let line: (bytes: [UInt8], hash: String)
            do {
                line = try JournalLine.render(record, seq: count + offset + 1, time: now(), prev: last)
            } catch {
                throw .system(path: path, operation: "encode", reason: "\(error)")
            }
            bytes += line.bytes
            last = line.hash
        }
        do throws(JournalError) {
            try file.write(bytes)
            try file.sync()
        } catch {
            do throws(JournalError) {
                try file.truncate(to: size)
            } catch {
                // A line begun and not ended stands at the end: another one behind it would make both unreadable.
                isBroken = true
            }
            throw error
        }
        size += bytes.count
        hash = last
        count += records.count
        for record in records {
            state.apply(record)
        }
        try head.write(JournalHead(seq: count, settled: count - records.count, hash: hash).bytes)
        sinceCheckpoint += bytes.count
        let stops = records.contains { if case .stopped = $0 { true } else { false } }
        // 64 KiB: the checkpoint of a small run is not rewritten at every step, that of a large one at every doubling.
        if stops || sinceCheckpoint >= max(checkpointSize, 1 << 16) {
            try saveCheckpoint()
        }
    }

    /// Writes the checkpoint of the present state.
    ///
    /// - Throws: `JournalError` when the disk refuses; the checkpoint before it stays.
    public func saveCheckpoint() throws(JournalError) {
        let bytes: Data
        do {
            bytes = try JSON.pretty(Checkpoint(seq: count, hash: hash, state: state))
        } catch {
            throw .system(path: checkpointPath, operation: "encode", reason: "\(error)")
        }
        try disk.replace(checkpointPath, with: bytes)
        checkpointSize = bytes.count
        sinceCheckpoint = 0
    }
}

/// The fold of the journal at one record, as `checkpoint.json` holds it.
struct Checkpoint: Hashable, Sendable, Codable {
    /// The form on disk; raised when it changes.
    static let schema = 1

    var schema = Checkpoint.schema
    /// The number of the last record in it.
    var seq: Int
    /// The hash of that record's line.
    var hash: String
    /// The state after it.
    var state: RunState
}
