/// Runs commands and copies files on hosts: the seam that speaks text.
///
/// A conforming type keeps its connections for reuse, allows concurrent calls for the same and for different hosts,
/// checks host keys always, and passes `RemoteConformance`.
public protocol Remote: Sendable {
    /// Runs `command` on `host` and waits for its end.
    ///
    /// - Parameters:
    ///   - command: its words, and what it is given on stdin.
    ///   - host: where it runs.
    ///   - deadline: for the whole call, connecting included.
    /// - Returns: what the command printed and how it ended; a non-zero exit status is a result, not an error.
    /// - Throws: `RemoteError`; `.lost(sent: true)` when the command may have run.
    func run(_ command: Command, on host: Host, deadline: Duration) async throws(RemoteError) -> CommandResult

    /// Copies a local file to `path` on `host`, compares its SHA-256 there, then moves it into place atomically.
    func upload(_ localPath: String, to path: String, on host: Host, deadline: Duration) async throws(RemoteError)

    /// Copies `path` on `host` to a local file, compares its SHA-256, then moves it into place atomically, mode 0600.
    ///
    /// - Parameters:
    ///   - path: the file on the host.
    ///   - host: where it is read.
    ///   - localPath: where it is put.
    ///   - needsRoot: whether the file is read with sudo.
    ///   - deadline: for the whole call, connecting included.
    /// - Returns: the SHA-256 of the file in lowercase hexadecimal.
    /// - Throws: `RemoteError`; the local file is then as it was.
    func download(
        _ path: String,
        from host: Host,
        to localPath: String,
        needsRoot: Bool,
        deadline: Duration
    ) async throws(RemoteError) -> String

    /// Drops the connection to `host`, if there is one, so that the next call dials again.
    func disconnect(_ host: Host) async

    /// Closes every connection; no call may follow.
    func close() async
}

/// How a remote command ended.
public enum CommandOutcome: Hashable, Sendable {
    /// It exited with this status.
    case exited(Int32)
    /// A signal, named without `SIG`, ended it.
    case signaled(String)
}

/// What a remote command printed and how it ended.
public struct CommandResult: Hashable, Sendable {
    /// Standard output, decoded as UTF-8 with invalid bytes replaced.
    public var output: String
    /// Standard error, decoded likewise.
    public var errorOutput: String
    /// How the command ended.
    public var outcome: CommandOutcome

    /// Makes a result.
    public init(output: String = "", errorOutput: String = "", outcome: CommandOutcome = .exited(0)) {
        self.output = output
        self.errorOutput = errorOutput
        self.outcome = outcome
    }

    /// Whether the command exited with status 0.
    public var succeeded: Bool {
        outcome == .exited(0)
    }
}
