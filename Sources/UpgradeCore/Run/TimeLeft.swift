/// How long what is left of a plan will take, by what its steps have taken in this run.
public struct TimeLeft: Hashable, Sendable {
    /// The part that is known.
    public var known: Duration
    /// Whether nothing is left that has not been seen in this run.
    public var isWhole: Bool

    /// Makes an estimate.
    public init(known: Duration, isWhole: Bool) {
        self.known = known
        self.isWhole = isWhole
    }

    /// As it is told; `nil` where nothing is known yet.
    ///
    /// Means of a few steps do not carry more digits.
    public var text: String? {
        guard known > .zero else { return nil }
        let seconds = known.components.seconds
        let step: Int64 = seconds < 120 ? 10 : 60
        let rounded = Duration.seconds(max(step, (seconds + step / 2) / step * step))
        return isWhole ? "about \(rounded.text) left" : "at least \(rounded.text) left"
    }
}

extension StepTimes {
    /// The time that the steps of a phase need which are left in it.
    ///
    /// - Parameters:
    ///   - left: how many of each kind of step.
    ///   - phase: the phase.
    ///   - atOnce: how many lanes go on side by side.
    /// - Returns: their time, as far as it is known.
    public func left(_ left: [StepID: Int], in phase: PhaseID, atOnce: Int) -> TimeLeft {
        var sum = Duration.zero
        var isWhole = true
        for (step, count) in left where count > 0 {
            if let mean = mean(step, in: phase) { sum += mean * count } else { isWhole = false }
        }
        return TimeLeft(known: sum / max(1, atOnce), isWhole: isWhole)
    }
}
