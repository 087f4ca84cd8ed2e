/// An error as the operator sees it: what, why, what ran, how things stand, what to do next.
struct FiveLines: Hashable, Sendable {
    /// What went wrong, with where in the run.
    var error: String
    /// Why.
    var why: String
    /// The command that ran, with its result; `nil` when none did.
    var ran: String?
    /// How things stand now.
    var state: String
    /// What to do next.
    var next: String

    /// The lines, without a newline at the end.
    ///
    /// What hosts say is in them: nothing of it may reach the terminal as a command.
    var text: String {
        lines.map { "\($0.label):".padded(to: 7) + $0.value }.joined(separator: "\n").harmless
    }

    /// The same in lines of at most so many columns, each below the text of its label; `nil` leaves them whole.
    func text(width: Int?) -> String {
        guard let width else { return text }
        let label = 7
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        return lines.flatMap { line -> [String] in
            guard line.columns > width else { return [line] }
            let head = String(line.prefix(label))
            // A value of several lines may have some that begin at the edge.
            guard head.last == " " else { return line.folded(to: width) }
            let folded = String(line.dropFirst(label)).folded(to: max(20, width - label))
            return folded.enumerated().map { ($0 == 0 ? head : String(repeating: " ", count: label)) + $1 }
        }.joined(separator: "\n")
    }

    /// What each line is about, and what it says.
    var lines: [(label: String, value: String)] {
        [
            ("error", error), ("why", why), ("ran", ran ?? "nothing was run on a host for this"), ("state", state),
            ("next", next),
        ]
    }
}

/// An error with its exit code; every command ends with one of these or well.
struct Complaint: Error {
    /// What the operator sees; one block for each finding.
    var blocks: [FiveLines]
    /// How the program ends.
    var ending: Ending

    /// Makes a complaint of one block.
    init(_ block: FiveLines, _ ending: Ending) {
        self.init([block], ending)
    }

    /// Makes a complaint.
    init(_ blocks: [FiveLines], _ ending: Ending) {
        self.blocks = blocks
        self.ending = ending
    }
}
