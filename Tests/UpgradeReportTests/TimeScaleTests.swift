import Testing

@testable import UpgradeReport

@Suite("Moments below a timeline")
struct TimeScaleTests {
    @Test("the whole of a long sitting has round moments, none upon another, and a narrow page fewer")
    func marks() {
        let scale = TimeScale([(1_000, 1_012), (1_090, 1_100), (1_140, 1_271)])
        let marks = scale.marks
        #expect(marks.count >= 6)
        #expect(marks.first?.time == 1_000)
        #expect(zip(marks, marks.dropFirst()).allSatisfy { $1.left - $0.left >= 8 && $1.time > $0.time })
        // Most of the last sitting, which is most of the chart, can be read.
        #expect(marks.filter { $0.time > 1_140 }.allSatisfy { $0.time.truncatingRemainder(dividingBy: 15) == 0 })
        #expect(marks.last.map { $0.left > 75 } == true)
        let wide = marks.filter(\.isWide)
        #expect(wide.count >= 2 && wide.count < marks.count)
        #expect(zip(wide, wide.dropFirst()).allSatisfy { $1.left - $0.left >= 30 })
    }

    @Test(
        "a sitting of no length, and one of months, have a few moments each",
        arguments: [0.0, 1, 59, 86_400, 9_000_000]
    )
    func extremes(length: Double) {
        let marks = TimeScale([(5_000, 5_000 + length)]).marks
        #expect((1...13).contains(marks.count))
    }
}
