/// How long what is left of a plan will take, by what its steps have taken in this run.
public struct TimeLeft: Hashable, Sendable {
    /// The part that is known.
    public var known: Duration
    /// How many steps are left of which it is known.
    public var seen: Int
    /// How many steps are left whose like has not been seen in this run.
    public var unseen: Int

    /// Makes an estimate.
    public init(known: Duration = .zero, seen: Int = 0, unseen: Int = 0) {
        self.known = known
        self.seen = seen
        self.unseen = unseen
    }

    /// Whether nothing is left that has not been seen in this run.
    public var isWhole: Bool { unseen == 0 }

    /// What two parts of a plan need one after the other.
    public static func + (left: TimeLeft, right: TimeLeft) -> TimeLeft {
        TimeLeft(known: left.known + right.known, seen: left.seen + right.seen, unseen: left.unseen + right.unseen)
    }

    /// As it is told; `nil` where too little is known yet: the checks before a hop tell nothing of its drains.
    ///
    /// Means of a few steps do not carry more digits.
    public var text: String? {
        guard known > .zero, seen >= unseen else { return nil }
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
        var sum = TimeLeft()
        for (step, count) in left where count > 0 {
            let one = mean(step, in: phase).map { TimeLeft(known: $0 * count, seen: count) }
            sum = sum + (one ?? TimeLeft(unseen: count))
        }
        sum.known /= max(1, atOnce)
        return sum
    }
}
