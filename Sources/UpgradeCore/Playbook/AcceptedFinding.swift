/// A finding of foresight that the operator knows of and accepts until a day.
public struct AcceptedFinding: Hashable, Sendable {
    /// The id of the finding, as `upgrader check` prints it.
    public var id: String
    /// Why it may stand.
    public var reason: String
    /// The last day on which it may, in UTC.
    public var until: CalendarDay

    /// Makes an acceptance.
    public init(id: String, reason: String, until: CalendarDay) {
        self.id = id
        self.reason = reason
        self.until = until
    }

    /// Whether it still holds at a time.
    ///
    /// - Parameter clock: seconds since 1970; `nil` where nothing has a clock, as in a simulation.
    /// - Returns: true up to the end of its last day.
    public func holds(at clock: Double?) -> Bool {
        clock.map { $0 < until.end } ?? true
    }
}

/// A day, such as `2027-01-31`, in UTC.
public struct CalendarDay: Hashable, Sendable, TextCodable {
    private var year: Int
    private var month: Int
    private var day: Int

    /// Reads `2027-01-31`; `nil` for a text that is not a day of the calendar.
    public init?(_ text: String) {
        guard let match = text.wholeMatch(of: /([0-9]{4})-([0-9]{2})-([0-9]{2})/), let year = Int(match.1),
            let month = Int(match.2), let day = Int(match.3), year >= 1970, (1...12).contains(month)
        else { return nil }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard (1...lengths[month - 1]).contains(day) else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    /// `2027-01-31`.
    public var description: String {
        func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(year)-\(padded(month))-\(padded(day))"
    }

    /// The end of the day, in seconds since 1970.
    ///
    /// - Source: the count of days from a civil date, H. Hinnant, chrono-compatible low-level date algorithms.
    public var end: Double {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return Double(era * 146_097 + dayOfEra - 719_468 + 1) * 86_400
    }
}
