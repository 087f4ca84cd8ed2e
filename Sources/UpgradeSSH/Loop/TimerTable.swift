/// What has to be called, and when.
///
/// A dictionary with the earliest instant remembered: a run has a few timers a host, most of which are removed unfired.
struct TimerTable {
    /// Names a timer.
    struct ID: Hashable, Sendable {
        fileprivate let value: UInt64
    }

    private struct Timer {
        var instant: ContinuousClock.Instant
        var closure: @Sendable () -> Void
    }

    private var timers: [ID: Timer] = [:]
    private var lastID: UInt64 = 0
    private var earliest: ContinuousClock.Instant?

    /// Adds a timer and says whether it is now the first to fire.
    mutating func add(
        at instant: ContinuousClock.Instant,
        _ closure: @escaping @Sendable () -> Void
    ) -> (ID, isFirst: Bool) {
        lastID += 1
        let id = ID(value: lastID)
        timers[id] = Timer(instant: instant, closure: closure)
        guard let earliest, earliest <= instant else {
            earliest = instant
            return (id, true)
        }
        return (id, false)
    }

    /// Removes a timer.
    mutating func remove(_ id: ID) {
        // `earliest` may now be too early: the loop then wakes once for nothing, which is cheaper than a search here.
        timers[id] = nil
    }

    /// Removes and returns what is due, earliest first.
    mutating func takeDue(now: ContinuousClock.Instant) -> [@Sendable () -> Void] {
        guard let earliest, earliest <= now else { return [] }
        let due = timers.filter { $0.value.instant <= now }
            .sorted { ($0.value.instant, $0.key.value) < ($1.value.instant, $1.key.value) }
        for (id, _) in due {
            timers[id] = nil
        }
        self.earliest = timers.values.map(\.instant).min()
        return due.map(\.value.closure)
    }

    /// Returns how long to wait for the next timer, rounded up, in the form `epoll_wait` takes: -1 is for ever.
    func milliseconds(from now: ContinuousClock.Instant) -> Int32 {
        guard let earliest else { return -1 }
        let wait = max(.zero, now.duration(to: earliest))
        let (seconds, attoseconds) = wait.components
        let milliseconds = min(seconds, 3600) * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        return Int32(milliseconds)
    }
}
