/// One event of a run, as the journal keeps it.
public enum Record: Hashable, Sendable, Codable {
    /// The run was begun.
    case started(RunHeader)
    /// The run was taken up again.
    case resumed(RunHeader)
    /// The lease of the cluster was taken: from now on actions are done under this token.
    case leased(LeaseClaim)
    /// A step is about to be done.
    case begun(StepKey, attempt: Int)
    /// An action of a step is about to be performed.
    case intended(StepKey, attempt: Int, index: Int, Action)
    /// The action that was intended last for the step has ended well.
    case acted(StepKey, attempt: Int, index: Int)
    /// The step is done.
    case done(StepKey)
    /// The attempt at the step has failed.
    case failed(StepKey, attempt: Int, Failure)
    /// The operator has left the step out after its attempt had failed.
    case skipped(StepKey, attempt: Int, Skip)
    /// The operator wants the step done after all: it stands again as it had failed.
    case withdrawn(StepKey, by: String, reason: String)
    /// A side effect is about to be undone by cleanup.
    case undoing(SideEffect)
    /// A side effect is no longer ours: undone, or changed by somebody else.
    case struck(SideEffect, undone: Bool)
    /// Cleanup has waited for what the step had begun: it is not in doubt any more, and begins anew on a resume.
    case released(StepKey)
    /// Another run, or `helm rollback`, takes back what the lane of the step has done: the lane begins anew.
    case tookBack(StepKey, by: String, isEnded: Bool? = nil)
    /// The run stopped.
    case stopped(StopReason)
}

/// Who runs what, and why.
public struct RunHeader: Hashable, Sendable, Codable {
    /// The run's name.
    public var run: String
    /// The digest of the plan.
    public var planDigest: String
    /// `user@host` of the operator.
    public var holder: String
    /// Why, in the operator's words; empty when not given.
    public var reason: String

    /// Makes a header.
    public init(run: String, planDigest: String, holder: String, reason: String) {
        self.run = run
        self.planDigest = planDigest
        self.holder = holder
        self.reason = reason
    }
}

/// Why a run stopped.
public enum StopReason: Hashable, Sendable, Codable {
    /// Every step is done.
    case completed
    /// The hop that was asked for is done.
    case reached(HopID)
    /// The operator asked for it.
    case interrupted
    /// There was no time left for a lane: its first step that is not done, and how long the lane may take.
    case outOfTime(StepKey, needs: Duration)
    /// Steps have failed; the journal has their failures.
    case failed([StepKey])
    /// The lease of the cluster is not the run's any more; nothing was begun since.
    case leaseLost(LeaseLoss)
}

/// Why an attempt at a step failed.
public enum Failure: Hashable, Sendable, Codable {
    /// Something that must be so is not.
    case unmet(Unmet)
    /// The cluster could not be asked, or an action ended badly.
    case access(AccessError)
    /// The gate did not open in time.
    case gateClosed(Unmet, deadline: Duration)
    /// After its actions the step still wants these.
    case stillWrong([Action])
    /// A mistake of ours.
    case bug(String)

    /// Whether a job that the attempt had begun is known to have ended.
    var tellsTheEnd: Bool {
        switch self {
        case .access(.commandFailed), .access(.drainBlocked), .access(.jobVanished), .access(.localFile),
            .access(.refusedBySimulation):
            true
        case .access(.remote), .access(.unreadable), .access(.jobOverdue), .access(.leaseLost), .unmet, .gateClosed,
            .stillWrong, .bug:
            false
        }
    }
}
