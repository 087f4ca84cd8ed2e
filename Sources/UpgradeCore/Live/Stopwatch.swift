/// Time that has passed since it was made, and a way to wait, on any clock.
struct Stopwatch: Sendable {
    /// How long ago it was made.
    let elapsed: @Sendable () -> Duration
    /// Waits; returns early, with `false`, when the task is cancelled.
    let wait: @Sendable (Duration) async -> Bool

    init(_ clock: some Clock<Duration>) {
        let start = clock.now
        elapsed = { start.duration(to: clock.now) }
        wait = { duration in
            do {
                try await clock.sleep(for: duration)
                return true
            } catch {
                return false
            }
        }
    }
}
