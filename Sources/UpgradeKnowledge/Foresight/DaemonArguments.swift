internal import UpgradeCore

/// An argument of a daemon, with where it comes from.
struct DaemonArgument: Hashable {
    /// The flag with its dashes; an underscore counts as a dash, as the daemons read it.
    var flag: String
    /// Its value; `nil` for a flag alone.
    var value: String?
    /// Where it is written, or the daemon whose command line has it.
    var place: Finding.Place
}

/// Reads the arguments that a daemon has now, and would have after a restart.
///
/// Follows systemd: `ExecStart`, an empty one that resets it, `Environment`, EnvironmentFiles, `$NAME` that is split into
/// words and `${NAME}` that is not. What runs counts even where no file says it any more.
/// - Source: systemd.service(5), Command lines; systemd.exec(5), Environment
struct DaemonArguments {
    private struct Word {
        var text: String
        var file: String
        var line: Int
    }

    private let host: String
    private let daemon: HostConfiguration.Daemon
    private let files: [HostConfiguration.File]
    private let hostName: String

    init(host: String, _ daemon: HostConfiguration.Daemon, _ configuration: HostConfiguration) {
        self.host = host
        self.daemon = daemon
        files = daemon.files.compactMap { configuration.file($0) }
        hostName = configuration.hostName
    }

    /// The arguments, those of files first; one that files and the process have alike is there once.
    var all: [DaemonArgument] {
        var found: [DaemonArgument] = []
        var seen: Set<String> = []
        let configured = expanded().map { ($0.text, Finding.Place(host: host, file: $0.file, line: $0.line)) }
        let running = daemon.words.map { ($0, Finding.Place(host: host, object: "command line of \(daemon.name)")) }
        for argument in Self.arguments(configured) + Self.arguments(running)
        where seen.insert("\(argument.flag)=\(argument.value ?? "")").inserted {
            found.append(argument)
        }
        return found
    }

    private static func arguments(_ words: [(text: String, place: Finding.Place)]) -> [DaemonArgument] {
        var found: [DaemonArgument] = []
        for (index, word) in words.enumerated() where word.text.hasPrefix("--") && word.text.count > 2 {
            let parts = word.text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            var value = parts.count == 2 ? String(parts[1]) : nil
            // `--flag value` is two words; a flag alone is followed by a flag, or by nothing.
            if value == nil, words.indices.contains(index + 1), !words[index + 1].text.hasPrefix("-") {
                value = words[index + 1].text
            }
            let flag = String(parts[0]).replacing("_", with: "-")
            found.append(DaemonArgument(flag: flag, value: value, place: word.place))
        }
        return found
    }

    // MARK: systemd

    private func expanded() -> [Word] {
        var command: [Word] = []
        var variables: [String: Word] = [:]
        for file in files where file.kind == .unit {
            for (text, line) in Self.logicalLines(file) {
                if let value = Self.value(of: "ExecStart", text) {
                    let words = Self.words(specified(value)).map { Word(text: $0, file: file.path, line: line) }
                    // An empty assignment takes away what the files before it said.
                    command = words.isEmpty ? [] : command + words.dropFirst()
                } else if let value = Self.value(of: "Environment", text) {
                    let pairs = Self.words(specified(value))
                    if pairs.isEmpty { variables = [:] }
                    for pair in pairs { Self.assign(pair, file.path, line, &variables) }
                }
            }
        }
        for file in files where file.kind == .environment {
            for (text, line) in Self.logicalLines(file) { Self.assign(text, file.path, line, &variables) }
        }
        return command.flatMap { Self.expand($0, variables) } + settings(variables)
    }

    /// The specifiers that are known here, in their places; the others stay.
    ///
    /// - Source: systemd.unit(5), Specifiers
    private func specified(_ text: String) -> String {
        guard text.contains("%") else { return text }
        return text.replacing(/%[H%]/) { match in
            match.output == "%%" ? "%" : hostName.isEmpty ? "%H" : hostName
        }
    }

