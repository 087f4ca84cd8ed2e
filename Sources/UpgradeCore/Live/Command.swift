/// One command for a remote host: a list of words, never a string of shell.
///
/// Quoting happens once, where the words cross a shell (`ShellQuoting`).
public struct Command: Hashable, Sendable {
    /// The program and its arguments.
    public var words: [String]
    /// Whether the command needs root on the host; the transport prefixes `sudo -n --` where the login is not root.
    public var needsRoot: Bool
    /// What the command reads on standard input; nothing when `nil`.
    public var input: String?

    /// Makes a command from its words.
    public init(_ words: [String], needsRoot: Bool = false, input: String? = nil) {
        self.words = words
        self.needsRoot = needsRoot
        self.input = input
    }

    /// Makes a command from its words.
    public init(_ words: String..., needsRoot: Bool = false, input: String? = nil) {
        self.init(words, needsRoot: needsRoot, input: input)
    }
}

extension Command: CustomStringConvertible {
    /// The command as a person would type it, quoted for a POSIX shell.
    public var description: String {
        ShellQuoting.join(words)
    }
}
