extension Failure {
    /// Why, in one line for a person.
    public var why: String {
        switch self {
        case .unmet(let unmet): unmet.why
        case .access(let error): error.why
        case .gateClosed(let unmet, let deadline): "\(unmet.why), still so after \(deadline.text)"
        case .stillWrong(let actions):
            "all was done and yet this is still wanted: \(actions.map(\.title).joined(separator: ", "))"
        case .bug(let text): "a mistake in upgrader: \(text)"
        }
    }

    /// What ran; `nil` when nothing did.
    public var ran: String? {
        switch self {
        case .access(let error): error.ran
        case .gateClosed: "while it waited, only looks; `upgrader log` has what the step did before"
        case .unmet, .stillWrong, .bug: nil
        }
    }

    /// What the operator can do about it.
    public var next: String {
        switch self {
        case .unmet(let unmet), .gateClosed(let unmet, _): unmet.next
        case .access(let error): error.next
        case .stillWrong: "see on the host why it did not take effect"
        case .bug: "report this with the run's directory"
        }
    }

    /// Whether a host could not be reached or is not trusted.
    public var isUnreachable: Bool {
        if case .access(let error) = self { error.isUnreachable } else { false }
    }

    /// Whether the cluster is not the one that was surveyed.
    public var isDrift: Bool {
        switch self {
        case .unmet(.machineChanged), .access(.remote(.anotherMachine)): true
        default: false
        }
    }
}

extension Failure {
    /// The end of what the failed command printed; `nil` when none did.
    public var output: String? {
        guard case .access(.commandFailed(_, _, _, let output)) = self, !output.isEmpty else { return nil }
        return output
    }
}