    /// etcd takes `ETCD_QUOTA_BACKEND_BYTES` for `--quota-backend-bytes`, as Debian's /etc/default/etcd has it; a flag
    /// that is given as well counts more, and comes first.
    /// - Source: etcd Documentation/op-guide/configuration.md (3.2)
    private func settings(_ variables: [String: Word]) -> [Word] {
        guard daemon.name == "etcd" else { return [] }
        return variables.filter { $0.key.hasPrefix("ETCD_") }.sorted { $0.key < $1.key }.map { name, value in
            let flag = name.dropFirst("ETCD_".count).lowercased().replacing("_", with: "-")
            return Word(text: "--\(flag)=\(value.text)", file: value.file, line: value.line)
        }
    }

    // Compiled once: a large cluster has thousands of words; Redaction says why they may be shared.
    private nonisolated(unsafe) static let whole = /\$([A-Za-z_][A-Za-z0-9_]*)/
    private nonisolated(unsafe) static let within = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/

    private static func expand(_ word: Word, _ variables: [String: Word]) -> [Word] {
        guard word.text.contains("$") else { return [word] }
        if let match = word.text.wholeMatch(of: whole) {
            guard let variable = variables[String(match.1)] else { return [] }
            return words(variable.text).map { Word(text: $0, file: variable.file, line: variable.line) }
        }
        guard word.text.contains("${") else { return [word] }
        var place = word
        place.text = word.text.replacing(within) { match in
            guard let variable = variables[String(match.1)] else { return "" }
            place.file = variable.file
            place.line = variable.line
            return variable.text
        }
        return place.text.isEmpty ? [] : [place]
    }

    /// Lines that a backslash at the end continues are one, with the number of the first; comments are none.
    ///
    /// In a unit a comment is none within continued lines either. In an EnvironmentFile, an open quote continues too.
    /// - Source: systemd.syntax(7); systemd.exec(5), EnvironmentFile
    private static func logicalLines(_ file: HostConfiguration.File) -> [(text: String, line: Int)] {
        var lines: [(text: String, line: Int)] = []
        var open: (text: String, line: Int)?
        for (index, line) in file.text.textLines.enumerated() {
            if open == nil || file.kind == .unit,
                let first = line.first(where: { $0 != " " && $0 != "\t" }), first == "#" || first == ";"
            {
                continue
            }
            let isContinued = line.hasSuffix("\\")
            let part = isContinued ? String(line.dropLast()) : String(line)
            open = open.map { ($0.text + " " + part, $0.line) } ?? (part, index + 1)
            if !isContinued, let whole = open, file.kind == .unit || !hasOpenQuote(whole.text) {
                lines.append(whole)
                open = nil
            }
        }
        return open.map { lines + [$0] } ?? lines
    }

    /// Whether the value of an assignment begins with a quote that does not end on its line.
    private static func hasOpenQuote(_ assignment: String) -> Bool {
        let value = assignment.drop { $0 != "=" }.dropFirst().drop(while: \.isWhitespace)
        guard let quote = value.first, quote == "\"" || quote == "'" else { return false }
        return !value.dropFirst().contains(quote)
    }

    private static func value(of key: String, _ line: String) -> String? {
        let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].filter({ !$0.isWhitespace }) == key else { return nil }
        return String(parts[1])
    }

    private static func assign(_ pair: String, _ file: String, _ line: Int, _ variables: inout [String: Word]) {
        let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return }
        let name = parts[0].filter { !$0.isWhitespace }
        var value = parts[1].drop { $0 == " " || $0 == "\t" }
        while let last = value.last, last.isWhitespace { value.removeLast() }
        if let quote = value.first, quote == "\"" || quote == "'", value.count > 1, value.last == quote {
            value = value.dropFirst().dropLast()
        }
        variables[name] = Word(text: String(value), file: file, line: line)
    }

    /// Words at white space; quotes keep theirs together and go.
    private static func words(_ text: String) -> [String] {
        var words: [String] = []
        var word = ""
        var quote: Character?
        var isOpen = false
        for character in text {
            if let open = quote {
                if character == open { quote = nil } else { word.append(character) }
            } else if character == "\"" || character == "'" {
                quote = character
                isOpen = true
            } else if character.isWhitespace {
                if isOpen || !word.isEmpty { words.append(word) }
                word = ""
                isOpen = false
            } else {
                word.append(character)
            }
        }
        return isOpen || !word.isEmpty ? words + [word] : words
    }
}
