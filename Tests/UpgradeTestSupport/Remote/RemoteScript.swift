public import UpgradeCore

/// A list of calls that a `ScriptedRemote` expects, each with its answer; written as a chain of `.on(…)`.
public struct RemoteScript: Sendable {
    /// One expected call.
    struct Line: Sendable {
        var host: String
        var call: Call
        var answer: Answer
        /// How often the line answers; `nil` is without limit, and then it need not be used at all.
        var times: Int?
    }

    /// What the call must look like.
    enum Call: Sendable {
        case command([WordPattern], input: WordPattern?, needsRoot: Bool?)
        case upload(path: WordPattern)
        case download(path: WordPattern, needsRoot: Bool?)
    }

    /// What the caller gets.
    enum Answer: Sendable {
        case result(CommandResult)
        case computed(@Sendable (Command) throws(RemoteError) -> CommandResult)
        case failure(RemoteError)
        case uploaded(@Sendable ([UInt8]) -> Void)
        case file([UInt8])
    }

    /// When a scripted connection ends, seen from the command.
    public enum Loss: Sendable {
        /// Before the command was sent: it cannot have run.
        case beforeCommand
        /// After the command was sent: it may have run.
        case afterCommand
    }

    var lines: [Line] = []

    /// Makes an empty script: every call is a trap.
    public init() {}

    /// Expects a command and answers with what it prints and how it ends.
    ///
    /// - Parameters:
    ///   - host: the name of the host.
    ///   - words: one pattern a word; a plain string stands for itself, `.rest` for all words that follow.
    ///   - output: standard output of the answer.
    ///   - errorOutput: standard error of the answer.
    ///   - outcome: how the command ends.
    ///   - input: what the command must read on standard input; `nil` is no input.
    ///   - needsRoot: whether the command must ask for root; `nil` is either.
    ///   - times: how often the line answers; `nil` is without limit.
    /// - Returns: the script with this line at its end.
    public func on(
        _ host: String,
        _ words: [WordPattern],
        output: String = "",
        errorOutput: String = "",
        outcome: CommandOutcome = .exited(0),
        input: WordPattern? = nil,
        needsRoot: Bool? = nil,
        times: Int? = 1
    ) -> RemoteScript {
        let result = CommandResult(output: output, errorOutput: errorOutput, outcome: outcome)
        return adding(host, .command(words, input: input, needsRoot: needsRoot), .result(result), times)
    }

    /// Expects a command and computes its answer, or throws.
    public func on(
        _ host: String,
        _ words: [WordPattern],
        input: WordPattern? = nil,
        needsRoot: Bool? = nil,
        times: Int? = 1,
        answer: @escaping @Sendable (Command) throws(RemoteError) -> CommandResult
    ) -> RemoteScript {
        adding(host, .command(words, input: input, needsRoot: needsRoot), .computed(answer), times)
    }

    /// Expects a command and throws instead of an answer.
    public func on(
        _ host: String,
        _ words: [WordPattern],
        input: WordPattern? = nil,
        needsRoot: Bool? = nil,
        times: Int? = 1,
        throwing error: RemoteError
    ) -> RemoteScript {
        adding(host, .command(words, input: input, needsRoot: needsRoot), .failure(error), times)
    }

    /// Expects a command and loses the connection before or after it.
    public func on(
        _ host: String,
        _ words: [WordPattern],
        input: WordPattern? = nil,
        needsRoot: Bool? = nil,
        times: Int? = 1,
        losing loss: Loss
    ) -> RemoteScript {
        let sent =
            switch loss {
            case .beforeCommand: false
            case .afterCommand: true
            }
        let error = RemoteError.lost(host: host, sent: sent, reason: "the script lost the connection")
        return adding(host, .command(words, input: input, needsRoot: needsRoot), .failure(error), times)
    }

    /// Expects a file to be copied to `path`; `receive` is given its bytes.
    public func upload(
        _ host: String,
        to path: WordPattern,
        times: Int? = 1,
        receive: @escaping @Sendable ([UInt8]) -> Void = { _ in }
    ) -> RemoteScript {
        adding(host, .upload(path: path), .uploaded(receive), times)
    }

    /// Expects a file to be copied to `path` and throws.
    public func upload(
        _ host: String,
        to path: WordPattern,
        times: Int? = 1,
        throwing error: RemoteError
    ) -> RemoteScript {
        adding(host, .upload(path: path), .failure(error), times)
    }

    /// Expects `path` to be copied from the host and gives it these contents.
    public func download(
        _ host: String,
        _ path: WordPattern,
        contents: String,
        needsRoot: Bool? = nil,
        times: Int? = 1
    ) -> RemoteScript {
        adding(host, .download(path: path, needsRoot: needsRoot), .file(Array(contents.utf8)), times)
    }

    /// Expects `path` to be copied from the host and throws.
    public func download(
        _ host: String,
        _ path: WordPattern,
        needsRoot: Bool? = nil,
        times: Int? = 1,
        throwing error: RemoteError
    ) -> RemoteScript {
        adding(host, .download(path: path, needsRoot: needsRoot), .failure(error), times)
    }

    /// Returns the lines of both scripts.
    public func and(_ other: RemoteScript) -> RemoteScript {
        var both = self
        both.lines += other.lines
        return both
    }

    private func adding(_ host: String, _ call: Call, _ answer: Answer, _ times: Int?) -> RemoteScript {
        var longer = self
        longer.lines.append(Line(host: host, call: call, answer: answer, times: times))
        return longer
    }
}
