/// What changed between two texts, line by line, as `-` and `+` lines.
enum TextDifference {
    /// The removed and inserted lines with their numbers, at most twenty.
    static func lines(from old: String, to new: String) -> [String] {
        let before = old.split(separator: "\n", omittingEmptySubsequences: false)
        let after = new.split(separator: "\n", omittingEmptySubsequences: false)
        let changes = after.difference(from: before).map { change -> (Int, String) in
            switch change {
            case .remove(let offset, let line, _): (offset, "line \(offset + 1): - \(line)")
            case .insert(let offset, let line, _): (offset, "line \(offset + 1): + \(line)")
            }
        }
        let limit = 20
        let lines = changes.sorted { $0.0 < $1.0 }.map(\.1)
        return lines.count > limit ? lines.prefix(limit) + ["and \(lines.count - limit) more"] : lines
    }
}
