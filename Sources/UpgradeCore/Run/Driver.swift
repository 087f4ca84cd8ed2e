internal import Synchronization

/// The one loop that performs what the machine asks for.
///
/// It saves before it acts, looks again after, and tells its observer. It decides nothing: steps decide what is to be
/// done, the machine decides what comes next.
public struct Driver<Time: Clock>: Sendable where Time.Duration == Duration {
    /// The run's name.
    public var run: String
    /// The plan to carry out.
    public var plan: Plan
    /// The playbook of the plan.
    public var playbook: Playbook
    /// The steps that exist.
    public var steps: StepSet
    /// Facts by hop.
    public var hops: [HopID: HopFacts]
    /// The cluster.
    public var access: any ClusterAccess
    /// The clock that deadlines are measured on.
    public var clock: Time
    /// The operator's wish to stop.
    public var interruption: Interruption
    /// Who is told.
    public var observer: any RunObserver
    /// When all that is begun must be able to end; `nil` for no such time.
    public var window: RunWindow?
    /// Asks the operator about a step that has failed; `nil` where nobody can be asked.
    public var asker: (any Asker)?
    /// When lanes have looked at the cluster.
    let looks = LookTimes<Time>()

    /// Makes a driver.
    public init(
        run: String,
        plan: Plan,
        playbook: Playbook,
        steps: StepSet,
        hops: [HopID: HopFacts],
        access: any ClusterAccess,
        clock: Time,
        interruption: Interruption = Interruption(),
        observer: any RunObserver = SilentObserver(),
        window: RunWindow? = nil,
        asker: (any Asker)? = nil
    ) {
        self.run = run
        self.plan = plan
        self.playbook = playbook
        self.steps = steps
        self.hops = hops
        self.access = access
        self.clock = clock
        self.interruption = interruption
        self.observer = observer
        self.window = window
        self.asker = asker
    }

    private enum Signal {
        case event(RunEvent)
        case interrupted
    }

