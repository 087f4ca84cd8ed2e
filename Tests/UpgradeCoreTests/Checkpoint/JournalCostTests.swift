import Testing
import UpgradeCore
import UpgradeTestSupport

@Suite("What recording costs", .serialized)
struct JournalCostTests {
    @Test("recording a transition does not cost more after 5,000 than after 100")
    func flat() throws {
        var early = try Series(after: 100)
        var late = try Series(after: 5000)
        // Interleaved windows, the best of each: whatever else the machine does, some window is undisturbed. A cost that
        // grew with the run so far would be fifty times as much; three times leaves room for a bad day.
        for _ in 0..<8 {
            try early.takeWindow()
            try late.takeWindow()
        }
        #expect(late.best <= early.best * 3, "\(late.best) after 5,000 against \(early.best) after 100")
    }

    /// A journal that holds a number of transitions, and what a window of further ones costs.
    private struct Series {
        private let scratch: ScratchDirectory
        private let journal: Journal
        private var next: Int
        private(set) var best = Duration.seconds(3600)

        init(after count: Int) throws {
            scratch = try ScratchDirectory()
            journal = try Journal(directory: scratch.path, now: { 0 })
            next = 0
            var records: [Record] = []
            while records.count < count { records += try Self.step(records.count) }
            try journal.append(records)
            next = records.count
        }

        mutating func takeWindow() throws {
            let steps = try (0..<5).map { try Self.step(next + 4 * $0) }
            let began = ContinuousClock.now
            for record in steps.joined() {
                try journal.append([record])
            }
            best = min(best, ContinuousClock.now - began)
            next += 20
        }

        /// The four records of a step with one action; the number makes its host unlike all others.
        private static func step(_ number: Int) throws -> [Record] {
            let key = try #require(StepKey("1.12-1.13/workers/cordon@w\(number)"))
            let action = Action.refreshPackageLists(host: "w\(number)")
            return [
                .begun(key, attempt: 1), .intended(key, attempt: 1, index: 0, action),
                .acted(key, attempt: 1, index: 0), .done(key),
            ]
        }
    }
}
