import Foundation
import Synchronization
import Testing
import UpgradeCore
import UpgradeTestSupport

@Suite("A disk that refuses")
struct FullDiskTests {
    @Test("a full disk stops the run before its next act, and what was recorded stays readable")
    func full() async throws {
        let scratch = try ScratchDirectory()
        let scene = try Scene(etcd: 1, controlPlane: 1, workers: 1).small()
        let trace = Trace()
        let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
        let journal = try Journal(directory: scratch.path, now: { 0 })
        let plan = try await scene.plan()
        let full = SimulatedFullDisk(journal, journalPath: "\(scratch.path)/journal.jsonl", after: 6)
        let error = await #expect(throws: DriverError.self) {
            _ = try await scene.driver(plan, TracedAccess(cluster, trace)).walk(recorder: TracedRecorder(full, trace))
        }
        guard case .recorder(.system(_, "write", _)) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        let history = try JournalReader.read(directory: scratch.path)
        #expect(history.count == 6)
        #expect(history.state == journal.state)
        let performed = trace.events.compactMap { if case .performed(let action, _) = $0 { action } else { nil } }
        let intended = history.records.compactMap { entry in
            if case .intended(_, _, _, let action) = entry.record { action } else { nil }
        }
        #expect(performed == intended, "something was done that is not written down")
        let stop = try await scene.driver(plan, cluster).walk(recorder: journal)
        #expect(stop == .completed)
    }

    @Test("what was written of a record when the disk refused is taken back, so that the next one can be read")
    func half() throws {
        let scratch = try ScratchDirectory()
        let disk = TearingDisk()
        let journal = try Journal(directory: scratch.path, on: disk, now: { 0 })
        let header = RunHeader(run: "r", planDigest: "", holder: "", reason: "")
        try journal.append([.started(header)])
        disk.isFull.withLock { $0 = true }
        #expect(throws: JournalError.self) { try journal.append([.resumed(header)]) }
        disk.isFull.withLock { $0 = false }
        try journal.append([.stopped(.interrupted)])
        let history = try JournalReader.read(directory: scratch.path)
        #expect(history.records.map(\.record) == [.started(header), .stopped(.interrupted)])
        #expect(history.notices == [])
    }
}

/// The disk of this machine, which takes half of what is appended while it is full.
private final class TearingDisk: Disk {
    let isFull = Mutex(false)
    private let base = LocalDisk()

    func read(_ path: String) throws(JournalError) -> [UInt8]? { try base.read(path) }
    func overwrite(_ path: String) throws(JournalError) -> any DiskFile { try base.overwrite(path) }
    func create(_ path: String) throws(JournalError) -> any DiskFile { try base.create(path) }
    func rename(_ path: String, to newPath: String) throws(JournalError) { try base.rename(path, to: newPath) }
    func remove(_ path: String) { base.remove(path) }
    func syncDirectory(of path: String) throws(JournalError) { try base.syncDirectory(of: path) }
    func makeDirectory(_ path: String) throws(JournalError) { try base.makeDirectory(path) }
    func names(in directory: String) -> [String] { base.names(in: directory) }

    func append(to path: String) throws(JournalError) -> any DiskFile { File(try base.append(to: path), self) }

    private final class File: DiskFile {
        private let base: any DiskFile
        private let disk: TearingDisk

        init(_ base: any DiskFile, _ disk: TearingDisk) { (self.base, self.disk) = (base, disk) }

        func write(_ bytes: [UInt8]) throws(JournalError) {
            guard disk.isFull.withLock({ $0 }) else { return try base.write(bytes) }
            try base.write(Array(bytes.prefix(bytes.count / 2)))
            throw .system(path: "journal", operation: "write", reason: "No space left on device")
        }

        func truncate(to size: Int) throws(JournalError) { try base.truncate(to: size) }
        func sync() throws(JournalError) { try base.sync() }
    }
}

/// Simulates a disk that is full after a number of records; a file system that is really full is in the tests of the
/// program.
private final class SimulatedFullDisk: Recorder {
    private let base: Journal
    private let journalPath: String
    private var left: Int

    init(_ base: Journal, journalPath: String, after records: Int) {
        self.base = base
        self.journalPath = journalPath
        left = records
    }

    var state: RunState { base.state }

    func append(_ records: [Record]) throws(JournalError) {
        guard left >= records.count else {
            throw .system(path: journalPath, operation: "write", reason: "No space left on device")
        }
        left -= records.count
        try base.append(records)
    }
}
