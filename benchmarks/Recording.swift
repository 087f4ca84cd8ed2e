import Foundation
import Glibc
import UpgradeCore

/// What it costs to make one transition durable, early and late in a run, against a bare append and fdatasync.
enum Recording {
    private static let window = 200
    private static let rounds = 9

    static func measure(late: Int, _ report: inout Report) async throws {
        // As many different records as fit into every window; they come round again.
        let records = try await Walk.perform(workers: 100).records
        let scratch = try Scratch()
        let places = [("100th", 100), (late == 100_000 ? "100,000th" : "\(late)th", late)]
        var series: [Series] = []
        for (name, offset) in places {
            series.append(try Series(name: name, offset: offset, records: records, below: scratch.path))
        }
        // Interleaved, so that whatever else the machine does meets all of them alike.
        for _ in 0..<rounds {
            for index in series.indices {
                try series[index].append(window)
                try series[index].appendBare(window)
            }
        }
        var medians: [Double] = []
        for one in series {
            let median = one.took.quantile(0.5).microseconds
            let floor = one.floor.quantile(0.5).microseconds
            medians.append(median)
            report.add("record the \(one.name) transition, median", median, "us")
            report.add("  bare append and fdatasync, median", floor, "us")
            report.add("  ratio", median / floor, "")
            report.add("  99th percentile", one.took.quantile(0.99).microseconds, "us")
        }
        report.add("ratio \(series[1].name) / \(series[0].name)", medians[1] / medians[0], "")
    }

    /// A journal that holds `offset` transitions, and a bare file of the same size.
    private struct Series {
        let name: String
        var took: [Duration] = []
        var floor: [Duration] = []
        private let journal: Journal
        private let journalPath: String
        private let bare: Int32
        private let records: [Record]
        private var next: Int
        private var sizes: [Int] = []

        init(name: String, offset: Int, records: [Record], below path: String) throws {
            self.name = name
            self.records = records
            let directory = "\(path)/\(offset)"
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            journal = try Journal(directory: directory, now: { Date().timeIntervalSince1970 })
            journalPath = directory + "/journal.jsonl"
            var count = 0
            while count < offset {
                let start = count % records.count
                let chunk = min(1000, offset - count, records.count - start)
                try journal.append(Array(records[start..<start + chunk]))
                count += chunk
            }
            next = offset
            bare = open(directory + "/bare", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
            let size = try Recording.size(journalPath)
            guard bare >= 0, ftruncate(bare, off_t(size)) == 0, lseek(bare, 0, SEEK_END) == off_t(size),
                fsync(bare) == 0
            else { throw POSIXError(.EIO) }
        }

        mutating func append(_ count: Int) throws {
            sizes = []
            var before = try Recording.size(journalPath)
            for _ in 0..<count {
                let record = [records[next % records.count]]
                next += 1
                let began = ContinuousClock.now
                try journal.append(record)
                took.append(ContinuousClock.now - began)
                let after = try Recording.size(journalPath)
                sizes.append(after - before)
                before = after
            }
        }

        mutating func appendBare(_ count: Int) throws {
            for index in 0..<count {
                let bytes = [UInt8](repeating: UInt8(ascii: "x"), count: sizes[index])
                let began = ContinuousClock.now
                guard write(bare, bytes, bytes.count) == bytes.count, fdatasync(bare) == 0 else {
                    throw POSIXError(.EIO)
                }
                floor.append(ContinuousClock.now - began)
            }
        }
    }

    private static func size(_ path: String) throws -> Int {
        var entry = stat()
        guard stat(path, &entry) == 0 else { throw POSIXError(.EIO) }
        return Int(entry.st_size)
    }
}

/// A directory of the benchmark's own, removed when it is let go of.
final class Scratch {
    let path: String

    /// Below `BENCH_DIR` where given: the disk that is measured.
    init() throws {
        let above = ProcessInfo.processInfo.environment["BENCH_DIR"] ?? NSTemporaryDirectory()
        path = "\(above)/upgrader-bench-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}
