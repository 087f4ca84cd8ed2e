/// How long steps took in a run, so that it can be told whether there is time for another lane.
///
/// By kind of phase: the same step may take long in one and no time in another, and in all waves of workers the same. Only lanes in which something was changed count: a
/// node that was new already tells nothing of one that is not.
public struct StepTimes: Hashable, Sendable {
    private struct Lane: Hashable, Sendable {
        var hop: HopID
        var phase: PhaseID
        var target: Target

        init(_ key: StepKey) {
            hop = key.hop
            phase = key.phase
            target = key.target
        }
    }

    private struct Sum: Hashable, Sendable {
        var duration = Duration.zero
        var count = 0
    }

    private var longest: [PhaseID: [StepID: Duration]] = [:]
    private var sums: [PhaseID: [StepID: Sum]] = [:]
    private var waiting: [Lane: [StepID: Duration]] = [:]
    private var changed: Set<Lane> = []
    private var begun: [StepKey: Double] = [:]

    /// Makes times of a run that has none yet.
    public init() {}

    /// Takes what a journal has recorded.
    public init(_ records: [(time: Double, record: Record)]) {
        for (time, record) in records { take(record, at: time) }
    }

    /// Takes a record; the time is in seconds, of any clock that goes on.
    public mutating func take(_ record: Record, at time: Double) {
        switch record {
        case .begun(let key, _): begun[key] = time
        case .intended(let key, _, _, _): change(key)
        case .done(let key):
            // A clock that was set back meanwhile tells nothing, least of all that the step took no time.
            if let start = begun.removeValue(forKey: key), start <= time {
                note(key, .seconds(time - start))
                took(key, .seconds(time - start))
            }
        case .resumed:
            // What was in hand when the process before was killed has not taken that long.
            begun = [:]
        case .started, .leased, .acted, .failed, .skipped, .withdrawn, .undoing, .struck, .released, .tookBack,
            .stopped:
            break
        }
    }

    /// The longest that the step has taken in the phase; `nil` where it has not been seen.
    public func longest(_ key: StepKey) -> Duration? { longest[key.phase.kind]?[key.step] }

    /// Takes how long a step took, of whatever lane: what is left of a plan has lanes without a change as well.
    public mutating func took(_ key: StepKey, _ duration: Duration) {
        sums[key.phase.kind, default: [:]][key.step, default: Sum()].duration += duration
        sums[key.phase.kind, default: [:]][key.step, default: Sum()].count += 1
    }

    /// What a step has taken on average in a phase; `nil` where it has not been seen.
    func mean(_ step: StepID, in phase: PhaseID) -> Duration? {
        sums[phase.kind]?[step].map { $0.duration / $0.count }
    }

    private mutating func change(_ key: StepKey) {
        let lane = Lane(key)
        guard changed.insert(lane).inserted else { return }
        for (step, took) in waiting.removeValue(forKey: lane) ?? [:] { keep(lane.phase, step, took) }
    }

    private mutating func note(_ key: StepKey, _ took: Duration) {
        let lane = Lane(key)
        if changed.contains(lane) {
            keep(key.phase, key.step, took)
        } else {
            waiting[lane, default: [:]][key.step] = took
        }
    }

    private mutating func keep(_ phase: PhaseID, _ step: StepID, _ took: Duration) {
        longest[phase.kind, default: [:]][step] = max(longest[phase.kind]?[step] ?? .zero, took)
    }
}
