internal import Synchronization

/// A clock whose time passes only when somebody sleeps on it, and then at once.
///
/// For simulations that must not wait: plan, dry-run, tests.
public final class VirtualClock: Clock, Sendable {
    /// A moment on the clock.
    public struct Instant: InstantProtocol {
        var sinceStart: Duration

        /// The moment that is `duration` later.
        public func advanced(by duration: Duration) -> Instant {
            Instant(sinceStart: sinceStart + duration)
        }

        /// The time from this moment to `other`.
        public func duration(to other: Instant) -> Duration {
            other.sinceStart - sinceStart
        }

        /// Orders by time.
        public static func < (left: Instant, right: Instant) -> Bool {
            left.sinceStart < right.sinceStart
        }
    }

    private let elapsed = Mutex(Duration.zero)

    /// Makes a clock that stands at its start.
    public init() {}

    /// The present moment.
    public var now: Instant {
        Instant(sinceStart: elapsed.withLock { $0 })
    }

    /// The smallest step of the clock.
    public var minimumResolution: Duration { .nanoseconds(1) }

    /// Moves the clock to the deadline and returns at once.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    public func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        elapsed.withLock { $0 = max($0, deadline.sinceStart) }
        // Whoever is about to act comes first: lanes that wait for each other would see their deadlines pass in no time.
        for _ in 0..<50 { await Task.yield() }
    }
}
