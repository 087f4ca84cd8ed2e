/// One line of the live view: pieces of text and what each piece means.
struct LiveLine: Hashable, Sendable {
    /// What a piece of text means; a terminal with colors shows it in one.
    enum Style: Hashable, Sendable {
        /// Nothing in particular.
        case plain
        /// What to look at first.
        case strong
        /// What need not be looked at.
        case faint
        /// Something is done.
        case good
        /// Something waits.
        case waiting
        /// Something failed.
        case bad
    }

    /// A piece of text.
    struct Piece: Hashable, Sendable {
        /// The text, without control characters.
        var text: String
        /// What it means.
        var style: Style
    }

    /// The pieces, from left to right.
    private(set) var pieces: [Piece]

    /// Makes a line of one piece.
    init(_ text: String = "", _ style: Style = .plain) {
        pieces = [Piece(text: text.onOneLine, style: style)]
    }

    /// The line with one more piece.
    func with(_ text: String, _ style: Style = .plain) -> LiveLine {
        var line = self
        line.pieces.append(Piece(text: text.onOneLine, style: style))
        return line
    }

    /// The line with a last piece at the right edge; the rest makes room for it.
    func with(right text: String, width: Int, _ style: Style = .plain) -> LiveLine {
        let room = max(0, width - text.columns)
        var line = cut(to: max(0, room - 1))
        line = line.with(String(repeating: " ", count: max(0, room - line.columns)))
        return line.with(text, style).cut(to: width)
    }

    /// The line in at most so many columns.
    func cut(to width: Int) -> LiveLine {
        guard columns > width else { return self }
        var line = self
        line.pieces = []
        var room = width
        for piece in pieces where room > 0 {
            let text = piece.text.cut(to: room)
            line.pieces.append(Piece(text: text, style: piece.style))
            room -= text.columns
        }
        return line
    }

    /// How many columns the line takes.
    var columns: Int { pieces.reduce(0) { $0 + $1.text.columns } }

    /// The text alone, without spaces at its end.
    var text: String {
        var text = pieces.map(\.text).joined()
        while text.last == " " { text.removeLast() }
        return text
    }

    /// The text for a terminal.
    func rendered(colors: Bool) -> String {
        guard colors else { return text }
        return pieces.map { piece in
            piece.style.code.map { "\u{1B}[\($0)m\(piece.text)\u{1B}[0m" } ?? piece.text
        }.joined()
    }
}

extension LiveLine.Style {
    /// The parameter of SGR; only the eight colors that every terminal has and every theme can be read in.
    ///
    /// - Source: ECMA-48, 8.3.117
    fileprivate var code: String? {
        switch self {
        case .plain: nil
        case .strong: "1"
        case .faint: "2"
        case .good: "32"
        case .waiting: "33"
        case .bad: "31"
        }
    }
}
