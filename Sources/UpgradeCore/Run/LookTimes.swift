internal import Synchronization

/// When the looks at the cluster that steps renew were last found well, in this life of the process.
///
/// A lane that acts minutes after its look has waited for something: a host that was away, a hook, somebody's dpkg.
final class LookTimes<Time: Clock>: Sendable where Time.Duration == Duration {
    private let times = Mutex<[StepKey: Time.Instant]>([:])

    /// How long what was seen is believed.
    ///
    /// A node that is gone is NotReady after 40 s, so that a look of less than a minute ago could hardly have seen more.
    /// - Source: kube-controller-manager, --node-monitor-grace-period (40s), read 2026-11
    static var believed: Duration { .seconds(60) }

    /// Takes that the look was found well at a time.
    func found(_ look: StepKey, at time: Time.Instant) {
        times.withLock { $0[look] = time }
    }

    /// Whether the look was made by this process, and too long ago to be believed.
    ///
    /// One that it has not made is judged by where its lane was taken up.
    func isOld(_ look: StepKey, at time: Time.Instant) -> Bool {
        times.withLock { $0[look] }.map { $0.duration(to: time) > Self.believed } ?? false
    }
}
