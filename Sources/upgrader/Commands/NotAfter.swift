internal import ArgumentParser
internal import Foundation
internal import UpgradeCore

/// `--not-after`: when all that is begun must be able to end.
struct NotAfter: Hashable, Sendable {
    /// In seconds since 1970.
    var end: Double

    /// As it is told.
    var text: String { Date(timeIntervalSince1970: end).formatted(.iso8601) }

    /// Reads a time to come; `nil` when none was given.
    ///
    /// - Throws: `Complaint` for what is none, or is over.
    static func read(_ given: String?, now: Double, zone: TimeZone = .current) throws -> NotAfter? {
        guard let given else { return nil }
        let end = given.contains("-") ? moment(given) : nextTime(given, now: now, zone: zone)
        guard let end, end > now else {
            throw Complaint(
                FiveLines(
                    error: "--not-after \(given) is not a time to come",
                    why: end == nil
                        ? "it is read as 06:00, of this clock and within a day, or as 2026-11-29T06:00Z" : "it is over",
                    state: "nothing was changed",
                    next: "name a time to come"
                ),
                .usage
            )
        }
        return NotAfter(end: end)
    }

    /// The window of a run, with what its journal says of how long steps took.
    ///
    /// - Throws: `JournalError` when the journal cannot be read.
    func window(_ directory: RunDirectory) throws -> RunWindow {
        let end = end
        return RunWindow(
            left: { .seconds(end - Date().timeIntervalSince1970) },
            times: StepTimes(try directory.history().records)
        )
    }

    /// The next time that the clock shows it.
    private static func nextTime(_ given: String, now: Double, zone: TimeZone) -> Double? {
        guard let match = given.wholeMatch(of: /([0-9]{1,2}):([0-9]{2})/), let hour = Int(match.1),
            let minute = Int(match.2), hour < 24, minute < 60
        else { return nil }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        return calendar.nextDate(
            after: Date(timeIntervalSince1970: now),
            matching: DateComponents(hour: hour, minute: minute, second: 0),
            matchingPolicy: .nextTime
        )?.timeIntervalSince1970
    }

    private static func moment(_ given: String) -> Double? {
        guard let match = given.wholeMatch(of: /([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2})(:[0-9]{2})?Z/) else {
            return nil
        }
        return Moment.date("\(match.1)\(match.2 ?? ":00")Z")?.timeIntervalSince1970
    }
}
