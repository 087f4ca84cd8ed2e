/// A day of the calendar, or a month where no source gives the day.
public struct CalendarDay: Hashable, Sendable, Comparable, TextCodable {
    /// The year.
    public var year: Int
    /// The month, from 1.
    public var month: Int
    /// The day, from 1; `nil` where only the month is known.
    public var day: Int?

    /// Reads `2020-11-15` or `2017-03`; `nil` for anything else, and for a day that the calendar does not have.
    public init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard [2, 3].contains(parts.count), zip(parts, [4, 2, 2]).allSatisfy({ $0.count == $1 }),
            parts.allSatisfy({ $0.allSatisfy(digits.contains) })
        else { return nil }
        let numbers = parts.compactMap { Int(Substring($0)) }
        guard numbers.count == parts.count, 1...12 ~= numbers[1] else { return nil }
        (year, month) = (numbers[0], numbers[1])
        if numbers.count == 3 {
            guard 1...Self.length(ofMonth: numbers[1], year: numbers[0]) ~= numbers[2] else { return nil }
            day = numbers[2]
        }
    }

    /// `2020-11-15`, or `2017-03` where only the month is known.
    public var description: String {
        let date = [Self.padded(year, 4), Self.padded(month, 2)] + (day.map { [Self.padded($0, 2)] } ?? [])
        return date.joined(separator: "-")
    }

    /// Orders by date; a month counts as its first day.
    public static func < (left: CalendarDay, right: CalendarDay) -> Bool {
        (left.year, left.month, left.day ?? 1) < (right.year, right.month, right.day ?? 1)
    }

    /// The number of days from this one to another; negative when that is earlier.
    public func days(until other: CalendarDay) -> Int { other.number - number }

    /// The end of the day in UTC, in seconds since 1970; a month ends with its first day.
    public var end: Double {
        // 1970-01-01 by the count below.
        let epoch = 719_469
        return Double(number - epoch + 1) * 86_400
    }

    /// Counts days from a fixed one.
    ///
    /// - Source: Richards, days of the Gregorian calendar with the year beginning in March.
    private var number: Int {
        let shifted = month > 2 ? (year, month - 3) : (year - 1, month + 9)
        let leaps = shifted.0 / 4 - shifted.0 / 100 + shifted.0 / 400
        return shifted.0 * 365 + leaps + (shifted.1 * 153 + 2) / 5 + (day ?? 1)
    }

    private static func length(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
