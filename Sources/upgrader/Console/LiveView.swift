internal import UpgradeCore

/// What a person sees of a run: folded from what the run tells, shown as lines of text.
///
/// A value: it knows no clock, no terminal and no environment. Times are counted from when the view was made.
struct LiveView: Sendable {
    /// A line that stays above the view for good.
    struct Entry: Hashable, Sendable {
        /// The text, as in a pipe.
        var text: String
        /// `good` for a step that is done, `bad` for one that failed.
        var style: LiveLine.Style
    }

    /// The plan.
    let plan: Plan
    /// What the steps are for, by id.
    let titles: [StepID: String]
    /// Where the steps are and which are done.
    private(set) var places: LivePlaces
    /// The targets in work, and those that failed, in the order of the plan.
    private(set) var lanes: [LiveLane] = []
    /// Where the run is: the place of the step that was begun last.
    private(set) var place: LivePlaces.Place?
    /// Whether the operator's wish to stop was heard.
    private(set) var isInterrupted = false
    /// The gate that opened last, and what it measured.
    private(set) var lastGate: (key: StepKey, measured: [GateReading])?
    /// Why the run stopped; `nil` while it goes on.
    private(set) var stop: StopReason?
    private let words: LineConsole
    private let pointsOfNoReturn: [PointOfNoReturn]
    private var times: StepTimes

    /// Makes the view of a plan that goes on from what is recorded.
    ///
    /// - Parameters:
    ///   - plan: the plan.
    ///   - record: what is recorded.
    ///   - steps: its steps.
    ///   - times: what steps have taken in this run so far.
    init(plan: Plan, record: RunState, steps: StepSet, times: StepTimes = StepTimes()) {
        self.times = times
        pointsOfNoReturn = plan.pointsOfNoReturn(steps)
        self.plan = plan
        titles = steps.steps.mapValues(\.title)
        places = LivePlaces(plan: plan, done: record.done.union(record.skipped.keys))
        words = LineConsole(plan: plan)
        place = places.next { _, _ in true }.flatMap { [places] in places.place($0) }
    }

    /// Takes what the run told at `now`.
    ///
    /// - Returns: what is to stay above the view, so that it is found in the terminal's history.
    @discardableResult
    mutating func take(_ notice: RunNotice, at now: Duration) -> Entry? {
        switch notice {
        case .stepBegan(let key, let attempt):
            // The operator may have wanted another attempt at one that has failed.
            lanes.removeAll { $0.key == key }
            begin(LiveLane(key: key, attempt: attempt, since: now))
        case .settling(let key, let action):
            change(key, now) { $0.does(.following(action)) }
        case .actionBegan(let key, let action):
            change(key, now) { $0.does(.acting(action)) }
        case .progress(let key, let progress):
            change(key, now) { $0.take(progress, at: now) }
        case .actionEnded(let key, _, _):
            change(key, now) { [isInterrupted] in $0.does(isInterrupted ? .left : .looking) }
        case .gateWaiting(let key, let unmet, let measured, let elapsed, let deadline):
            change(key, now) {
                $0.does(.waiting(unmet, measured: measured, elapsed: elapsed, told: now, deadline: deadline))
            }
        case .gateOpened(let key, let measured):
            lastGate = (key, measured)
        case .stepEnded(let key, let took, let changed):
            lanes.removeAll { $0.key == key }
            places.finish(key)
            times.took(key, took)
            if changed { return Entry(text: "\(words.place(key)) \(took.text)", style: .good) }
        case .stepFailed(let key, let failure):
            change(key, now) { $0.does(.failed(failure.why)) }
            return words.text(notice).map { Entry(text: $0, style: .bad) }
        case .stepSkipped(let key, _):
            lanes.removeAll { $0.key == key }
            places.finish(key)
            return words.text(notice).map { Entry(text: $0, style: .waiting) }
        case .looked, .asking, .answered:
            break
        case .interrupted:
            isInterrupted = true
            for index in lanes.indices { lanes[index].interrupt() }
            return words.text(notice).map { Entry(text: $0, style: .waiting) }
        case .stopped(let reason):
            stop = reason
            for index in lanes.indices where !lanes[index].isFailed { lanes[index].does(.left) }
        }
        return nil
    }

    /// The step that is begun next as things stand; `nil` when nothing more is.
    var next: StepKey? {
        guard stop == nil, !isInterrupted else { return nil }
        let failed = lanes.filter(\.isFailed).compactMap { places.place($0.key) }
        let inHand = Set(lanes.filter { !$0.isFailed }.compactMap { places.place($0.key)?.lane })
        let isOverBudget = place.map { failed.count > plan.hops[$0.hop].phases[$0.phase].failureBudget } ?? false
        return places.next { key, next in
            guard !lanes.contains(where: { $0.key == key }) else { return false }
            guard !failed.isEmpty else { return true }
            // A phase with a failed lane is never left, and over its budget no other lane is begun.
            return next.hop == place?.hop && next.phase == place?.phase && !failed.contains { $0.lane == next.lane }
                && (!isOverBudget || inHand.contains(next.lane))
        }
    }

    /// What the steps that are left will take.
    var timeLeft: TimeLeft {
        var sum = TimeLeft()
        for (hopIndex, hop) in plan.hops.enumerated() {
            for (phaseIndex, phase) in hop.phases.enumerated() {
                let left = places.stepsLeft(hop: hopIndex, phase: phaseIndex)
                let lanes = phase.lanes.count - places.lanesDone(hop: hopIndex, phase: phaseIndex)
                sum = sum + times.left(left, in: phase.id, atOnce: min(phase.batch, lanes))
            }
        }
        return sum
    }

    /// The point of no return that is near, and how many steps are left before it.
    var nearPointOfNoReturn: (point: PointOfNoReturn, steps: Int)? {
        // A worker has more than ten steps; a point that is farther away is told by `plan`.
        let near = 12
        for point in pointsOfNoReturn {
            guard let place = places.place(point.key), !places.isDone(point.key) else { continue }
            let steps = places.stepsBefore(place, upTo: near)
            return steps <= near ? (point, steps) : nil
        }
        return nil
    }

    private mutating func begin(_ lane: LiveLane) {
        place = places.place(lane.key) ?? place
        let number = places.place(lane.key)?.number ?? 0
        let index = lanes.firstIndex { (places.place($0.key)?.number ?? 0) > number } ?? lanes.count
        lanes.insert(lane, at: index)
    }

    private mutating func change(_ key: StepKey, _ now: Duration, _ body: (inout LiveLane) -> Void) {
        if !lanes.contains(where: { $0.key == key }) {
            // A step that was in hand when the process before was killed is not begun again: it goes on. A report that
            // comes after the end of its step is too late to be shown.
            guard !places.isDone(key) else { return }
            begin(LiveLane(key: key, attempt: 1, since: now))
        }
        guard let index = lanes.firstIndex(where: { $0.key == key }) else { return }
        body(&lanes[index])
    }
}
