/// A terminal of a few lines that understands what `LiveBlock` writes and traps on anything else.
struct LiveScreen {
    let width: Int
    let height: Int
    /// What has scrolled off the top.
    private(set) var history: [String] = []
    private var rows: [[Character]]
    private var row = 0
    private var column = 0
    /// Whether the cursor is shown.
    private(set) var showsCursor = true

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        rows = Array(repeating: [], count: height)
    }

    /// Everything that a person can see or scroll back to, without empty lines at the end.
    var text: [String] {
        var lines = history + rows.map { String($0) }
        while lines.last == "" { lines.removeLast() }
        return lines
    }

    /// Whether the cursor stands at the beginning of an empty line.
    var cursorIsFree: Bool { column == 0 && rows[row].isEmpty && showsCursor }

    /// Writes at the cursor.
    mutating func write(_ text: String) {
        // "\r\n" is one Character in Swift.
        var rest = Substring(text.replacing("\r\n", with: "\n"))
        while let character = rest.popFirst() {
            switch character {
            case "\r": column = 0
            case "\n": feed()
            case "\u{1B}": escape(&rest)
            default:
                precondition(column < width, "a line wraps")
                while rows[row].count <= column { rows[row].append(" ") }
                rows[row][column] = character
                column += 1
            }
        }
    }

    private mutating func escape(_ rest: inout Substring) {
        precondition(rest.popFirst() == "[")
        var parameter = ""
        while let character = rest.popFirst() {
            guard character.isLetter else {
                parameter.append(character)
                continue
            }
            switch (parameter, character) {
            case ("?25", "l"): showsCursor = false
            case ("?25", "h"): showsCursor = true
            case ("2", "K"): rows[row] = []
            case ("", "J"):
                precondition(column == 0)
                for below in row..<height { rows[below] = [] }
            case ("", "B"): row = min(height - 1, row + 1)
            case (_, "A"): row = max(0, row - (Int(parameter) ?? 1))
            default: preconditionFailure("unknown sequence \(parameter)\(character)")
            }
            return
        }
    }

    private mutating func feed() {
        column = 0
        guard row == height - 1 else {
            row += 1
            return
        }
        history.append(String(rows.removeFirst()))
        rows.append([])
    }
}
