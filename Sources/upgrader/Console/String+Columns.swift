extension String {
    /// How many columns of a terminal the text takes.
    var columns: Int {
        reduce(0) { $0 + $1.columns }
    }

    /// The text on one line: what could move the cursor or start an escape sequence is a space.
    var onOneLine: String {
        String(map { $0.isControl ? " " : $0 })
    }

    /// The text with its lines: what else could move the cursor or start an escape sequence is a space.
    var harmless: String {
        String(map { $0.isControl && $0 != "\n" ? " " : $0 })
    }

    /// The text in at most so many columns; what is cut off is an ellipsis.
    func cut(to width: Int) -> String {
        guard columns > width else { return self }
        guard width > 0 else { return "" }
        var room = width - 1
        return prefix { character in
            room -= character.columns
            return room >= 0
        } + "…"
    }

    /// The text in exactly so many columns, with spaces at its end.
    func padded(to width: Int) -> String {
        let text = cut(to: width)
        return text + String(repeating: " ", count: width - text.columns)
    }

    /// The text in lines of at most so many columns, broken at spaces where there are any.
    ///
    /// A command in backquotes stays in one piece, longer than a line if need be: copied from two lines it would be two.
    func folded(to width: Int) -> [String] {
        let width = max(1, width)
        var lines: [String] = []
        var line = ""
        for word in onOneLine.pieces {
            if !line.isEmpty, line.columns + 1 + word.columns > width {
                lines.append(line)
                line = ""
            }
            line += line.isEmpty ? word : " \(word)"
            while line.columns > width, !line.contains("`") {
                // A word longer than a line is broken, so that nothing of it is lost.
                let head = line.cutHard(to: width)
                lines.append(head)
                line.removeFirst(max(1, head.count))
            }
        }
        return line.isEmpty ? lines : lines + [line]
    }

    /// The line in lines of at most so many columns, each below the text of its label where it has one; `nil` leaves it whole.
    func hanging(in width: Int?) -> [String] {
        guard let width, columns > width else { return [self] }
        let head = prefixMatch(of: /\ *(?:(?:[a-z]+ )?[a-z]+:\ +)?/).map { String($0.output) } ?? ""
        let margin = String(repeating: " ", count: head.columns + (head.last == " " && head.contains(":") ? 0 : 2))
        let first = String(dropFirst(head.count)).folded(to: max(20, width - margin.columns))
        return first.enumerated().map { ($0 == 0 ? head : margin) + $1 }
    }

    /// The words, of which those in backquotes are one; all by themselves where a backquote has no other.
    private var pieces: [String] {
        let words = split(separator: " ").map(String.init)
        var pieces: [String] = []
        var isOpen = false
        for word in words {
            if isOpen { pieces[pieces.count - 1] += " \(word)" } else { pieces.append(word) }
            if word.count(where: { $0 == "`" }) % 2 == 1 { isOpen.toggle() }
        }
        return isOpen ? words : pieces
    }

    /// The text in at most so many columns, with both its ends; what is left out between them is an ellipsis.
    func cutInTheMiddle(to width: Int) -> String {
        guard columns > width, width > 2 else { return cut(to: width) }
        let tail = String(String(reversed()).cutHard(to: (width - 1) / 2).reversed())
        return cutHard(to: width - 1 - tail.columns) + "…" + tail
    }

    private func cutHard(to width: Int) -> String {
        var room = width
        return String(
            prefix { character in
                room -= character.columns
                return room >= 0
            }
        )
    }
}

extension Character {
    /// Whether it could do something to a terminal.
    fileprivate var isControl: Bool {
        isNewline
            || unicodeScalars.contains {
                let category = $0.properties.generalCategory
                // Of the marks of format those that join an emoji stay: they turn nothing round.
                return category == .control || category == .format && $0.value != 0x200D
            }
    }

    /// Two for the wide characters of East Asia and for emoji, else one.
    ///
    /// - Source: Unicode 15, EastAsianWidth.txt, the blocks that are W or F as a whole.
    fileprivate var columns: Int {
        guard let value = unicodeScalars.first?.value else { return 0 }
        return switch value {
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            2
        default: 1
        }
    }
}
