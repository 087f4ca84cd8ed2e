public import UpgradeCore

/// One line of what happened in a run.
public struct LogEntry: Hashable, Sendable {
    /// Seconds since 1970.
    public var time: Double
    /// What happened, in one word that is stable: the record's name, or `ran`, `waits`, `gate`, `opened`.
    public var event: String
    /// The step; `nil` for what is about the run.
    public var key: StepKey?
    /// What happened, for people, without the step.
    public var text: String
    /// How long what has ended took, in seconds.
    public var took: Double?
    /// What a command printed, or more about a failure.
    public var detail: String?

    /// For people: one line, and what was printed below it.
    public var lines: [String] {
        let head = [Clock.stamp(time), key?.description, text].compactMap { $0 }.joined(separator: " ").onePrintableLine
        let below = (detail ?? "").split(separator: "\n", omittingEmptySubsequences: true)
        return [head] + below.map { "    | \($0)".onePrintableLine }
    }

    /// For programs, on one line.
    public var json: String {
        get throws { String(decoding: try JSON.line(Document(self)), as: UTF8.self) }
    }

    private struct Document: Encodable {
        var schema = 1
        var time: String
        var event: String
        var step: String?
        var host: String?
        var text: String
        var took: Double?
        var detail: String?

        init(_ entry: LogEntry) {
            time = Clock.stamp(entry.time)
            event = entry.event
            step = entry.key?.description
            host = entry.key?.target.description
            text = entry.text
            took = entry.took
            detail = entry.detail
        }
    }
}

extension String {
    /// The text on one line: what could move the cursor, start an escape sequence or turn the text round is a space.
    public var onePrintableLine: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.map { scalar in
                    switch scalar.properties.generalCategory {
                    case .control, .format, .lineSeparator, .paragraphSeparator: " "
                    default: scalar
                    }
                }
            )
        )
    }
}
