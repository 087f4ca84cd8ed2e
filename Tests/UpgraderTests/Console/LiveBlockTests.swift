import Testing

@testable import upgrader

@Suite("The block at the bottom of a terminal")
struct LiveBlockTests {
    private let size = LiveBlock.Size(width: 20, height: 8)

    private func lines(_ texts: String...) -> [LiveLine] { texts.map { LiveLine($0) } }

    @Test("a second frame replaces the first in place and leaves the cursor on a free line")
    func inPlace() {
        var block = LiveBlock(colors: false)
        var screen = LiveScreen(width: 20, height: 8)
        screen.write("$ upgrader run\r\n")
        screen.write(block.frame(above: [], lines: lines("one", "two", "three"), size: size))
        screen.write(block.frame(above: [], lines: lines("one", "2", "three"), size: size))
        #expect(screen.text == ["$ upgrader run", "one", "2", "three"])
        #expect(screen.cursorIsFree)
    }

    @Test("only the lines that changed are written, and nothing when none did")
    func onlyChanges() {
        var block = LiveBlock(colors: false)
        _ = block.frame(above: [], lines: lines("one", "two"), size: size)
        #expect(block.frame(above: [], lines: lines("one", "two"), size: size).isEmpty)
        let frame = block.frame(above: [], lines: lines("one", "2"), size: size)
        #expect(!frame.contains("one") && frame.contains("2"))
    }

    @Test("what is kept is found in the history, in order and once, however much there is")
    func keeps() {
        var block = LiveBlock(colors: false)
        var screen = LiveScreen(width: 20, height: 8)
        var expected: [String] = []
        for turn in 1...40 {
            let above = turn % 3 == 0 ? lines("kept \(turn)", "and \(turn)") : []
            expected += above.map(\.text)
            // The block grows and shrinks.
            let now = (0...(turn % 6)).map { LiveLine("line \($0) of \(turn)") }
            screen.write(block.frame(above: above, lines: now, size: size))
            #expect(screen.text == expected + now.map(\.text))
            #expect(screen.cursorIsFree)
        }
    }

    @Test("a line as wide as the terminal does not wrap")
    func fullWidth() {
        var block = LiveBlock(colors: false)
        var screen = LiveScreen(width: 20, height: 8)
        let wide = String(repeating: "x", count: 20)
        screen.write(block.frame(above: lines(wide), lines: lines(wide, "end"), size: size))
        #expect(screen.text == [wide, wide, "end"])
    }

    @Test("the ^C that the terminal echoes is wiped by the next frame")
    func echo() {
        var block = LiveBlock(colors: false)
        var screen = LiveScreen(width: 20, height: 8)
        screen.write(block.frame(above: [], lines: lines("one"), size: size))
        screen.write("^C")
        screen.write(block.frame(above: lines("interrupted"), lines: lines("one"), size: size))
        #expect(screen.text == ["interrupted", "one"])
    }

    @Test("in a narrower terminal the lines that it folded are taken back whole")
    func narrower() {
        var block = LiveBlock(colors: false)
        let wide = String(repeating: "x", count: 20)
        _ = block.frame(above: [], lines: lines(wide, "two"), size: size)
        let frame = block.frame(above: [], lines: lines("one"), size: LiveBlock.Size(width: 10, height: 8))
        // Twenty columns take two lines of ten, `two` takes one.
        #expect(frame.contains("\u{1B}[3A"))
    }

    @Test("only colors differ with colors")
    func colors() {
        let line = LiveLine("done", .good).with(" now")
        #expect(line.rendered(colors: true) == "\u{1B}[32mdone\u{1B}[0m now")
        #expect(line.rendered(colors: false) == "done now")
    }
}
