/// Is told what a run does, as it does it; never changes what is done.
public protocol RunObserver: Sendable {
    /// Something happened.
    func notice(_ notice: RunNotice)
}

/// Something that happened in a run.
public enum RunNotice: Hashable, Sendable {
    /// A step was begun.
    case stepBegan(StepKey, attempt: Int)
    /// A job from before is being followed.
    case settling(StepKey, Action)
    /// An action was begun.
    case actionBegan(StepKey, Action)
    /// An action waits for something.
    case progress(StepKey, ActionProgress)
    /// An action ended well.
    case actionEnded(StepKey, Action, took: Duration)
    /// The cluster was asked for a step, before its actions or for its gate.
    case looked(StepKey, took: Duration)
    /// A gate is not open yet: why, and what it measured.
    case gateWaiting(StepKey, Unmet, measured: [GateReading], elapsed: Duration, deadline: Duration)
    /// A gate is open, and what it measured.
    case gateOpened(StepKey, measured: [GateReading])
    /// A step is done, after so long, or so long after it was gone on with; `changed` says whether it had anything to do,
    /// which of one that is gone on with is taken to be so.
    case stepEnded(StepKey, took: Duration, changed: Bool)
    /// A step failed.
    case stepFailed(StepKey, Failure)
    /// The operator is asked what becomes of a step that has failed.
    case asking(StepKey, Failure)
    /// The operator has said what becomes of it.
    case answered(StepKey, FailureAnswer)
    /// A step that had failed is left out, as the operator wants.
    case stepSkipped(StepKey, Skip)
    /// The operator's wish to stop was heard.
    case interrupted
    /// The run stopped.
    case stopped(StopReason)
}

/// Several observers; each is told everything, in order.
public struct Observers: RunObserver {
    private let all: [any RunObserver]

    /// Makes one of several.
    public init(_ all: [any RunObserver]) {
        self.all = all
    }

    /// Tells each.
    public func notice(_ notice: RunNotice) {
        for observer in all { observer.notice(notice) }
    }
}

/// An observer that listens to nothing.
public struct SilentObserver: RunObserver {
    /// Makes one.
    public init() {}

    /// Does nothing.
    public func notice(_ notice: RunNotice) {}
}
