public import UpgradeCore

/// One call that a test double of `Remote` received.
public enum RemoteCall: Hashable, Sendable {
    /// A command was run.
    case run(Command, host: String)
    /// A file was copied to the host.
    case upload(path: String, host: String)
    /// A file was copied from the host.
    case download(path: String, host: String, needsRoot: Bool)
    /// The connection was dropped.
    case disconnect(host: String)
    /// Every connection was closed.
    case close

    /// The name of the host; none for `close`.
    public var host: String? {
        switch self {
        case .run(_, let host), .upload(_, let host), .download(_, let host, _), .disconnect(let host): host
        case .close: nil
        }
    }
}

extension RemoteCall: CustomStringConvertible {
    /// The call as one line of text.
    public var description: String {
        switch self {
        case .run(let command, let host):
            "\(host): \(command.needsRoot ? "as root: " : "")\(command)"
                + (command.input.map { " <<< \(ShellQuoting.quote($0))" } ?? "")
        case .upload(let path, let host): "\(host): upload to \(path)"
        case .download(let path, let host, let needsRoot): "\(host): download \(path)\(needsRoot ? " as root" : "")"
        case .disconnect(let host): "\(host): disconnect"
        case .close: "close"
        }
    }
}

extension RemoteScript.Call {
    /// Whether the call is the expected one.
    func matches(_ call: RemoteCall) -> Bool {
        switch (self, call) {
        case (.command(let patterns, let input, let needsRoot), .run(let command, _)):
            WordPattern.matches(patterns, command.words)
                && (needsRoot ?? command.needsRoot) == command.needsRoot
                && matches(input, command.input)
        case (.upload(let pattern), .upload(let path, _)):
            pattern.matches(path)
        case (.download(let pattern, let needsRoot), .download(let path, _, let asRoot)):
            pattern.matches(path) && (needsRoot ?? asRoot) == asRoot
        case (.command, _), (.upload, _), (.download, _):
            false
        }
    }

    private func matches(_ pattern: WordPattern?, _ input: String?) -> Bool {
        switch (pattern, input) {
        case (nil, nil): true
        case (.some(let pattern), .some(let input)): pattern.matches(input)
        case (.some, nil), (nil, .some): false
        }
    }
}
