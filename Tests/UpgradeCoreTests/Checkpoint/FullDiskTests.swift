import Foundation
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