    /// Walks the plan from where the record stands until it stops.
    ///
    /// - Parameters:
    ///   - recorder: holds what was recorded before; every transition is made durable in it before it counts.
    ///   - until: the last hop to do; `nil` for all.
    /// - Returns: why it stopped; the same is recorded.
    /// - Throws: `DriverError` when nothing more can be recorded, or for a mistake of ours.
    public func walk(recorder: any Recorder, until: HopID? = nil) async throws(DriverError) -> StopReason {
        var machine = RunMachine(
            plan: plan,
            resuming: recorder.state,
            until: until,
            isTimed: window != nil,
            asks: asker != nil
        )
        let outcome = await withTaskGroup(of: Signal.self) { group -> Result<StopReason, DriverError> in
            group.addTask {
                await interruption.reached(1)
                return .interrupted
            }
            defer { group.cancelAll() }
            do throws(DriverError) {
                return .success(try await turn(&machine, recorder, &group))
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }

    private func turn(
        _ machine: inout RunMachine,
        _ recorder: any Recorder,
        _ group: inout TaskGroup<Signal>
    ) async throws(DriverError) -> StopReason {
        var effects = try handle(.started, &machine)
        var timing = Timing<Time>(since: clock.now)
        var times = window?.times ?? StepTimes()
        let start = clock.now
        let standing = Standing()
        while true {
            var following: [RunEffect] = []
            let records = effects.compactMap(\.record)
            if !records.isEmpty {
                if records.contains(.stopped(.completed)) { await dropMarks(recorder.state) }
                do {
                    try recorder.append(records)
                } catch {
                    throw .recorder(error)
                }
                for record in records {
                    tell(record, &timing)
                    if window != nil { times.take(record, at: start.duration(to: clock.now) / .seconds(1)) }
                }
            }
            for effect in effects {
                switch effect {
                case .lane(let index, .save):
                    following += try handle(.lane(index, .saved), &machine)
                case .mayBegin(let index, let keys):
                    let needs = try needs(keys, times, recorder.state.ledger)
                    let isTime = window.map { needs <= $0.left() } ?? true
                    following += try handle(isTime ? .laneAllowed(index) : .laneRefused(index, needs: needs), &machine)
                case .saveStop:
                    following += try handle(.stopSaved, &machine)
                case .stop(let reason):
                    observer.notice(.stopped(reason))
                    return reason
                case .lane(let index, .ask(let key, let attempt, let failure)):
                    let question = question(key, attempt: attempt, failure, recorder.state, machine.state)
                    group.addTask {
                        .event(.lane(index, await ask(question, standing)))
                    }
                case .lane(let index, let effect):
                    let known = known(recorder.state, effect)
                    group.addTask {
                        .event(.lane(index, await perform(effect, known)))
                    }
                }
            }
            if asker != nil {
                standing.now = self.standing(recorder.state, machine.state)
            }
            effects = following
            if effects.isEmpty {
                switch await group.next() {
                case .event(let event):
                    // A wait that was abandoned may be told before the wish that ended it.
                    if case .lane(_, .abandoned) = event {
                        effects = try handle(wish, &machine)
                    }
                    effects += try handle(event, &machine)
                case .interrupted:
                    if interruption.loss == nil { observer.notice(.interrupted) }
                    effects = try handle(wish, &machine)
                case nil:
                    throw .bug("nothing is under way and the run has not stopped")
                }
            }
        }
    }

    /// What the wish to stop is to the machine.
    private var wish: RunEvent { interruption.loss.map(RunEvent.leaseLost) ?? .interrupted }

    private func handle(_ event: RunEvent, _ machine: inout RunMachine) throws(DriverError) -> [RunEffect] {
        do {
            return try machine.handle(event)
        } catch {
            throw .bug("\(error.event) cannot happen in \(error.state)")
        }
    }

    private func tell(_ record: Record, _ timing: inout Timing<Time>) {
        switch record {
        case .begun(let key, let attempt):
            timing.began(key, clock)
            observer.notice(.stepBegan(key, attempt: attempt))
        case .intended(let key, _, _, _):
            timing.changed(key)
        case .done(let key):
            let (took, changed) = timing.ended(key, clock)
            observer.notice(.stepEnded(key, took: took, changed: changed))
        case .failed(let key, _, let failure):
            observer.notice(.stepFailed(key, failure))
        case .skipped(let key, _, let skip):
            observer.notice(.stepSkipped(key, skip))
        case .started, .resumed, .leased, .acted, .withdrawn, .undoing, .struck, .released, .tookBack, .stopped:
            break
        }
    }
}

/// How things stand, for questions that stand meanwhile.
final class Standing: Sendable {
    private let state = Mutex(FailureQuestion.Standing())

    var now: FailureQuestion.Standing {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}

/// Why a run could not go on at all.
public enum DriverError: Error, Hashable, Sendable {
    /// The journal could not be written; nothing was done that is not recorded.
    case recorder(JournalError)
    /// A mistake of ours.
    case bug(String)
}

/// When the steps in hand were begun and whether they changed anything.
///
/// A step that a process before this one had begun goes on as this one begins, and what it changed before is not known here.
private struct Timing<Time: Clock> {
    private let since: Time.Instant
    private var begun: [StepKey: Time.Instant] = [:]
    private var changedKeys: Set<StepKey> = []

    init(since: Time.Instant) { self.since = since }

    mutating func began(_ key: StepKey, _ clock: Time) {
        begun[key] = clock.now
    }

    mutating func changed(_ key: StepKey) {
        changedKeys.insert(key)
    }

    mutating func ended(_ key: StepKey, _ clock: Time) -> (took: Time.Duration, changed: Bool) {
        let start = begun.removeValue(forKey: key)
        return ((start ?? since).duration(to: clock.now), changedKeys.remove(key) != nil || start == nil)
    }
}

extension RunEffect {
    /// What the effect wants saved, if anything.
    var record: Record? {
        switch self {
        case .lane(_, .save(let record)): record
        case .saveStop(let reason): .stopped(reason)
        case .lane, .mayBegin, .stop: nil
        }
    }
}
