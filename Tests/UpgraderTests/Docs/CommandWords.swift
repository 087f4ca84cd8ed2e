import Foundation
import UpgradeTestSupport

/// The commands of the program with their options, as it tells them itself.
struct CommandWords: Decodable, Sendable {
    struct Option: Decodable, Sendable {
        struct Name: Decodable, Sendable {
            var kind: String
            var name: String
        }

        var kind: String
        var names: [Name]?
        var isOptional: Bool
        var isRepeating: Bool
        var parsingStrategy: String
    }

    struct Command: Decodable, Sendable {
        var commandName: String
        var arguments: [Option]?
        var subcommands: [Command]?
    }

    var command: Command

    /// Asks the program.
    static func asked() async throws -> CommandWords {
        let scratch = try ScratchDirectory()
        let help = try await Program(Program.upgrader, ["--experimental-dump-help"], in: scratch.path).wait()
        return try JSONDecoder().decode(CommandWords.self, from: Data(help.output.utf8))
    }

    /// Holds a line that begins with `upgrader` against what the program says of itself.
    ///
    /// - Parameters:
    ///   - line: of a shell, or a synopsis with `[` and `]`.
    ///   - isWhole: whether all that is required must be there; a text may name a command alone.
    /// - Returns: what is wrong; `nil` where the program would take it.
    func mistake(in line: String, isWhole: Bool) -> String? {
        var words = Self.words(line)[...]
        guard words.popFirst() == "upgrader" else { return "it does not begin with upgrader" }
        var found = command
        while let subcommands = found.subcommands, let word = words.first, !word.hasPrefix("-") {
            guard let next = subcommands.first(where: { $0.commandName == word }) else {
                return "\(found.commandName) has no command \(word)"
            }
            found = next
            words.removeFirst()
        }
        return Self.mistake(of: found, words, isWhole)
    }

    private static func mistake(of command: Command, _ words: ArraySlice<String>, _ isWhole: Bool) -> String? {
        let options = command.arguments ?? []
        let places = options.filter { $0.kind == "positional" }
        // `upgrader package publish` hands its words on as they are.
        if places.contains(where: { $0.parsingStrategy != "default" }) { return nil }
        var words = words
        var count = 0
        while let word = words.popFirst() {
            guard word.hasPrefix("-"), word != "-" else {
                count += 1
                continue
            }
            let name = word.drop { $0 == "-" }.prefix { $0 != "=" }
            guard let option = options.first(where: { $0.names?.contains { $0.name == name } ?? false }) else {
                return "\(command.commandName) has no option \(word)"
            }
            guard option.kind == "option", !word.contains("=") else { continue }
            // A text may speak of an option without saying what it is given.
            if words.popFirst() == nil, isWhole { return "\(word) lacks its value" }
        }
        if count > places.count, !places.contains(where: \.isRepeating), command.subcommands == nil {
            return "\(command.commandName) takes \(places.count) words, not \(count)"
        }
        let required = places.count { !$0.isOptional }
        return isWhole && count < required ? "\(command.commandName) wants \(required) words" : nil
    }

    /// The words of a line up to a pipe, a redirection, `;`, `&` or a comment.
    static func words(_ line: String) -> [String] {
        var plain = line
        // What a synopsis says behind its columns, and a comment.
        plain = plain.replacing(/\s{2,}#.*|\s{3,}[a-z].*/, with: "")
        // A quoted text is one word.
        plain = plain.replacing(/"[^"]*"|'[^']*'/, with: "QUOTED").replacing(/[\[\]…]/, with: " ")
        let words = plain.split(separator: " ").map(String.init)
        let end = words.firstIndex { ["|", ">", ">>", "&", "&&", ";", "||", "2>&1"].contains($0) || $0.hasPrefix(">") }
        return Array(words[..<(end ?? words.endIndex)]).map { $0.hasSuffix(";") ? String($0.dropLast()) : $0 }
    }

    /// The commands of ours in a line of a shell.
    static func ours(_ line: String) -> [String] {
        line.components(separatedBy: "; ").flatMap { $0.components(separatedBy: " && ") }.flatMap {
            $0.components(separatedBy: "$(")
        }
        .map { $0.trimmingCharacters(in: .whitespaces) }.filter { $0.hasPrefix("upgrader ") }
    }
}
