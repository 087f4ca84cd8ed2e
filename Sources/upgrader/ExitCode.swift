internal import ArgumentParser

/// How the program ends, for scripts; listed in `--help` and in docs/reference/exit-codes.md.
enum Ending: Int32, CaseIterable {
    /// All is done.
    case done = 0
    /// A mistake of ours.
    case bug = 1
    /// The command line or the playbook cannot be used.
    case usage = 64
    /// Preflight found something; nothing was changed.
    case refused = 10
    /// The run stopped at a failure or where it was told to; it can be resumed.
    case paused = 11
    /// The operator interrupted the run; it can be resumed.
    case interrupted = 12
    /// Another process works on this cluster.
    case locked = 13
    /// Playbook, state or cluster are not what the run left.
    case drift = 14
    /// A host could not be reached or is not trusted.
    case unreachable = 15

    /// The code for the argument parser.
    var code: ExitCode { ExitCode(rawValue) }

    /// One line for `--help`.
    var summary: String {
        switch self {
        case .done: "done"
        case .bug: "a mistake in upgrader itself"
        case .usage: "command line or playbook cannot be used"
        case .refused: "refused by preflight, nothing was changed"
        case .paused: "paused at a failure, at --until or for --not-after, resume goes on"
        case .interrupted: "interrupted, resume goes on"
        case .locked: "another process or operator works on this cluster"
        case .drift: "playbook, state or cluster are not what the run left"
        case .unreachable: "a host is unreachable or not trusted"
        }
    }
}
