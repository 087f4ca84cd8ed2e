internal import Foundation

extension Release.Time {
    /// RFC 3339 in UTC with as many digits of a second as there are, as Go writes it.
    var text: String {
        let (days, second) = Self.split(seconds, 86_400)
        let date = Self.civil(days)
        let clock = [second / 3600, second / 60 % 60, second % 60].map { Self.padded($0, 2) }.joined(separator: ":")
        var fraction = nanoseconds > 0 ? "." + Self.padded(Int64(nanoseconds), 9) : ""
        while fraction.hasSuffix("0") { fraction.removeLast() }
        return
            "\(Self.padded(date.year, 4))-\(Self.padded(date.month, 2))-\(Self.padded(date.day, 2))T\(clock)\(fraction)Z"
    }

    /// Reads what `text` writes, and the same with another offset; `nil` for anything else.
    init?(_ value: JSONValue?) {
        guard let text = value?.string,
            let match = text.wholeMatch(
                of: /(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d))/
            )
        else { return nil }
        func number(_ text: Substring?) -> Int64 { text.flatMap { Int64($0) } ?? 0 }
        let part = match.output
        let days = Self.days(year: number(part.1), month: number(part.2), day: number(part.3))
        let offset = (number(part.9) * 60 + number(part.10)) * (part.8 == "-" ? -60 : 60)
        seconds = days * 86_400 + number(part.4) * 3600 + number(part.5) * 60 + number(part.6) - offset
        let digits = String(part.7 ?? "")
        nanoseconds = Int32(number((digits + String(repeating: "0", count: 9 - digits.count))[...]))
        // Go's zero time means none.
        if part.1 == "0001" { return nil }
    }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }

    private static func split(_ value: Int64, _ unit: Int64) -> (whole: Int64, rest: Int64) {
        let rest = ((value % unit) + unit) % unit
        return ((value - rest) / unit, rest)
    }

    /// The day of the proleptic Gregorian calendar.
    ///
    /// - Source: Howard Hinnant, chrono-Compatible Low-Level Date Algorithms: civil_from_days, days_from_civil
    private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = split(days + 719_468, 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }

    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let (era, yearOfEra) = split(month <= 2 ? year - 1 : year, 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
