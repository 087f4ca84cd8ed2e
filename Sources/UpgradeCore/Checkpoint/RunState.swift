/// The fold of the journal: all that a run needs to go on.
public struct RunState: Hashable, Sendable, Codable {
    /// A step that was begun and is not known to have ended.
    public struct InFlight: Hashable, Sendable, Codable {
        /// The attempt.
        public var attempt: Int
        /// The index of the action in doubt, or of the next one.
        public var nextIndex: Int
        /// The action that may have been performed.
        public var intended: Action?
        /// Actions that were intended before it and whose end was never learned.
        public var doubted: [Action] = []
    }

    /// An action of an attempt that is given up, whose job may still be running.
    public struct Unsettled: Hashable, Sendable, Codable {
        /// The attempt.
        public var attempt: Int
        /// The index of the action.
        public var index: Int
        /// The action.
        public var action: Action
    }

    /// The last failed attempt at a step.
    public struct FailedAttempt: Hashable, Sendable, Codable {
        /// The attempt.
        public var attempt: Int
        /// Why.
        public var failure: Failure
        /// Actions that were intended and whose end was never learned.
        public var doubted: [Action] = []
    }

    /// Who began the run, and why; `nil` before the first record.
    public private(set) var header: RunHeader?
    /// Steps that are done.
    public private(set) var done: Set<StepKey> = []
    /// Steps that were begun and are not known to have ended.
    public private(set) var inFlight: [StepKey: InFlight] = [:]
    /// Steps whose last attempt failed.
    public private(set) var failed: [StepKey: FailedAttempt] = [:]
    /// Steps that are to be done again, with the attempt that comes next: a job of an earlier one keeps its name.
    public private(set) var again: [StepKey: Int] = [:]
    /// What has to be waited for before the step is begun anew: attempts that failed, or are to be made again.
    public private(set) var unsettled: [StepKey: Unsettled] = [:]
    /// What is ours on the cluster.
    public private(set) var ledger = Ledger()
    /// Side effects that cleanup was about to undo when it was killed; a resume begins with the end of that.
    public private(set) var undoing: Set<SideEffect> = []
    /// Why the run stopped last; `nil` while it runs or when it was killed.
    public private(set) var stop: StopReason?
    /// How the run came to hold the lease last; `nil` for a run of a version that knew none.
    public private(set) var lease: LeaseClaim?

    /// Steps that the operator has left out; `nil` while there is none, as in checkpoints of older versions.
    private var skips: [StepKey: Skipped]?

    /// Lanes with an intent to take something down, a key for each; `nil` while there is none, as in checkpoints of older versions.
    private var taken: Set<StepKey>?

    /// The last attempt at each done step that took more than one.
    private var attempts: [StepKey: Int] = [:]

    /// Makes the state before the first record.
    public init() {}

    /// Steps that the operator has left out.
    ///
    /// They are never done, nor begun again by a lane that begins anew.
    public var skipped: [StepKey: Skipped] { skips ?? [:] }

    /// Whether something of the run may be on the cluster: a side effect, or a job that still runs.
    public var mayHaveLeftSomething: Bool {
        !ledger.entries.isEmpty || !inFlight.isEmpty || !unsettled.isEmpty
    }

    /// Whether a step was begun, whatever became of it, and is not to be done anew.
    public func hasBegun(_ key: StepKey) -> Bool {
        done.contains(key) || inFlight[key] != nil || failed[key] != nil || skipped[key] != nil
    }

    /// Whether a checkpoint says the same; one of an older version lacks what is kept since.
    func agrees(with checkpoint: RunState) -> Bool {
        if checkpoint == self { return true }
        var older = self
        older.taken = nil
        return checkpoint == older
    }

    /// Whether something of the lane's host may have been taken down, whatever became of it, also where the lane begins anew.
    ///
    /// A failed install may leave a daemon down and the packages as they were. Over with a rollback of the lane.
    public func hasTakenDown(laneOf key: StepKey) -> Bool { taken?.contains(key.ofLane) ?? false }

