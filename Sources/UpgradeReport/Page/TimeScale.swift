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

    /// The beginning of each time in which somebody worked.
    var beginnings: [(time: Double, left: Double)] { segments.map { ($0.began, $0.left) } }
}
