/// The block of lines at the bottom of a terminal that is drawn anew in place; says what to write, writes nothing.
///
/// Between two frames the cursor stands, visible, on the empty line below the block and no mode of the terminal is
/// changed: a process that is killed leaves a terminal that works.
struct LiveBlock: Sendable {
    /// The size of a terminal.
    struct Size: Hashable, Sendable {
        /// In characters.
        var width: Int
        /// In lines.
        var height: Int
    }

    private let colors: Bool
    private var shown: [LiveLine] = []
    private var size: Size?

    /// Makes a block that is not on the screen yet.
    init(colors: Bool) {
        self.colors = colors
    }

    /// Takes the next frame.
    ///
    /// - Parameters:
    ///   - above: what is printed above the block for good; lines of at most the width of the terminal.
    ///   - lines: what the block shows; fewer lines than the terminal has, none of them wider than it.
    ///   - size: the terminal's size now.
    /// - Returns: what to write; empty when nothing changed.
    mutating func frame(above: [LiveLine], lines: [LiveLine], size: Size) -> String {
        let isResized = self.size.map { $0 != size } ?? false
        guard isResized || !above.isEmpty || lines != shown else { return "" }
        // Terminals fold lines that have become too long: the block is then taller than it was drawn.
        let rows = isResized ? shown.reduce(0) { $0 + Self.rows($1, size.width) } : shown.count
        var text = "\u{1B}[?25l" + (rows > 0 ? "\u{1B}[\(rows)A" : "")
        if isResized { text += "\r\u{1B}[J" }
        for line in above {
            text += written(line)
        }
        let canSkip = above.isEmpty && !isResized
        for (index, line) in lines.enumerated() {
            let isSame = canSkip && index < shown.count && shown[index] == line
            text += isSame ? "\u{1B}[B" : written(line)
        }
        shown = lines
        self.size = size
        // Also wipes the `^C` that the terminal echoes.
        return text + "\r\u{1B}[J\u{1B}[?25h"
    }

    /// Forgets what is on the screen: the next frame is drawn below it.
    mutating func forget() {
        shown = []
    }

    /// Wipes first: at the right edge a wipe after the text would take the last character with it.
    private func written(_ line: LiveLine) -> String {
        "\r\u{1B}[2K\(line.rendered(colors: colors))\r\n"
    }

    private static func rows(_ line: LiveLine, _ width: Int) -> Int {
        max(1, (line.text.columns + width - 1) / max(1, width))
    }
}
