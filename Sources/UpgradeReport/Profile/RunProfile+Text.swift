extension RunProfile {
    /// The profile for a terminal: what took longest first, then the phases.
    public var text: String {
        var lines = [
            "\(run): worked on for \(Clock.length(worked)), its steps took \(Clock.length(seconds.all)) together", "",
        ]
        let head = ["", "all", "act", "in commands", "wait", "look", "other", "times", "longest", ""]
        let body = rows.map { row in
            [Self.name(row)] + Self.cells(row.seconds) + ["\(row.attempts)", Self.length(row.longest), row.slowest]
        }
        lines += Self.table(
            [head] + body + [["all"] + Self.cells(seconds) + ["\(rows.map(\.attempts).reduce(0, +))", "", ""]]
        )
        lines.append("")
        lines += Self.table(
            [["", "took", "lanes together", "longest gap between two"]]
                + parts.map { part in
                    [
                        part.phase, Self.length(part.wall), Self.length(part.sum),
                        part.longestGap.map(Self.length) ?? "",
                    ]
                }
        )
        lines += [
            "",
            "act: actions, from their intent to their end on disk; of that in commands on hosts, of which a simulated cluster has none.",
            "wait: gates that were shut. look: asking the cluster, connecting for it included. other: deciding, writing down.",
            "Times in which nobody worked on the run do not count.",
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    /// Below ten seconds with a tenth: most steps take a second or two, and there are many.
    private static func length(_ seconds: Double) -> String {
        if seconds < 1 { return Clock.length(seconds) }
        if seconds >= 9.95 { return Clock.length(seconds.rounded()) }
        let tenths = Int((seconds * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) s"
    }

    private static func name(_ row: Row) -> String { "\(row.phase)/\(row.step)" }

    private static func cells(_ seconds: Seconds) -> [String] {
        [seconds.all, seconds.acting, seconds.commands, seconds.waiting, seconds.looking, seconds.other].map(
            Self.length
        )
    }

    /// Columns as wide as their widest cell; the first and the last to the left, the others to the right.
    private static func table(_ rows: [[String]]) -> [String] {
        let columns = rows.first?.indices ?? 0..<0
        let widths = columns.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = columns.map { column in
                let space = String(repeating: " ", count: widths[column] - row[column].count)
                return column == 0 || column == widths.count - 1 && widths.count > 4
                    ? row[column] + space : space + row[column]
            }
            return String(cells.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
        }
    }
}
