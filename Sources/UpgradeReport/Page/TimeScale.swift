/// Where a moment stands on a timeline, in percent; while nobody worked on the run, time is a narrow gap.
struct TimeScale {
    private struct Segment {
        var began: Double
        var ended: Double
        var left: Double
        var width: Double
    }

    private var segments: [Segment] = []

    /// The width of a gap, in percent.
    private static let gap = 1.5

    /// Makes a scale of the times in which somebody worked.
    init(_ sittings: [(began: Double, ended: Double)]) {
        // A second at least, so that one in which nothing happened has a place.
        let lengths = sittings.map { max(1, $0.ended - $0.began) }
        let total = lengths.reduce(0, +)
        let room = max(10, 100 - Self.gap * Double(max(0, sittings.count - 1)))
        let gap = sittings.count > 1 ? (100 - room) / Double(sittings.count - 1) : 0
        var left = 0.0
        for (sitting, length) in zip(sittings, lengths) {
            let width = room * length / max(1, total)
            segments.append(Segment(began: sitting.began, ended: sitting.began + length, left: left, width: width))
            left += width + gap
        }
    }

    /// The place of a moment.
    func place(_ time: Double) -> Double {
        guard let last = segments.last(where: { $0.began <= time }) else { return 0 }
        let share = (time - last.began) / (last.ended - last.began)
        return last.left + last.width * min(1, max(0, share))
    }

    /// A moment that is written below the timeline.
    struct Mark {
        var time: Double
        var left: Double
        /// Whether a narrow page has room for it as well.
        var isWide: Bool
    }

    /// Steps that people count time in, in seconds.
    private static let steps: [Double] = [
        1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 86_400,
    ]

    /// The beginning of each time in which somebody worked, and round moments in it, as far as they have room beside each other.
    var marks: [Mark] {
        let total = segments.reduce(0) { $0 + $1.ended - $1.began }
        let step = Self.steps.first { $0 * 12 >= total } ?? total / 12
        let moments = segments.flatMap { segment in
            let first = (segment.began / step).rounded(.down) * step + step
            return [segment.began] + stride(from: first, to: segment.ended, by: step)
        }
        var marks: [Mark] = []
        for time in moments {
            let left = place(time)
            // A time of day is some 7 % of a wide page, and 25 % of a telephone.
            guard left <= 92, marks.last.map({ left - $0.left >= 8 }) ?? true else { continue }
            let wide = marks.last(where: \.isWide)?.left
            marks.append(Mark(time: time, left: left, isWide: left <= 70 && wide.map { left - $0 >= 30 } ?? true))
        }
        return marks
    }
}
