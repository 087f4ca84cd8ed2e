import Testing

@testable import upgrader

@Suite("What changed between two texts")
struct TextDifferenceTests {
    @Test("is told by line, with the numbers of the whole text")
    func lines() {
        let difference = TextDifference.lines(from: "a\nb\nc\nd\n", to: "a\nx\nc\ny\nd\n")
        #expect(difference == ["line 2: - b", "line 2: + x", "line 4: + y"])
    }

    @Test("is not the whole text where only the ends of lines are others")
    func ends() {
        #expect(TextDifference.lines(from: "a\nb\n", to: "a\r\nb\r\n") == ["only the ends of its lines are others"])
        #expect(TextDifference.lines(from: "a\nb\n", to: "a\r\nc\r\n") == ["line 2: - b", "line 2: + c"])
    }

    @Test("does not take for ever where all of it is another", .timeLimit(.minutes(1)))
    func large() {
        let new = (0..<60_000).map { "key\($0): value" }.joined(separator: "\n")
        let difference = TextDifference.lines(from: "a\nb\nc", to: new)
        #expect(difference.first == "line 1: - a")
        #expect(difference.count == 21 && difference.last == "and 59983 more")
    }
}
