/// Walks a plan: hops, phases, batches of lanes, failure budgets; pure, no clock, no I/O.
///
/// A phase ends when its lanes have ended; lanes are begun in order, `batch` at a time. A lane that fails is frozen
/// and counts against the phase's failure budget: while the budget lasts other lanes are still begun, and lanes in
/// hand always go on. A phase with a frozen lane is never left: the run stops there. A lane whose failure the operator is
/// asked about keeps its place in the batch and counts like a frozen one until there is an answer.
public struct RunMachine: Hashable, Sendable {
    /// Where the run is.
    public struct State: Hashable, Sendable {
        /// The index of the hop.
        public var hop: Int
        /// The index of the phase in the hop.
        public var phase: Int
        /// The lanes of the phase that are in hand, by their index; a lane that has settled is dropped, so that the
        /// cost of an event grows with the batch and not with the phase.
        public var lanes: [Int: LaneMachine]
        /// The steps at which lanes of the phase are frozen.
        public var frozen: [StepKey]
        /// The index of the lane that is begun next.
        public var nextLane: Int
        /// Whether no further action may be begun.
        public var isInterrupted: Bool
        /// The lane of which it is asked whether there is time for it.
        public var asked: Int?
        /// The step at which the first lane begins for which there was no time, and how long it may take.
        public var refused: Refusal?
        /// What the run is about to do as a whole.
        public var stage: Stage
        /// Why the cluster may not be changed any more; `nil` while the lease is the run's.
        public var loss: LeaseLoss?
    }

    /// A lane for which there was no time.
    public struct Refusal: Hashable, Sendable {
        /// Its first step that is not done.
        public var key: StepKey
        /// How long it may take.
        public var needs: Duration
    }

    /// What the run as a whole is doing.
    public enum Stage: Hashable, Sendable {
        /// Not begun.
        case ready
        /// Lanes are walked.
        case walking
        /// The reason to stop is being saved.
        case stopping(StopReason)
        /// Nothing follows.
        case stopped(StopReason)
    }

    /// The plan.
    public let plan: Plan
    /// The last hop to do; `nil` for all.
    public let until: HopID?
    /// Whether it is asked, before each lane, if there is time for it.
    public let isTimed: Bool
    /// Whether the operator is asked what becomes of a step that has failed.
    public let asks: Bool
    /// What was recorded when the machine was made.
    let record: RunState
    /// Where the run is.
    public private(set) var state: State

    /// Makes a machine that goes on from what is recorded.
    public init(
        plan: Plan,
        resuming record: RunState = RunState(),
        until: HopID? = nil,
        isTimed: Bool = false,
        asks: Bool = false
    ) {
        self.plan = plan
        self.asks = asks
        self.isTimed = isTimed
        self.record = record
        self.until = until
        state = State(
            hop: 0,
            phase: 0,
            lanes: [:],
            frozen: [],
            nextLane: 0,
            isInterrupted: false,
            asked: nil,
            refused: nil,
            stage: .ready
        )
    }

    /// Takes an event and says what is to be done.
    ///
    /// - Throws: `IllegalTransition` for an event that cannot happen in this state; the state is then unchanged.
    public mutating func handle(_ event: RunEvent) throws(IllegalTransition) -> [RunEffect] {
        let (next, effects) = try transition(event)
        state = next
        return effects
    }

    /// The phase in hand; `nil` when every phase is done.
    public var phase: PlannedPhase? {
        phase(of: state)
    }

    func phase(of state: State) -> PlannedPhase? {
        guard state.hop < plan.hops.count, state.phase < plan.hops[state.hop].phases.count else { return nil }
        return plan.hops[state.hop].phases[state.phase]
    }

    func keys(of lane: Int, in state: State) -> [StepKey] {
        guard let phase = phase(of: state) else { return [] }
        let hop = plan.hops[state.hop].id
        return phase.lanes[lane].steps.map {
            StepKey(hop: hop, phase: phase.id, step: $0, target: phase.lanes[lane].target)
        }
    }
}

/// What has happened to a run.
public enum RunEvent: Hashable, Sendable {
    /// The run may go.
    case started
    /// Something happened to a lane of the phase in hand, named by its index.
    case lane(Int, LaneEvent)
    /// The reason to stop is on disk.
    case stopSaved
    /// No further action may be begun.
    case interrupted
    /// The lease is lost: no further action may be begun, and that is why.
    case leaseLost(LeaseLoss)
    /// There is time for the lane that was asked about.
    case laneAllowed(Int)
    /// There is none: it may take this long.
    case laneRefused(Int, needs: Duration)
}

/// What is to be done for a run.
public enum RunEffect: Hashable, Sendable {
    /// Something for a lane of the phase in hand.
    case lane(Int, LaneEffect)
    /// See whether there is time for a lane of the phase in hand, whose steps that are not done these are; then say
    /// `.laneAllowed` or `.laneRefused`.
    case mayBegin(Int, [StepKey])
    /// Save the reason to stop, then say `.stopSaved`.
    case saveStop(StopReason)
    /// Nothing follows.
    case stop(StopReason)
}
