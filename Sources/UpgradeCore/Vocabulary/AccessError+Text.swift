extension AccessError {
    /// Why the cluster could not be asked or the action ended badly, in one line for a person.
    public var why: String {
        switch self {
        case .remote(let error):
            error.why
        case .commandFailed(let host, _, _, let output):
            "\(host) says: \(Self.lastLine(output))"
        case .unreadable(let host, _, let reason):
            "what \(host) answered cannot be read: \(reason)"
        case .drainBlocked(_, let blocks, _):
            blocks.isEmpty
                ? "pods did not end in time" : blocks.prefix(3).map(\.why).joined(separator: "; ") + Self.more(blocks)
        case .jobOverdue(let host, let unit, let deadline):
            "\(unit) on \(host) did not end within \(deadline.text) and may still run"
        case .jobVanished(let host, let unit):
            "\(unit) on \(host) was begun and left no result; the host was restarted, or somebody removed it"
        case .localFile(let path, let reason):
            "\(path) on this machine: \(reason)"
        case .refusedBySimulation(let reason):
            "the simulated cluster refuses: \(reason)"
        case .leaseLost(let loss):
            loss.why
        }
    }

    /// The command that ran, with how it ended, without secrets; `nil` when none did.
    public var ran: String? {
        switch self {
        case .commandFailed(let host, let command, let status, _): "\(host): \(Redaction.redact(command))   (\(status))"
        case .unreadable(let host, let command, _): "\(host): \(Redaction.redact(command))"
        case .remote(.deadlinePassed(let host, let command, let deadline)):
            "\(host): \(Redaction.redact(command))   (no answer in \(deadline.text))"
        case .remote(.lost(let host, true, _)): "\(host): a command, which may have run   (no answer)"
        case .drainBlocked(let node, _, let deadline): "kubectl drain \(node)   (not done in \(deadline.text))"
        case .jobOverdue(let host, let unit, _), .jobVanished(let host, let unit): "\(host): unit \(unit)"
        case .remote, .localFile, .refusedBySimulation, .leaseLost: nil
        }
    }

    /// What the operator can do about it.
    public var next: String {
        switch self {
        case .remote(let error): error.next
        case .commandFailed(let host, let command, _, _) where command.hasPrefix("curl "):
            "see that \(host) is up, and that the playbook names it right"
        case .commandFailed, .unreadable, .refusedBySimulation: "mend what the host complains of"
        case .drainBlocked: "free the pods (more replicas, or another budget)"
        case .jobOverdue(let host, let unit, _): "look at `systemctl status \(unit)` on \(host)"
        case .jobVanished: "look at the host"
        case .localFile: "make room or mend the permissions"
        case .leaseLost(let loss): loss.next
        }
    }

    /// Whether the host could not be reached or is not trusted.
    public var isUnreachable: Bool {
        switch self {
        case .remote(.unreachable), .remote(.hostKeyUnknown), .remote(.hostKeyChanged), .remote(.hostKeyRevoked),
            .remote(.authenticationRefused), .remote(.configuration), .remote(.lost), .remote(.deadlinePassed):
            true
        case .remote, .commandFailed, .unreadable, .drainBlocked, .jobOverdue, .jobVanished, .localFile,
            .refusedBySimulation, .leaseLost:
            false
        }
    }

    private static func lastLine(_ output: String) -> String {
        let lines = output.split(separator: "\n").map(String.init)
        // apt and kubectl say what matters in a line that begins so; otherwise the last line has it.
        return lines.last { $0.hasPrefix("E: ") || $0.hasPrefix("error: ") || $0.hasPrefix("Error") } ?? lines.last
            ?? "nothing"
    }

    private static func more(_ blocks: [PodBlock]) -> String {
        blocks.count > 3 ? "; and \(blocks.count - 3) more" : ""
    }
}

extension PodBlock {
    /// Who is held by what, in one line for a person.
    public var why: String {
        let who = "pod \(pod)" + (owner.map { " of \($0)" } ?? "")
        guard let budget else { return "\(who) is still ending" }
        return "\(who) is held by budget \(budget) (\(disruptionsAllowed) disruptions allowed)"
    }
}
