/// The operator's word that a step which has failed is left out.
public struct Skip: Hashable, Sendable, Codable {
    /// `user@host` of the operator.
    public var by: String
    /// Why, in the operator's words; never empty.
    public var reason: String
    /// What follows from it, as the operator was told.
    public var consequence: String

    /// Takes the operator's word.
    public init(by: String, reason: String, consequence: String) {
        self.by = by
        self.reason = reason
        self.consequence = consequence
    }
}

/// Why a step cannot be left out as things stand, whatever kind of step it is.
public enum SkipHindrance: Hashable, Sendable {
    /// What the step has made is on the cluster, and whoever leaves the step out forgets it.
    case leftOnCluster(SideEffect)
    /// A job of its last attempt may still run.
    case mayStillRun(Action)

    /// Why, in one line for a person.
    public var why: String {
        switch self {
        case .leftOnCluster(let effect): "\(effect.title), by this step"
        case .mayStillRun(let action):
            "\(action.title) may still be under way: the attempt ended without its end being known"
        }
    }
}

extension RunState {
    /// A step that was left out.
    public struct Skipped: Hashable, Sendable, Codable {
        /// The operator's word.
        public var skip: Skip
        /// The attempt that had failed before.
        public var failed: FailedAttempt
    }

    /// Why the step cannot be left out as things stand; `nil` when nothing of it is left or may still run.
    public func skipHindrance(_ key: StepKey) -> SkipHindrance? {
        // A silence ends by itself, and its entry stays for cleanup: one that could not be opened must not hold a run.
        let left = ledger.entries.first { entry in
            if case .silence = entry.effect { false } else { entry.key == key }
        }
        if let left { return .leftOnCluster(left.effect) }
        if let left = unsettled[key], left.action.isJob { return .mayStillRun(left.action) }
        return nil
    }

    /// Whether a run goes past the step: it is done, or left out.
    public func isBehind(_ key: StepKey) -> Bool { done.contains(key) || skipped[key] != nil }
}
