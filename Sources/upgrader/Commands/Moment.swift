internal import Foundation
internal import UpgradeCore

/// Reads a moment that an operator types.
enum Moment {
    /// The moment in seconds since 1970: `10m` ago, `21:41` of today, or a day with or without a time; all in UTC.
    ///
    /// - Throws: `Complaint` for anything else.
    static func read(_ text: String, now: Double) throws -> Double {
        if let ago = text.wholeMatch(of: /([0-9]{1,6})([smhd])/), let count = Double(ago.1) {
            let units: [Substring: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
            return now - count * (units[ago.2] ?? 1)
        }
        let today = Date(timeIntervalSince1970: now).formatted(.iso8601).prefix(10)
        let day = text.wholeMatch(of: /(?<day>[0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ](?<time>[0-9:]+))?Z?/)
        let time =
            text.wholeMatch(of: /[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?/).map { String($0.0) } ?? day?.time.map(String.init)
        let parts = (time ?? "00:00").split(separator: ":").map { $0.count == 1 ? "0\($0)" : String($0) }
        let whole =
            "\(day.map { String($0.day) } ?? String(today))T\((parts + ["00"]).prefix(3).joined(separator: ":"))Z"
        guard day != nil || time != nil, let date = date(whole) else {
            throw Complaint(
                FiveLines(
                    error: "\(text) is not a moment",
                    why: "a moment is 10m (ago), 21:41 (today), 2026-11-24 or 2026-11-24T21:41, in UTC",
                    state: "nothing was changed",
                    next: "mend it"
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
