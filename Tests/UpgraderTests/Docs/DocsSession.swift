import Foundation
import UpgradeTestSupport

/// The `console` blocks of a page, run from its first to its last in one shell and one directory of its own.
///
/// A line that begins with `$ ` is a command, one with `> ` goes on with it, and the others are what it prints, on
/// either output. `...` alone stands for any lines, within a line for any text; run names, moments, durations, people, digests
/// and ports count as equal. A command must end with 0, unless the next one is `echo $?`.
struct DocsSession {
    /// A command and what the page says that it prints.
    struct Command {
        var line: Int
        var text: String
        var expected: [String]
    }

    /// What a command printed, and how it ended.
    struct Outcome {
        var printed: [String]
        var code: Int
    }

    let page: DocsPage
    let commands: [Command]
    /// The directory; it has `playbooks`.
    let scratch: ScratchDirectory

    init(_ page: DocsPage) throws {
        self.page = page
        commands = page.blocks.filter { $0.info == "console" }.flatMap(Self.commands)
        scratch = try ScratchDirectory()
        let playbooks = scratch.path + "/playbooks"
        try FileManager.default.copyItem(atPath: Golden.root + "/playbooks", toPath: playbooks)
        // Whoever kills must meet the action, whatever else the machine does; nobody else needs to wait.
        let pace = commands.contains { $0.text.contains("kill ") } ? "150ms" : "10ms"
        let embedded = try String(contentsOfFile: playbooks + "/embedded.yaml", encoding: .utf8)
        try scratch.write(
            Data(embedded.replacing("pace: 100ms", with: "pace: \(pace)").utf8),
            to: "playbooks/embedded.yaml"
        )
    }

    /// The commands of a block.
    static func commands(_ block: DocsPage.Block) -> [Command] {
        var commands: [Command] = []
        for (index, line) in block.lines.enumerated() {
            if line.hasPrefix("$ ") {
                commands.append(Command(line: block.line + index, text: String(line.dropFirst(2)), expected: []))
            } else if line.hasPrefix("> "), let last = commands.last, last.expected.isEmpty {
                commands[commands.count - 1].text += "\n" + line.dropFirst(2)
            } else if !commands.isEmpty {
                commands[commands.count - 1].expected.append(line)
            }
        }
        return commands
    }

    /// Runs them; a shell that ended before the last has fewer outcomes.
    func run() async throws -> [Outcome] {
        let mark = "\u{1}"
        let script = commands.map { "\($0.text)\ncode=$?; printf '\(mark)%s\(mark)' \"$code\"; (exit $code)\n" }
        try scratch.write(Data(("exec 2>&1\n" + script.joined()).utf8), to: ".session")
        let programs = URL(fileURLWithPath: Program.upgrader).deletingLastPathComponent().path
        let inherited = ProcessInfo.processInfo.environment
        let own = [
            "PATH": "\(programs):\(inherited["PATH"] ?? "")", "HOME": scratch.path, "LC_ALL": "C.UTF-8",
            "TERM": "xterm",
            "TZ": "UTC",
        ]
        let shell = try Program(
            "/bin/bash",
            [".session"],
            in: scratch.path,
            environment: inherited.merging(own, uniquingKeysWith: { $1 })
        )
        let parts = try await shell.wait(deadline: .seconds(420)).output.components(separatedBy: mark)
        return stride(from: 0, to: parts.count - 1, by: 2).map { index in
            Outcome(printed: plain(parts[index].components(separatedBy: "\n")), code: Int(parts[index + 1]) ?? -1)
        }
    }

    /// Lines without what a shell says of jobs, without waiting, and without the end of the last one.
    private func plain(_ lines: [String]) -> [String] {
        var kept = lines.filter { $0.firstMatch(of: /^\S+: line [0-9]+: +[0-9]+ (Killed|Terminated)/) == nil }
        if kept.last == "" { kept.removeLast() }
        return kept
    }

    /// What differs from run to run, by one name for each kind; progress of a slow look at the cluster is left out.
    static func normalized(_ lines: [String]) -> [String] {
        lines.filter { !$0.hasPrefix("looking at the cluster") && !$0.hasPrefix("looking for the best path") }.map {
            line in
            line.replacing(/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]+Z?/, with: "MOMENT")
                .replacing(/[0-9]{8}-[0-9]{6}(-[a-z]{4})?(-[0-9]+)?/, with: "RUN")
                .replacing(/\b[0-9]+(\.[0-9]+)? (ms|s|min|h)\b/, with: "DURATION")
                .replacing(/\b(by|to) [A-Za-z0-9._-]+@[A-Za-z0-9._-]+/) { "\($0.output.1) PERSON" }
                .replacing(/\(pid [0-9]+\)/, with: "(pid PID)")
                .replacing(/\b[0-9a-f]{64}\b/, with: "DIGEST")
                .replacing(/127\.0\.0\.1:[0-9]+/, with: "127.0.0.1:PORT")
        }
    }

    /// Whether lines are what a page says, `...` being any text or any lines.
    static func matches(_ printed: some Collection<String>, _ expected: some Collection<String>) -> Bool {
        guard let wanted = expected.first else { return printed.isEmpty }
        let rest = expected.dropFirst()
        if wanted == "..." {
            return printed.indices.contains { matches(printed[$0...], rest) } || matches(printed.suffix(0), rest)
        }
        guard let line = printed.first, matches(line: line, wanted) else { return false }
        return matches(printed.dropFirst(), rest)
    }

    private static func matches(line: String, _ wanted: String) -> Bool {
        let parts = wanted.components(separatedBy: "...")
        guard parts.count > 1 else { return line == wanted }
        guard let first = parts.first, let last = parts.last, line.hasPrefix(first) else { return false }
        var left = line.dropFirst(first.count)
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let found = left.range(of: part) else { return false }
            left = left[found.upperBound...]
        }
        return left.hasSuffix(last)
    }
}
