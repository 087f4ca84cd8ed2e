public import UpgradeCore

/// What happened in a run, told from its journal alone: who worked on it when, and each attempt at each step.
///
/// A value; times are seconds since 1970, as the journal has them.
public struct RunStory: Hashable, Sendable {
    /// One process that worked on the run, from its first record to its last.
    public struct Sitting: Hashable, Sendable {
        /// Who, and why.
        public var header: RunHeader
        /// When its first record was made.
        public var began: Double
        /// When its last record was made.
        public var ended: Double
        /// Why it stopped; `nil` while it works, or when it was killed.
        public var stop: StopReason?
    }

    /// One action of an attempt.
    public struct Deed: Hashable, Sendable {
        /// What became of it.
        public enum Outcome: Hashable, Sendable {
            /// It has ended well.
            case ended
            /// The attempt failed with it in hand.
            case failed
            /// Its end was not learned; a later look found that nothing was left to do, or the action was begun anew.
            case settled
            /// It is in hand, or in doubt.
            case open
        }

        /// The action.
        public var action: Action
        /// Counts the actions of the attempt, from 0.
        public var index: Int
        /// When it was intended.
        public var began: Double
        /// When its end was recorded.
        public var ended: Double?
        /// What became of it.
        public var outcome = Outcome.open
    }

    /// One attempt at a step.
    public struct Attempt: Hashable, Sendable {
        /// What became of it.
        public enum Outcome: Hashable, Sendable {
            /// The step is done.
            case done
            /// It failed.
            case failed(Failure)
            /// Cleanup has given it up.
            case released
            /// It is in hand, or the process was killed.
            case open
        }

        /// Counts the attempts, from 1.
        public var number: Int
        /// When it was begun.
        public var began: Double
        /// When its end was recorded.
        public var ended: Double?
        /// Its actions, in order.
        public var deeds: [Deed] = []
        /// What became of it.
        public var outcome = Outcome.open
    }

    /// A side effect that cleanup looked at.
    public struct Struck: Hashable, Sendable {
        /// What it was.
        public var effect: SideEffect
        /// Whether it was undone; otherwise it was no longer ours.
        public var wasUndone: Bool
        /// When.
        public var time: Double
    }

    /// A step that the operator has left out.
    public struct SkippedStep: Hashable, Sendable {
        /// The operator's word.
        public var skip: Skip
        /// The number of the attempt that had failed.
        public var attempt: Int
        /// When.
        public var time: Double
    }

    /// Who worked on the run, in order.
    public private(set) var sittings: [Sitting] = []
    /// The attempts at each step.
    public private(set) var attempts: [StepKey: [Attempt]] = [:]
    /// What the operator has left out, and has not withdrawn.
    public private(set) var skipped: [StepKey: SkippedStep] = [:]
    /// What cleanup did.
    public private(set) var struck: [Struck] = []
    /// The fold of the journal.
    public let state: RunState
    /// How many records the journal has.
    public let count: Int
    /// The hash of its last line.
    public let hash: String

    /// Tells the story of a journal.
    public init(_ history: JournalReader.History) {
        state = history.state
        count = history.count
        hash = history.hash
        for (time, record) in history.records { take(record, at: time) }
    }

    /// When the run was begun; `nil` for an empty journal.
    public var began: Double? { sittings.first?.began }

    /// When the last record was made.
    public var ended: Double? { sittings.last?.ended }

    /// How much of a time somebody worked on the run, in seconds.
    public func worked(from: Double, to: Double) -> Double {
        sittings.reduce(0) { $0 + max(0, min(to, $1.ended) - max(from, $1.began)) }
    }

    /// When the last attempt at a step was begun.
    public func began(_ key: StepKey) -> Double? { attempts[key]?.last?.began }

    /// When the last attempt at a step has ended.
    public func ended(_ key: StepKey) -> Double? { attempts[key]?.last?.ended }

    private mutating func take(_ record: Record, at time: Double) {
        switch record {
        case .started(let header), .resumed(let header):
            sittings.append(Sitting(header: header, began: time, ended: time))
        case .begun(let key, let number):
            attempts[key, default: []].append(Attempt(number: number, began: time))
        case .intended(let key, _, let index, let action):
            change(key) { attempt in
                // One that was in doubt is taken up under its own name, or left for what the step wants now.
                attempt.settle(at: time)
                attempt.deeds.append(Deed(action: action, index: index, began: time))
            }
        case .acted(let key, _, _):
            change(key) { $0.endDeed(.ended, at: time) }
        case .done(let key):
            change(key) { attempt in
                attempt.settle(at: time)
                attempt.ended = time
                attempt.outcome = .done
            }
        case .failed(let key, let number, let failure):
            // What a failed attempt had left could not be waited for: then no other was begun.
            if attempts[key]?.last?.ended != nil || attempts[key] == nil {
                attempts[key, default: []].append(Attempt(number: number, began: time))
            }
            change(key) { attempt in
                attempt.endDeed(.failed, at: time)
                attempt.ended = time
                attempt.outcome = .failed(failure)
            }
        case .skipped(let key, let attempt, let skip):
            skipped[key] = SkippedStep(skip: skip, attempt: attempt, time: time)
        case .withdrawn(let key, _, _):
            skipped[key] = nil
        case .struck(let effect, let wasUndone):
            struck.append(Struck(effect: effect, wasUndone: wasUndone, time: time))
        case .released(let key):
            change(key) { attempt in
                attempt.settle(at: time)
                if attempt.ended == nil { attempt.outcome = .released }
                attempt.ended = attempt.ended ?? time
            }
        case .stopped(let reason):
            if !sittings.isEmpty { sittings[sittings.count - 1].stop = reason }
        case .undoing, .leased, .tookBack:
            break
        }
        // What comes after its stop is a cleanup's, which is no sitting.
        if let last = sittings.last, last.stop == nil || record.isStop { sittings[sittings.count - 1].ended = time }
    }

    private mutating func change(_ key: StepKey, _ body: (inout Attempt) -> Void) {
        guard var list = attempts[key], var last = list.popLast() else { return }
        body(&last)
        attempts[key] = list + [last]
    }
}

extension RunStory.Attempt {
    /// Ends the action in hand, if there is one.
    fileprivate mutating func endDeed(_ outcome: RunStory.Deed.Outcome, at time: Double) {
        guard let last = deeds.indices.last, deeds[last].outcome == .open else { return }
        deeds[last].outcome = outcome
        deeds[last].ended = time
    }

    fileprivate mutating func settle(at time: Double) { endDeed(.settled, at: time) }
}

extension Record {
    fileprivate var isStop: Bool {
        if case .stopped = self { true } else { false }
    }
}
