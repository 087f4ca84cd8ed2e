extension RemoteError {
    /// Why the host could not be used, in one line for a person.
    public var why: String {
        switch self {
        case .unreachable(let host, let address, let reason):
            "\(host) (\(address)) cannot be reached: \(reason)"
        case .hostKeyUnknown(let host, let address, let fingerprint, let file):
            "the host key of \(host) (\(address)), \(fingerprint), is not in \(file)"
        case .hostKeyChanged(let host, let address, let fingerprint, let file, let line):
            "\(host) (\(address)) shows the host key \(fingerprint), another than \(file):\(line) holds"
        case .hostKeyRevoked(let host, let address, let fingerprint, let file, let line):
            "the host key \(fingerprint) of \(host) (\(address)) is revoked in \(file):\(line)"
        case .authenticationRefused(let host, let user, let tried):
            "\(host) refused the login of \(user); tried: \(tried.isEmpty ? "no key" : tried.joined(separator: ", "))"
        case .configuration(let file, let line, let reason):
            "\(file)\(line.map { ":\($0)" } ?? "") cannot be used: \(reason)"
        case .lost(let host, let sent, let reason):
            "the connection to \(host) was lost\(sent ? " while a command may have run" : ""): \(reason)"
        case .deadlinePassed(let host, _, let deadline):
            "\(host) did not answer within \(deadline.text)"
        case .sudoRefused(let host, let user, let reason):
            "sudo on \(host) refused \(user): \(reason)"
        case .checksumMismatch(let host, let path, let expected, let found):
            "\(path) on \(host) has the SHA-256 \(found) instead of \(expected)"
        case .copyFailed(let host, let path, let reason):
            "\(path) could not be copied to or from \(host): \(reason)"
        case .fenced(let host, let seen):
            LeaseLoss.fenced(host: host, seen: seen).why
        case .anotherMachine(let host, let expected, let found):
            Unmet.machineChanged(host: host, expected: expected, found: found).why
        }
    }

    /// What the operator can do about it.
    public var next: String {
        switch self {
        case .unreachable, .lost, .deadlinePassed:
            "see that the host is up and that `ssh` reaches it with the same configuration"
        case .hostKeyUnknown(_, _, _, let file):
            "compare the fingerprint on the host's console, then add its key to \(file)"
        case .hostKeyChanged(_, _, _, let file, let line):
            "find out why the key changed; if the host was reinstalled, replace \(file):\(line)"
        case .hostKeyRevoked:
            "give the host a new key and publish that one"
        case .authenticationRefused:
            "load the key into the agent, or name it as IdentityFile in the SSH configuration"
        case .configuration:
            "mend the file"
        case .sudoRefused:
            "let the login run commands with `sudo -n`, or log in as root"
        case .checksumMismatch, .copyFailed:
            "see that the disk has room and try again"
        case .fenced(let host, let seen):
            LeaseLoss.fenced(host: host, seen: seen).next
        case .anotherMachine(let host, let expected, let found):
            Unmet.machineChanged(host: host, expected: expected, found: found).next
        }
    }
}

extension Duration {
    /// The duration as a person says it: `300 ms`, `45 s`, `5 min 3 s`, `2 h 5 min`.
    public var text: String {
        let seconds = components.seconds
        let milliseconds = components.attoseconds / 1_000_000_000_000_000
        if seconds == 0 { return milliseconds == 0 ? "0 s" : "\(milliseconds) ms" }
        if seconds < 60 { return "\(seconds) s" }
        if seconds < 3600 { return seconds % 60 == 0 ? "\(seconds / 60) min" : "\(seconds / 60) min \(seconds % 60) s" }
        let minutes = seconds % 3600 / 60
        return minutes == 0 ? "\(seconds / 3600) h" : "\(seconds / 3600) h \(minutes) min"
    }
}
