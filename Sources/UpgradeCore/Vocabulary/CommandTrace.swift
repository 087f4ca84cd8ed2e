/// A command that has ended on a host: what a report shows of it; secrets are taken out before it is made.
public struct CommandTrace: Hashable, Sendable, Codable {
    /// The host that it ran on.
    public var host: String
    /// The command as a person would type it.
    public var command: String
    /// How it ended: `exit 0`, `signal KILL`.
    public var status: String
    /// How long it took, in seconds; for a job from its start, or from the first look at one that ran already.
    public var seconds: Double
    /// The end of what it printed; empty when nothing.
    public var output: String

    /// Makes a trace.
    public init(host: String, command: String, status: String, seconds: Double, output: String) {
        self.host = host
        self.command = command
        self.status = status
        self.seconds = seconds
        self.output = output
    }

    /// Makes a trace of a command with its secrets taken out, and of its last twenty lines at most.
    init(_ command: Command, on host: String, status: String, took: Duration, output: String) {
        self.init(
            host: host,
            command: Redaction.redact(command),
            status: status,
            seconds: took / .seconds(1),
            output: Self.bounded(Redaction.tail(output))
        )
    }

    /// Twenty lines are a few KiB; one of a program that writes no newlines may be anything.
    private static let limit = 8192

    private static func bounded(_ text: String) -> String {
        text.utf8.count <= limit ? text : "\u{2026}" + String(decoding: text.utf8.suffix(limit), as: UTF8.self)
    }
}

extension CommandOutcome {
    /// How the command ended, in two words.
    var text: String {
        switch self {
        case .exited(let status): "exit \(status)"
        case .signaled(let name): "signal \(name)"
        }
    }
}
