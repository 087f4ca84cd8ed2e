/// Why a remote host could not be used; a command that ran and failed is a `CommandResult` instead.
public enum RemoteError: Error, Hashable, Sendable, Codable {
    /// No connection could be made: name, network, refused port or time-out.
    case unreachable(host: String, address: String, reason: String)
    /// `known_hosts` has no key for the host.
    case hostKeyUnknown(host: String, address: String, fingerprint: String, file: String)
    /// `known_hosts` holds another key for the host, at `line` of `file`.
    case hostKeyChanged(host: String, address: String, fingerprint: String, file: String, line: Int)
    /// `known_hosts` marks the key as revoked, at `line` of `file`.
    case hostKeyRevoked(host: String, address: String, fingerprint: String, file: String, line: Int)
    /// The host refused every key that was offered.
    case authenticationRefused(host: String, user: String, tried: [String])
    /// The SSH configuration or a key file could not be used.
    case configuration(file: String, line: Int?, reason: String)
    /// The connection ended during the call; when `sent` is true the command may have run.
    case lost(host: String, sent: Bool, reason: String)
    /// The call did not end within its deadline; the command may still be running.
    case deadlinePassed(host: String, command: String, deadline: Duration)
    /// `sudo -n` was refused on the host.
    case sudoRefused(host: String, user: String, reason: String)
    /// A copied file does not have the bytes that were sent.
    case checksumMismatch(host: String, path: String, expected: String, found: String)
    /// The copy of a file failed on one side.
    case copyFailed(host: String, path: String, reason: String)
    /// The host has seen a newer fencing token than the command's, and has not begun it.
    case fenced(host: String, seen: Int)
    /// The host is another machine than the command was meant for, and has not begun it.
    case anotherMachine(host: String, expected: String, found: String)
}