    /// Takes one record; the cost does not depend on how many came before.
    public mutating func apply(_ record: Record) {
        switch record {
        case .started(let header):
            self.header = header
            stop = nil
        case .resumed:
            stop = nil
        case .leased(let claim):
            lease = claim
        case .begun(let key, let attempt):
            let doubted = failed.removeValue(forKey: key)?.doubted ?? []
            again[key] = nil
            unsettled[key] = nil
            inFlight[key] = InFlight(attempt: attempt, nextIndex: 0, intended: nil, doubted: doubted)
        case .intended(let key, let attempt, let index, let action):
            var doubted = inFlight[key]?.doubted ?? []
            if let last = inFlight[key]?.intended, last != action { doubted.append(last) }
            inFlight[key] = InFlight(attempt: attempt, nextIndex: index, intended: action, doubted: doubted)
            ledger.note(intent: action, key: key)
            if action.takesDown {
                if taken == nil { taken = [] }
                taken?.insert(key.ofLane)
            }
        case .acted(let key, let attempt, let index):
            var doubted = inFlight[key]?.doubted ?? []
            if let action = inFlight[key]?.intended {
                ledger.note(result: action)
                doubted.removeAll { $0 == action }
            }
            inFlight[key] = InFlight(attempt: attempt, nextIndex: index + 1, intended: nil, doubted: doubted)
        case .done(let key):
            // The step has looked and wants nothing more: what was in doubt has happened, or is not wanted any more.
            if let last = inFlight.removeValue(forKey: key) {
                for action in last.doubted + (last.intended.map { [$0] } ?? []) {
                    ledger.note(result: action)
                }
                attempts[key] = last.attempt > 1 ? last.attempt : nil
            }
            done.insert(key)
        case .failed(let key, let attempt, let failure):
            // Nothing is in flight when what a failed attempt had left could not be waited for.
            let doubted = giveUp(key) ?? failed[key]?.doubted ?? []
            if failure.tellsTheEnd { unsettled[key] = nil }
            failed[key] = FailedAttempt(attempt: attempt, failure: failure, doubted: doubted)
        case .skipped(let key, _, let skip):
            guard let failed = failed.removeValue(forKey: key) else { return }
            skips = skipped.merging([key: Skipped(skip: skip, failed: failed)]) { $1 }
        case .withdrawn(let key, _, _):
            guard let last = skips?.removeValue(forKey: key) else { return }
            failed[key] = last.failed
            if skips?.isEmpty == true { skips = nil }
        case .undoing(let effect):
            undoing.insert(effect)
        case .struck(let effect, _):
            // A completed run is not walked again: what a step that was left out would have undone is all there is to it.
            if stop != .completed { redo(effect) }
            undoing.remove(effect)
            ledger.strike(effect)
        case .released(let key):
            unsettled[key] = nil
            if let last = inFlight.removeValue(forKey: key) {
                again[key] = last.attempt + 1
            }
        case .tookBack(let key, _, let isEnded):
            redo(laneOf: key)
            // Until then the rollback itself may have left something down.
            if isEnded == true { taken?.remove(key.ofLane) }
            if taken?.isEmpty == true { taken = nil }
            // It was complete; now it is as if the operator had stopped it there.
            if stop == .completed { stop = .interrupted }
        case .stopped(let reason):
            stop = reason
            // Every step has looked: what it did not find to undo, somebody else has undone or made theirs. One that was
            // left out has not looked, and what it was to undo is for cleanup.
            if reason == .completed, skipped.isEmpty { ledger = Ledger() }
        }
    }

    /// The step that made the effect is to be done again, should the run be resumed, and all of its lane with it: a
    /// node that was uncordoned has pods again.
    private mutating func redo(_ effect: SideEffect) {
        for lane in lanes(of: effect) { redo(laneOf: lane) }
    }

    private mutating func redo(laneOf lane: StepKey) {
        for key in done.filter({ $0.isOfLane(lane) }) {
            done.remove(key)
            again[key] = (attempts.removeValue(forKey: key) ?? 1) + 1
        }
        for (key, last) in inFlight where key.isOfLane(lane) {
            again[key] = last.attempt + 1
            _ = giveUp(key)
        }
    }

    /// A step of each lane that the effect is of: the one that made it, or that missed a cordon of somebody else.
    private func lanes(of effect: SideEffect) -> [StepKey] {
        let made = ledger.entries.filter { $0.effect == effect }.map(\.key)
        guard made.isEmpty, case .cordon(let node, _) = effect else { return made }
        return failed.filter { $0.value.failure == .unmet(.mustBeCordoned(node: node)) }.map(\.key)
    }

    /// Takes a step out of flight; what it had begun may still run.
    ///
    /// - Returns: the actions whose end was never learned; `nil` when nothing was in flight.
    private mutating func giveUp(_ key: StepKey) -> [Action]? {
        guard let last = inFlight.removeValue(forKey: key) else { return nil }
        guard let action = last.intended else { return last.doubted }
        unsettled[key] = Unsettled(attempt: last.attempt, index: last.nextIndex, action: action)
        return last.doubted + [action]
    }
}

extension StepKey {
    /// Whether it is a step of the same target in the same phase.
    public func isOfLane(_ other: StepKey) -> Bool {
        hop == other.hop && phase == other.phase && target == other.target
    }

    /// The key of another step of the same lane.
    func with(_ step: StepID) -> StepKey {
        StepKey(hop: hop, phase: phase, step: step, target: target)
    }

    /// One key for all steps of its lane; no step has it.
    fileprivate var ofLane: StepKey { with("lane") }

    /// Step and target, `STEP@HOST`, as screens name it and commands take it.
    public var onTarget: String { "\(step)@\(target)" }
}

extension Sequence<StepKey> {
    /// The first step of each lane, of steps that stand lane by lane.
    public var lanes: [StepKey] {
        reduce(into: []) { lanes, key in
            if lanes.last.map(key.isOfLane) != true { lanes.append(key) }
        }
    }
}
