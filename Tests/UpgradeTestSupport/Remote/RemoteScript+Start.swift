public import UpgradeCore

/// The first line of a chain; each does what the method of the same name does on a longer script.
extension RemoteScript {
    /// Expects a command and answers with what it prints and how it ends.
    public static func on(
        _ host: String,
        _ words: [WordPattern],
        output: String = "",
        errorOutput: String = "",
        outcome: CommandOutcome = .exited(0),
        input: WordPattern? = nil,
        needsRoot: Bool? = nil,
        times: Int? = 1
    ) -> RemoteScript {
        RemoteScript().on(
            host,
            words,
            output: output,
            errorOutput: errorOutput,
            outcome: outcome,
            input: input,
            needsRoot: needsRoot,
            times: times
        )
    }

    /// Expects a command and computes its answer, or throws.
    public static func on(
        _ host: String,
        _ words: [WordPattern],
        input: WordPattern? = nil,
        needsRoot: Bool? = nil,
        times: Int? = 1,
        answer: @escaping @Sendable (Command) throws(RemoteError) -> CommandResult
    ) -> RemoteScript {
        RemoteScript().on(host, words, input: input, needsRoot: needsRoot, times: times, answer: answer)
    }

    /// Expects a command and throws instead of an answer.
    public static func on(
        _ host: String,
        _ words: [WordPattern],
        input: WordPattern? = nil,
        needsRoot: Bool? = nil,
        times: Int? = 1,
        throwing error: RemoteError
    ) -> RemoteScript {
        RemoteScript().on(host, words, input: input, needsRoot: needsRoot, times: times, throwing: error)
    }

    /// Expects a command and loses the connection before or after it.
    public static func on(
        _ host: String,
        _ words: [WordPattern],
        input: WordPattern? = nil,
        needsRoot: Bool? = nil,
        times: Int? = 1,
        losing loss: Loss
    ) -> RemoteScript {
        RemoteScript().on(host, words, input: input, needsRoot: needsRoot, times: times, losing: loss)
    }

    /// Expects a file to be copied to `path`; `receive` is given its bytes.
    public static func upload(
        _ host: String,
        to path: WordPattern,
        times: Int? = 1,
        receive: @escaping @Sendable ([UInt8]) -> Void = { _ in }
    ) -> RemoteScript {
        RemoteScript().upload(host, to: path, times: times, receive: receive)
    }

    /// Expects `path` to be copied from the host and gives it these contents.
    public static func download(
        _ host: String,
        _ path: WordPattern,
        contents: String,
        needsRoot: Bool? = nil,
        times: Int? = 1
    ) -> RemoteScript {
        RemoteScript().download(host, path, contents: contents, needsRoot: needsRoot, times: times)
    }
}
