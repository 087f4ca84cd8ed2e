import UpgradeCore

/// What one call asks a connection to do.
struct CommandWork: Sendable {
    /// Where standard input comes from.
    enum Input: Sendable {
        case none
        case bytes([UInt8])
        case file(LocalFile)
    }

    /// Where standard output goes.
    enum Output: Sendable {
        case memory
        case file(LocalFile)
    }

    /// The command line for the login shell.
    var line: String
    /// Standard input.
    var input: Input = .none
    /// Standard output.
    var output: Output = .memory
}

/// How a call to a connection ended.
enum CommandEnd: Sendable {
    case exited(Int32, output: [UInt8], errorOutput: [UInt8])
    case signaled(String, output: [UInt8], errorOutput: [UInt8])
    case lost(sent: Bool, reason: String)
    case localFile(reason: String)
    case noConnection(RemoteError)
    case deadline
    case cancelled(sent: Bool)
}
