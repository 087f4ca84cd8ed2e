/// The difference between two texts, as `patch -p1` takes it.
public enum UnifiedDiff {
    /// As many lines around a change as diff shows.
    private static let context = 3

    private enum Line {
        case kept(String)
        case gone(String)
        case new(String)
    }

    /// The difference; empty when there is none.
    ///
    /// - Parameters:
    ///   - path: the path of the file in the repository.
    ///   - old: the text that is there; it ends in a newline.
    ///   - new: the text that is proposed; it ends in a newline.
    /// - Returns: lines with a newline at the end.
    /// - Source: the unified format of POSIX diff(1).
    public static func between(_ path: String, old: String, new: String) -> String {
        let lines = edits(Self.lines(old), Self.lines(new))
        let changed = lines.indices.filter { if case .kept = lines[$0] { false } else { true } }
        guard !changed.isEmpty else { return "" }
        var hunks: [Range<Int>] = []
        for index in changed {
            let range = max(0, index - context)..<min(lines.count, index + context + 1)
            if let last = hunks.last, range.lowerBound <= last.upperBound {
                hunks[hunks.count - 1] = last.lowerBound..<range.upperBound
            } else {
                hunks.append(range)
            }
        }
        return "--- a/\(path)\n+++ b/\(path)\n" + hunks.map { hunk(lines, $0) }.joined()
    }

    private static func hunk(_ lines: [Line], _ range: Range<Int>) -> String {
        let before = counts(lines[..<range.lowerBound])
        let inside = counts(lines[range])
        // > If a range is empty, its beginning line number shall be the number of the line just before it. (POSIX diff)
        let start = { (before: Int, inside: Int) in inside == 0 ? before : before + 1 }
        let head =
            "@@ -\(start(before.old, inside.old)),\(inside.old) +\(start(before.new, inside.new)),\(inside.new) @@\n"
        return head
            + lines[range].map { line in
                switch line {
                case .kept(let text): " \(text)\n"
                case .gone(let text): "-\(text)\n"
                case .new(let text): "+\(text)\n"
                }
            }.joined()
    }

    private static func counts(_ lines: ArraySlice<Line>) -> (old: Int, new: Int) {
        lines.reduce(into: (0, 0)) { sum, line in
            switch line {
            case .kept: (sum.0, sum.1) = (sum.0 + 1, sum.1 + 1)
            case .gone: sum.0 += 1
            case .new: sum.1 += 1
            }
        }
    }

    private static func lines(_ text: String) -> [String] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
        return lines
    }

    private static func edits(_ old: [String], _ new: [String]) -> [Line] {
        var removed: Set<Int> = []
        var inserted: Set<Int> = []
        for change in new.difference(from: old) {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): inserted.insert(offset)
            }
        }
        var lines: [Line] = []
        var (left, right) = (0, 0)
        while left < old.count || right < new.count {
            if left < old.count, removed.contains(left) {
                lines.append(.gone(old[left]))
                left += 1
            } else if right < new.count, inserted.contains(right) {
                lines.append(.new(new[right]))
                right += 1
            } else {
                lines.append(.kept(old[left]))
                left += 1
                right += 1
            }
        }
        return lines
    }
}
