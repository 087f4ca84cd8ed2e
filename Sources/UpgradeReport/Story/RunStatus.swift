public import UpgradeCore

/// How a run stands, in one word.
public enum RunStatus: String, Hashable, Sendable, Encodable {
    /// Every step is done.
    case completed
    /// The hop that was asked for is done, or the time that was given is over.
    case stopped
    /// The operator interrupted it.
    case interrupted
    /// The lease of the cluster was lost.
    case leaseLost = "lease-lost"
    /// Steps have failed.
    case failed
    /// A process works on it now.
    case running
    /// It has no end, and nobody works on it.
    case killed

    /// Reads the fold of the journal.
    ///
    /// - Parameters:
    ///   - state: the fold.
    ///   - isHeld: whether a process holds the lock of the cluster.
    public init(_ state: RunState, isHeld: Bool) {
        switch state.stop {
        case .completed: self = .completed
        case .reached, .outOfTime: self = .stopped
        case .interrupted: self = .interrupted
        case .leaseLost: self = .leaseLost
        case .failed: self = .failed
        case nil: self = isHeld ? .running : .killed
        }
    }

    /// The word with what it means.
    public var title: String {
        switch self {
        case .completed: "completed: every step is done"
        case .stopped: "stopped where it was asked to"
        case .interrupted: "interrupted by the operator"
        case .leaseLost: "stopped: the lease of the cluster was lost"
        case .failed: "stopped: a step failed"
        case .running: "running"
        case .killed: "killed: it has no end, and nobody works on it"
        }
    }
}
