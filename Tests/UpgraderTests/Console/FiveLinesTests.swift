import Testing

@testable import upgrader

@Suite("Five lines")
struct FiveLinesTests {
    private let block = FiveLines(
        error: "node w1 could not be drained in 5 min  (1.12 → 1.13, workers, step 69 of 101: Drain the node)",
        why: "pod shop/cart-0 is held by budget shop/cart (0 disruptions allowed)\n       pod shop/cart-1 as well",
        ran: "cp1: kubectl drain w1 --timeout=300s   (exit 1)",
        state: "node w1 is cordoned by this run",
        next: "free the pods, then `upgrader resume state/staging/20261128-220000-kfzt`"
    )

    @Test("fold at the width of a terminal, below the text of their label, and lose no word", arguments: [40, 60, 80])
    func folded(width: Int) {
        let text = block.text(width: width)
        let lines = text.split(separator: "\n").map(String.init)
        #expect(lines.allSatisfy { $0.columns <= width || $0.contains("`") }, "\(text)")
        // Copied from two lines it would be two commands.
        #expect(lines.contains { $0.contains("`upgrader resume state/staging/20261128-220000-kfzt`") }, "\(text)")
        #expect(lines.count > 6)
        let labels = ["error: ", "why:   ", "ran:   ", "state: ", "next:  "]
        #expect(
            lines.allSatisfy { line in line.hasPrefix("       ") || labels.contains { line.hasPrefix($0) } },
            "\(text)"
        )
        let words = { (text: String) in text.split { $0.isWhitespace }.joined() }
        #expect(words(text) == words(block.text))
    }

    @Test(
        "a line hangs below the text of its label, or its margin, and loses no word",
        arguments: [
            ("  why:  node w1 is Ready and its pods are not, for as long as anybody looks", 8),
            ("it stopped at 1.12-1.13/workers/drain@w1: Drain the node of all its pods", 2),
            ("in doubt: 1.12-1.13/workers/drain@w1 (drain w1.example.org and wait)", 10),
            ("      the same as before, but the steps that are done are not done again", 8),
        ]
    )
    func hanging(line: String, margin: Int) {
        let lines = line.hanging(in: 40)
        #expect(lines.count > 1)
        #expect(lines.allSatisfy { $0.columns <= 40 })
        #expect(lines.dropFirst().allSatisfy { $0.prefix(while: { $0 == " " }).count == margin })
        #expect(lines.joined().filter { $0 != " " } == line.filter { $0 != " " })
        #expect(line.hanging(in: nil) == [line])
        #expect(line.hanging(in: line.columns) == [line])
    }

    @Test("a backquote that has no other breaks no line less")
    func quoted() {
        let text = "cannot open `a file of a long name' which is not there, nor anywhere else that was looked at"
        #expect(text.folded(to: 30).allSatisfy { $0.columns <= 30 })
        #expect("a `b c` d".folded(to: 3) == ["a", "`b c`", "d"])
    }

    @Test("of a long name both ends are left")
    func middle() {
        #expect("worker-with-a-long-name-03".cutInTheMiddle(to: 11) == "worke…me-03")
        #expect("w1".cutInTheMiddle(to: 11) == "w1")
        for width in 3..<26 { #expect("worker-with-a-long-name-03".cutInTheMiddle(to: width).columns == width) }
    }

    @Test("stay whole in a pipe, and where they have room")
    func whole() {
        #expect(block.text(width: nil) == block.text)
        #expect(block.text(width: 200) == block.text)
        #expect(block.text.split(separator: "\n").count == 6)
    }
}
