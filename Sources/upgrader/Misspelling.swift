internal import ArgumentParser
internal import UpgradeCore

/// A word in the place of a command that is none.
struct Misspelling {
    /// The commands before it.
    var path: [String]
    /// The word.
    var word: String
    /// What could stand there.
    var commands: [String]

    /// Looks for one in a command line; `nil` where each word in the place of a command is one.
    ///
    /// - Parameters:
    ///   - words: without the name of the program.
    ///   - root: the program.
    init?(in words: some Collection<String>, of root: any ParsableCommand.Type) {
        var command = root
        var path = ["upgrader"]
        for word in words {
            let choices = command.configuration.subcommands
            // What stands behind a command that does something is for it to judge.
            guard !choices.isEmpty, command.configuration.defaultSubcommand == nil, !word.hasPrefix("-"), word != "help"
            else { return nil }
            guard let next = choices.first(where: { $0.configuration.commandName == word }) else {
                self.path = path
                self.word = word
                commands = choices.compactMap { $0.configuration.commandName }
                return
            }
            command = next
            path.append(word)
        }
        return nil
    }

    /// What the operator is told.
    var complaint: Complaint {
        let near = Spelling.nearest(to: word, among: commands)
        let before = path.joined(separator: " ")
        return Complaint(
            FiveLines(
                error: "\(before) has no command \(word)",
                why: near.map { "did you mean `\(before) \($0)`?" } ?? "it has \(commands.joined(separator: ", "))",
                state: "nothing was done",
                next: "`\(before) --help` says what each command does"
            ),
            .usage
        )
    }
}
