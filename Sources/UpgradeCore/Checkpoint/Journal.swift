internal import Foundation
internal import Glibc

/// Keeps the records of a run: the driver's only way to remember.
public protocol Recorder: AnyObject {
    /// The fold of all that was recorded.
    var state: RunState { get }

    /// Makes the records durable, in order, and takes them into `state`.
    ///
    /// - Throws: `JournalError`; then none of the records counts as recorded.
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

    private let path: String
    private let checkpointPath: String
    private let descriptor: Int32
    private let now: @Sendable () -> Double
    private var hash: String
    private var size: Int
    private var sinceCheckpoint = 0
    private var checkpointSize = 0

    /// Opens the journal of a run's directory for writing, makes it when there is none, and drops a torn last line.
    ///
    /// - Throws: `JournalError`, with the line, for damage; nothing on disk is changed then.
    public init(directory: String, now: @escaping @Sendable () -> Double) throws(JournalError) {
        path = JournalReader.journalPath(directory)
        descriptor = try Self.open(path)
        let history: JournalReader.History
        do throws(JournalError) {
            history = try JournalReader.read(directory: directory)
        } catch {
            close(descriptor)
            throw error
        }
        checkpointPath = JournalReader.checkpointPath(directory)
        self.now = now
        state = history.state
        count = history.count
        hash = history.hash
        size = history.soundBytes
        notices = history.notices
        guard ftruncate(descriptor, size) == 0 else { throw FileSystem.failure(path, "truncate") }
        try FileSystem.syncDirectory(of: path)
    }

    deinit {
        close(descriptor)
    }

    /// Opens the file for this process alone: the lock of the cluster's directory may have been removed by hand.
    private static func open(_ path: String) throws(JournalError) -> Int32 {
        let descriptor = Glibc.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
        guard descriptor >= 0 else { throw FileSystem.failure(path, "open") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            defer { close(descriptor) }
            guard errno == EWOULDBLOCK else { throw FileSystem.failure(path, "flock") }
            throw .locked(path: path, holder: "another process that writes this journal")
        }
        return descriptor
    }

    /// Makes the records durable, in order, without secrets, and takes them into `state`.
    ///
    /// - Throws: `JournalError` when the disk refuses; what was written of the records is taken back.
    public func append(_ given: [Record]) throws(JournalError) {
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
            try FileSystem.write(bytes, to: descriptor, path: path)
            guard fdatasync(descriptor) == 0 else { throw FileSystem.failure(path, "fdatasync") }
        } catch {
            _ = ftruncate(descriptor, size)
            throw error
        }
        size += bytes.count
        hash = last
        count += records.count
        for record in records {
            state.apply(record)
        }
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
        try FileSystem.replace(checkpointPath, with: bytes)
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
