/// Reads what `HostScripts.configuration` prints.
enum HostConfigurationReading {
    static func configuration(_ text: String) throws(ReadingError) -> HostConfiguration {
        var found = HostConfiguration()
        var isWhole = false
        for block in blocks(of: text) {
            let words = block.head.split(separator: " ", maxSplits: 2).map(String.init)
            switch (words.first ?? "", words.count) {
            case ("fact", 2): keep(words[1], block.lines.first ?? "", in: &found)
            case ("holds", 1): found.holds = block.lines.filter { !$0.isEmpty }
            case ("conffiles", 1): found.conffiles = try block.lines.filter { !$0.isEmpty }.map(conffile)
            case ("daemon", 2): found.daemons.append(.init(name: words[1]))
            case ("words", 1):
                // The first word is the program; an argument is one line, for no daemon takes one with a newline.
                let arguments = Array(block.lines.dropFirst().filter { !$0.isEmpty })
                if let last = found.daemons.indices.last {
                    found.daemons[last].program = block.lines.first ?? ""
                    found.daemons[last].words = Redaction.redact(words: arguments)
                }
            case ("file", 3): try keep(words[1], words[2], block.lines, in: &found)
            case ("certificates", 1):
                found.certificates = block.lines.compactMap(end).map { .init(path: $0, notAfter: $1) }
            case ("tokens", 1): found.tokens = block.lines.compactMap(end).map { .init(path: $0, notAfter: $1) }
            case ("end", 1): isWhole = true
            default: throw .unreadable("not a head: \(block.head.prefix(80))")
            }
        }
        guard isWhole else { throw .unreadable("the end is missing") }
        return found
    }

    private struct Block {
        var head: String
        var lines: [String] = []
    }

    private static func blocks(of text: String) -> [Block] {
        var blocks: [Block] = []
        for line in text.textLines where !line.isEmpty {
            // By bytes: what begins with a combining mark makes one Character of it and the space.
            if line.utf8.first != UInt8(ascii: " ") {
                blocks.append(Block(head: String(line)))
            } else if !blocks.isEmpty {
                blocks[blocks.count - 1].lines.append(String(Substring(line.utf8.dropFirst())))
            }
        }
        return blocks
    }

    private static func keep(_ fact: String, _ value: String, in found: inout HostConfiguration) {
        switch fact {
        case "clock": found.clock = HostClock.seconds(value)
        case "name": found.hostName = value
        case "kernel": found.kernel = value
        case "iptables": found.iptables = value
        case "cgroup": found.cgroupDriver = value
        default: break
        }
    }

    private static func keep(
        _ kind: String,
        _ path: String,
        _ lines: [String],
        in found: inout HostConfiguration
    ) throws(ReadingError) {
        guard let kind = HostConfiguration.File.Kind(rawValue: kind) else { throw .unreadable("not a kind: \(kind)") }
        if kind != .network, let last = found.daemons.indices.last { found.daemons[last].files.append(path) }
        guard found.file(path) == nil else { return }
        let text = Redaction.redact(lines.joined(separator: "\n"))
        found.files.append(.init(kind: kind, path: path, text: text))
    }

    private static func conffile(_ line: String) throws(ReadingError) -> HostConfiguration.ChangedConffile {
        let words = line.split(separator: " ", maxSplits: 2).map(String.init)
        guard words.count == 3, let state = HostConfiguration.ChangedConffile.State(rawValue: words[0]) else {
            throw .unreadable("not a conffile: \(line.prefix(80))")
        }
        return .init(state: state, package: words[1], path: words[2])
    }

    /// The file and the end of what it holds.
    private static func end(_ line: String) -> (path: String, notAfter: Double)? {
        let words = line.split(separator: " ", maxSplits: 1)
        guard words.count == 2, let end = HostClock.seconds(words[0]) else { return nil }
        return (String(words[1]), end)
    }
}
