internal import Foundation
internal import UpgradeCore

/// Reads a moment that an operator types.
enum Moment {
    /// The moment in seconds since 1970: `10m` ago, `21:41` on this clock the last time that it showed it, or a day with or
    /// without a time in UTC, as `log` prints them.
    ///
    /// - Throws: `Complaint` for anything else, and for what is still to come.
    static func read(_ text: String, now: Double, zone: TimeZone = .current) throws -> Double {
        let moment = try moment(text, now: now, zone: zone)
        guard moment <= now else {
            throw Complaint(
                FiveLines(
                    error: "\(text) is still to come",
                    why: "it is \(Date(timeIntervalSince1970: now).formatted(.iso8601)); days are read in UTC",
                    state: "nothing was changed",
                    next: "name a moment that is over, or how long ago it is, such as 10m"
                ),
                .usage
            )
        }
        return moment
    }

    private static func moment(_ text: String, now: Double, zone: TimeZone) throws -> Double {
        if let ago = text.wholeMatch(of: /([0-9]{1,6})([smhd])/), let count = Double(ago.1) {
            let units: [Substring: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
            return now - count * (units[ago.2] ?? 1)
        }
        if let clock = text.wholeMatch(of: /([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?/), let hour = Int(clock.1),
            let minute = Int(clock.2), let second = Int(clock.3 ?? "0"), hour < 24, minute < 60, second < 60
        {
            var calendar = Calendar(identifier: .gregorian)
            calendar.timeZone = zone
            let wanted = DateComponents(hour: hour, minute: minute, second: second)
            let last = calendar.nextDate(
                after: Date(timeIntervalSince1970: now),
                matching: wanted,
                matchingPolicy: .nextTime,
                direction: .backward
            )
            if let last { return last.timeIntervalSince1970 }
        }
        let day = text.wholeMatch(of: /(?<day>[0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ](?<time>[0-9:]+))?Z?/)
        let parts = (day?.time ?? "00:00").split(separator: ":").map { $0.count == 1 ? "0\($0)" : String($0) }
        let whole = "\(day?.day ?? "")T\((parts + ["00"]).prefix(3).joined(separator: ":"))Z"
        guard let date = date(whole) else {
            throw Complaint(
                FiveLines(
                    error: "\(text) is not a moment",
                    why: "a moment is 10m (ago), 21:41 (on this clock), 2026-11-24 or 2026-11-24T21:41 (in UTC)",
                    state: "nothing was changed",
                    next: "name one of these, such as 10m"
                ),
                .usage
            )
        }
        return date.timeIntervalSince1970
    }

    /// Reads `2026-11-24T21:41:00Z`; `nil` for a day or a time that there is not, which the strategy takes for a later one.
    static func date(_ text: String) -> Date? {
        guard let date = try? Date(text, strategy: .iso8601), date.formatted(.iso8601) == text else { return nil }
        return date
    }
}
