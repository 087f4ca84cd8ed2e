import Testing

@testable import upgrader

@Suite("What the console of a run can be")
struct TerminalTests {
    @Test("in a pipe there are lines")
    func pipe() {
        #expect(Terminal.ability(isTerminal: false, environment: ["TERM": "xterm"]) == .lines)
    }

    @Test("on a terminal that cannot move its cursor there are lines", arguments: ["dumb", ""])
    func dumb(name: String) {
        #expect(Terminal.ability(isTerminal: true, environment: ["TERM": name]) == .lines)
        #expect(Terminal.ability(isTerminal: true, environment: [:]) == .lines)
    }

    @Test("with NO_COLOR there are lines, unless it is empty")
    func noColor() {
        let ability = { (noColor: String?) in
            let environment = ["TERM": "xterm", "NO_COLOR": noColor].compactMapValues { $0 }
            return Terminal.ability(isTerminal: true, environment: environment)
        }
        #expect(ability(nil) == .live)
        #expect(ability("") == .live)
        #expect(ability("1") == .lines)
    }

    @Test("outside tmux and screen it is said what a lost terminal means")
    func loss() {
        let warning = { (isTerminal: Bool, environment: [String: String]) in
            Terminal.lossWarning(isTerminal: isTerminal, environment: environment)
        }
        #expect(warning(true, ["TERM": "xterm"])?.contains("upgrader resume") == true)
        #expect(warning(true, ["TMUX": "/tmp/tmux-0/default,1,0"]) == nil)
        #expect(warning(true, ["STY": "1.pts-0.host"]) == nil)
        #expect(warning(false, [:]) == nil)
    }
}

@Suite("Text in columns")
struct ColumnsTests {
    @Test("text of another program cannot move the cursor")
    func control() {
        #expect("a\u{1B}[2Jb\r\nc\td".onOneLine == "a [2Jb c d")
        #expect("a\u{202E}b\u{2066}c\nd".harmless == "a b c\nd")
        #expect("👩\u{200D}🔧".onOneLine == "👩\u{200D}🔧")
    }

    @Test("a wide character takes two columns")
    func wide() {
        #expect("日本".columns == 4)
        #expect("日本".cut(to: 3) == "日…")
        #expect("→ é".columns == 3)
    }

    @Test("folding breaks at spaces, and a word that is too long anywhere, and loses nothing")
    func folding() {
        #expect("one two three".folded(to: 7) == ["one two", "three"])
        #expect("abcdefghij k".folded(to: 4) == ["abcd", "efgh", "ij k"])
        #expect("".folded(to: 4) == [])
    }

    @Test("cutting and padding give exactly the width", arguments: 0...8)
    func exact(width: Int) {
        #expect("drain".padded(to: width).columns == width)
    }
}
