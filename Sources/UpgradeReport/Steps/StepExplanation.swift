public import UpgradeCore

/// What a step is for, what it did or will do, how that is undone, and where it can be read.
public struct StepExplanation: Hashable, Sendable, Encodable {
    /// An action with its commands and its inverse.
    public struct Deed: Hashable, Sendable, Encodable {
        /// What it does.
        public var action: String
        /// Its commands, as `host: command`.
        public var commands: [String]
        /// What undoes it; `nil` where nothing in this program does.
        public var inverse: String?
        /// The commands of that.
        public var inverseCommands: [String]

        /// Makes a deed of an action.
        public init(_ action: Action, playbook: Playbook) {
            self.action = action.title
            commands = WhyReport.commands(action, playbook)
            let undo = action.sideEffect?.inverse
            inverse = undo?.title
            inverseCommands = undo.map { WhyReport.commands($0, playbook) } ?? []
        }
    }

    /// The form of the JSON, raised when it changes.
    public var schema = 1
    /// The step's id.
    public var step: String
    /// What it is for.
    public var title: String
    /// Its key, where one step of a plan was asked for.
    public var key: String?
    /// Its place in the plan.
    public var number: Int?
    /// How it stands in the run: `done`, `failed`, `in hand`, `to come`; absent without a run.
    public var standing: String?
    /// Where the actions come from: the journal of a run, or a rehearsal.
    public var origin: String?
    /// What it did, or would do.
    public var deeds: [Deed]
    /// What it does, in general.
    public var does: String
    /// Why it is there.
    public var why: String
    /// How it is undone, in general.
    public var undo: String
    /// What follows when it is left out after it has failed; absent for a step that may not be.
    public var skip: String?
    /// Where that can be read.
    public var sources: [String]

    /// Makes an explanation of a kind of step.
    public init(step: StepID, title: String, guide: StepGuide) {
        self.step = step.description
        self.title = title
        deeds = []
        does = guide.does
        why = guide.why
        undo = guide.undo
        skip = guide.skip
        sources = guide.sources
    }

    /// For people.
    public var lines: [String] {
        var lines = [key ?? step, "title:   \(title)"]
        if let number, let standing { lines.append("stands:  \(standing), step \(number) of the plan") }
        lines += ["does:    \(does)", "why:     \(why)"]
        if let origin { lines.append("actions: \(origin)") }
        if origin != nil, deeds.isEmpty { lines.append("  none: it only looks, or all was as it should be") }
        for deed in deeds {
            lines.append("  \(deed.action)")
            lines += deed.commands.map { "    \($0)" }
            if let inverse = deed.inverse {
                lines.append("    undone by: \(inverse)")
                lines += deed.inverseCommands.map { "      \($0)" }
            }
        }
        lines += ["undo:    \(undo)", "skip:    \(skip.map { "may be, once it has failed: \($0)" } ?? "never")"]
        return lines + sources.map { "source:  \($0)" }
    }
}
