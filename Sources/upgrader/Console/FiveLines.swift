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
