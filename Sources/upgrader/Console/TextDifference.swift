internal import UpgradeCore

/// What changed between two texts, line by line, as `-` and `+` lines.
enum TextDifference {
    /// So many lines are told at most.
    private static let limit = 20
    /// Of more lines than these the difference is not sought: that takes time and memory with their square.
    private static let bound = 2000

    /// The removed and inserted lines with their numbers, at most twenty.
    static func lines(from old: String, to new: String) -> [String] {
        let before = old.textLines
        let after = new.textLines
        let head = zip(before, after).prefix { $0 == $1 }.count
        let tail = zip(before.dropFirst(head).reversed(), after.dropFirst(head).reversed()).prefix { $0 == $1 }.count
        let gone = Array(before[head..<(before.count - tail)])
        let come = Array(after[head..<(after.count - tail)])
        if gone.isEmpty, come.isEmpty { return ["only the ends of its lines are others"] }
        let changes =
            gone.count + come.count > bound
            ? gone.enumerated().map { ($0.offset, "- \($0.element)") }
                + come.enumerated().map { ($0.offset, "+ \($0.element)") }
            : come.difference(from: gone).map { change in
                switch change {
                case .remove(let offset, let line, _): (offset, "- \(line)")
                case .insert(let offset, let line, _): (offset, "+ \(line)")
                }
            }
        let lines = changes.sorted { $0.0 < $1.0 }.map { "line \(head + $0.0 + 1): \($0.1)" }
        return lines.count > limit ? lines.prefix(limit) + ["and \(lines.count - limit) more"] : lines
    }
}
