internal import Synchronization

/// A clock of simulated time: it stands still while anything can go on, then passes to the next moment waited for.
public final class TortureClock: Clock, Sendable {
    /// A moment on the clock.
    public struct Instant: InstantProtocol {
        /// The time since the clock was made.
        public var elapsed: Duration

        /// The moment that is `duration` later.
        public func advanced(by duration: Duration) -> Instant { Instant(elapsed: elapsed + duration) }

        /// The time from this moment to `other`.
        public func duration(to other: Instant) -> Duration { other.elapsed - elapsed }

        /// Orders by time.
        public static func < (left: Instant, right: Instant) -> Bool { left.elapsed < right.elapsed }
    }

    private struct Timer {
        var id: Int
        var due: Duration
        var resume: CheckedContinuation<Void, Never>
    }

    private struct State {
        var now = Duration.zero
        var last = 0
        var timers: [Timer] = []
    }

    private let state = Mutex(State())

    /// Makes a clock that stands at its start.
    public init() {}

    /// The present moment.
    public var now: Instant { Instant(elapsed: state.withLock { $0.now }) }

    /// The smallest step of the clock.
    public var minimumResolution: Duration { .nanoseconds(1) }

    /// Returns when the clock has passed the deadline.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    public func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        let id = state.withLock { state in
            state.last += 1
            return state.last
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if Task.isCancelled || deadline.elapsed <= state.now { return true }
                    state.timers.append(Timer(id: id, due: deadline.elapsed, resume: continuation))
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let timer = state.withLock { state in
                state.timers.firstIndex { $0.id == id }.map { state.timers.remove(at: $0) }
            }
            timer?.resume.resume()
        }
        try Task.checkCancellation()
    }

    /// Lets time pass while nobody waits, as between two lives of a process.
    public func pass(_ duration: Duration) {
        state.withLock { $0.now += duration }
    }

    /// Passes to the first moment that is waited for; `false` when nobody waits.
    func passToNextTimer() -> Bool {
        let timer = state.withLock { state -> Timer? in
            let next = state.timers.indices.min { left, right in
                (state.timers[left].due, state.timers[left].id) < (state.timers[right].due, state.timers[right].id)
            }
            guard let next else { return nil }
            let timer = state.timers.remove(at: next)
            state.now = max(state.now, timer.due)
            return timer
        }
        timer?.resume.resume()
        return timer != nil
    }
}
