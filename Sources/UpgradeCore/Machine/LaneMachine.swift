/// Walks one target through its steps: pure, no clock, no I/O.
///
/// ```
/// idle -> beginning -> deciding -+-> waiting -> finishing -> next step, or ended
///   |                   ^   |    |      ^
///   |     settling -----+   v    |      |
///   |        ^        intending -> acting -> recording -> (next action | verifying -> waiting)
///   |        |                     failing -> frozen, from every state that learns of a failure
///   +--------+ (in doubt)          paused, from every state, once interrupted
/// outwaiting -> beginning          where a failed attempt may have left a job running
/// failing -> asking -+-> beginning, or outwaiting     the operator wants another attempt
///                    +-> finishing                    the operator leaves the step out
///                    +-> frozen                       the operator wants neither, or wishes to stop
/// ```
/// An action is asked for only in answer to `.saved`, never after `.interrupted`. The operator is asked only where the
/// lane was made to, and only once the failure is on disk: killed with a question standing, the run has failed there.
public struct LaneMachine: Hashable, Sendable {
    /// Where the lane is.
    public struct State: Hashable, Sendable {
        /// The index of the step in hand.
        public var step: Int
        /// Counts the attempts at this step, from 1.
        public var attempt: Int
        /// The index that the next action of this attempt gets.
        public var nextIndex: Int
        /// What is being done about the step.
        public var stage: Stage
        /// Whether no further action may be begun.
        public var isInterrupted: Bool
        /// Whether what the lane looked at in its beginning may be long ago: it goes on in its middle, or has waited for an
        /// answer.
        public var isTakenUp: Bool
    }

    /// What is being done about a step.
    public enum Stage: Hashable, Sendable {
        /// Nothing yet.
        case idle
        /// The intent to do the step is being saved.
        case beginning
        /// A job that may still run from before is being waited for.
        case settling(Action)
        /// A job that an attempt which is given up may have left running is being waited for; then the next is begun.
        case outwaiting(Action)
        /// The step looks and decides.
        case deciding(inDoubt: Action?)
        /// The intent of the first of these actions is being saved.
        case intending([Action])
        /// The first of these actions is being performed.
        case acting([Action])
        /// The end of the first of these actions is being saved.
        case recording([Action])
        /// The step looks again and must find nothing left to do.
        case verifying
        /// The step's gate is waited for.
        case waiting
        /// The end of the step is being saved.
        case finishing
        /// The failure is being saved.
        case failing(Failure)
        /// The operator is asked what becomes of the step that has failed.
        case asking(Failure)
        /// The lane has failed and does not go on.
        case frozen(Failure)
        /// The lane was interrupted and does not go on.
        case paused
        /// Every step is done.
        case ended
    }

    /// The steps, in order, without those that the operator has left out before.
    public let keys: [StepKey]
    /// Where the lane is.
    public private(set) var state: State
    /// The attempt that each step begins with: a job name that was used before is never used again.
    let firstAttempts: [Int]
    /// What has to be waited for before the step of this index is begun.
    let unsettled: [RunState.Unsettled?]
    /// Whether the operator is asked what becomes of a step that has failed.
    let asks: Bool

    /// Makes a lane that goes on from what is recorded.
    public init(keys: [StepKey], resuming record: RunState, asks: Bool = false) {
        let keys = keys.filter { record.skipped[$0] == nil }
        self.keys = keys
        self.asks = asks
        firstAttempts = keys.map { record.failed[$0].map { $0.attempt + 1 } ?? record.again[$0] ?? 1 }
        unsettled = keys.map { record.unsettled[$0] }
        let step = keys.firstIndex { !record.done.contains($0) } ?? keys.count
        state = State(step: step, attempt: 1, nextIndex: 0, stage: .idle, isInterrupted: false, isTakenUp: step > 0)
        guard step < keys.count else {
            state.stage = .ended
            return
        }
        state.attempt = firstAttempts[step]
        if let left = unsettled[step] {
            state.attempt = left.attempt
            state.nextIndex = left.index
            state.stage = .outwaiting(left.action)
        }
        if let inFlight = record.inFlight[keys[step]] {
            state.attempt = inFlight.attempt
            state.nextIndex = inFlight.nextIndex
            state.stage = .deciding(inDoubt: nil)
            if let action = inFlight.intended {
                state.stage = .settling(action)
            }
        }
    }

    /// The step in hand; `nil` when every step is done.
    public var key: StepKey? {
        state.step < keys.count ? keys[state.step] : nil
    }

    /// Whether the lane does not go on by itself.
    public var isSettled: Bool {
        switch state.stage {
        case .ended, .frozen, .paused: true
        case .idle, .beginning, .settling, .outwaiting, .deciding, .intending, .acting, .recording, .verifying,
            .waiting, .finishing,
            .failing, .asking:
            false
        }
    }

    /// Whether a step of the lane has failed and the operator has not said yet what becomes of it.
    var isAsking: Bool {
        if case .asking = state.stage { true } else { false }
    }

    /// Takes an event and says what is to be done.
    ///
    /// - Throws: `IllegalTransition` for an event that cannot happen in this state; the state is then unchanged.
    public mutating func handle(_ event: LaneEvent) throws(IllegalTransition) -> [LaneEffect] {
        let (next, effects) = try transition(event)
        state = next
        return effects
    }
}

/// What has happened to a lane.
public enum LaneEvent: Hashable, Sendable {
    /// The lane may go.
    case started
    /// What was to be saved is on disk.
    case saved
    /// No job from before runs any more.
    case settled
    /// The step has looked; what is left to do.
    case decided([Action])
    /// The action has ended well.
    case acted
    /// The gate is open.
    case gateOpened
    /// What was being done has failed.
    case failed(Failure)
    /// The operator wants another attempt, once the job of this action has ended where there is one.
    case retried(after: Action?)
    /// The operator leaves the step out.
    case skipped(Skip)
    /// The operator wants the lane to stay where it failed.
    case aborted
    /// What was being waited for is no longer waited for, because of the interrupt.
    case abandoned
    /// No further action may be begun.
    case interrupted
}

/// What is to be done for a lane.
public enum LaneEffect: Hashable, Sendable {
    /// Save this, then say `.saved`.
    case save(Record)
    /// Wait for the job of this action, then say `.settled`.
    case settle(StepKey, Action, attempt: Int, index: Int)
    /// Ask the step, then say `.decided`; where it is `again`, the look that the step renews comes before it acts.
    case observe(StepKey, again: Bool)
    /// Perform the action, then say `.acted`.
    case act(StepKey, Action, attempt: Int, index: Int)
    /// Ask the step again until nothing is left to do, then say `.decided`.
    case verify(StepKey)
    /// Wait for the step's gate, then say `.gateOpened`.
    case wait(StepKey)
    /// Ask the operator what becomes of the step, then say `.retried`, `.skipped` or `.aborted`.
    case ask(StepKey, attempt: Int, Failure)

    /// The step; `nil` for a save.
    var key: StepKey? {
        switch self {
        case .save: nil
        case .settle(let key, _, _, _), .observe(let key, _), .act(let key, _, _, _), .verify(let key), .wait(let key),
            .ask(let key, _, _):
            key
        }
    }
}

/// An event that cannot happen in a state.
public struct IllegalTransition: Error, Hashable, Sendable {
    /// The state, described.
    public var state: String
    /// The event, described.
    public var event: String
}
