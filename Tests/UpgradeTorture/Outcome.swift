public import UpgradeCore

/// What became of a world.
public struct Outcome: Sendable {
    /// How it ended.
    public enum Ending: Hashable, Sendable {
        /// Every step is done, and the cluster is as after a run that nothing happened to.
        case completed
        /// The run cannot go on, and rightly so: a host is gone for ever, or another machine has its name.
        case rightlyStopped(String)
        /// It should have gone on and has not.
        case stuck(String)
    }

    /// A stop and all that was said of it.
    public struct Stop: Sendable {
        /// Why it stopped.
        public var reason: Reason
        /// The state of the record then.
        public var record: RunState
    }

    /// Why a life of the process ended.
    public enum Reason: Sendable {
        /// The walk stopped.
        case stopped(StopReason)
        /// The journal could not be written or read.
        case journal(JournalError)
        /// A mistake of ours.
        case bug(String)
        /// The hosts were not those of the plan, or could not be asked.
        case hosts(ResumeCheck.Finding)
        /// A cleanup that was killed could not be ended.
        case cleanup([Cleanup.Outcome])
    }

    /// How it ended.
    public var ending: Ending
    /// What did not hold.
    public var violations: [String]
    /// How often each kind of fault struck.
    public var struck: [String: Int]
    /// How many lives the process had.
    public var lives: Int
    /// How many effects it had over all of them.
    public var effects: Int
    /// Every stop, for whoever renders them.
    public var stops: [Stop]
    /// What happened, a line each, and the journal at the end; the same for the same seed.
    public var history: [String]

    /// Whether all held and the run came to its end, or stopped rightly.
    public var isSurvived: Bool {
        guard violations.isEmpty else { return false }
        if case .stuck = ending { return false }
        return true
    }

    /// What is wrong, a line each.
    public var findings: [String] {
        if case .stuck(let why) = ending { violations + ["stuck: \(why)"] } else { violations }
    }
}
