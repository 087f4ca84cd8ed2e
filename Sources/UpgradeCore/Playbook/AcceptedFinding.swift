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
