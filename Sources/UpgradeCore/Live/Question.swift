/// A probe made ready for a host: what to run where, and how to read what it prints.
///
/// Command and reader stand side by side, so that one is never changed without the other.
struct Question: Sendable {
    /// Where a question is asked.
    enum Place: Hashable, Sendable {
        /// On this host.
        case host(String)
        /// On the first control-plane host that can be reached.
        case controlPlane
    }

    /// When a command was sent and when its answer had come, by the operator's clock in seconds.
    struct Times: Hashable, Sendable {
        var sent: Double = 0
        var received: Double = 0
    }

    var place: Place
    var command: Command
    /// How long an answer may take where that is more than seconds.
    var deadline: Duration?
    /// Reads the answer from what the command printed.
    var read: @Sendable (CommandResult, Times) throws(ReadingError) -> Answer
}

/// Why an answer could not be read.
enum ReadingError: Error, Hashable, Sendable {
    /// The command ended badly.
    case failed
    /// The output is not what it should be, and why.
    case unreadable(String)
}

/// The output of a script that asks several things: each part ends with a line `@upgrader NAME STATUS`.
///
/// A part that is missing was cut off: the connection or the script ended too early.
struct Sections {
    struct Part: Hashable {
        var text: String
        var status: Int

        var succeeded: Bool { status == 0 }
    }

    private var parts: [String: Part] = [:]

    init(_ output: String) {
        var lines: [Substring] = []
        for line in output.textLines {
            let words = line.split(separator: " ")
            if words.count == 3, words[0] == "@upgrader", let status = Int(words[2]) {
                let text = lines.joined(separator: "\n").trimmingNewlines()
                parts[String(words[1])] = Part(text: text, status: status)
                lines = []
            } else {
                lines.append(line)
            }
        }
    }

    func part(_ name: String) throws(ReadingError) -> Part {
        guard let part = parts[name] else { throw .unreadable("the part \"\(name)\" is missing") }
        return part
    }
}

extension StringProtocol {
    /// The text without white space at its ends.
    func trimmingNewlines() -> String {
        var rest = self[...]
        while let first = rest.first, first.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return String(rest)
    }
}
