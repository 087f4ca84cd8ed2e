public import UpgradeCore

/// Why a run stands where it stands, and what can be done now: from the run's directory alone, no host is asked.
public struct WhyReport: Hashable, Sendable, Encodable {
    /// A failure that stopped the run.
    public struct Cause: Hashable, Sendable, Encodable {
        /// The step.
        public var key: String
        /// What it is for.
        public var title: String
        /// Its place in the plan, from 1.
        public var number: Int
        /// Counts the attempts.
        public var attempt: Int
        /// When it failed.
        public var time: String
        /// Why.
        public var why: String
        /// The command that ran, and how it ended.
        public var ran: String?
        /// The end of what that printed.
        public var output: String?
        /// What its gate measured last, while it was shut.
        public var measured: [GateReading] = []
        /// What to do about it.
        public var mend: String
        /// Whether the operator is asked what becomes of it, and has not answered.
        public var isAsked = false
    }

    /// A step that was begun and is not known to have ended.
    public struct InHand: Hashable, Sendable, Encodable {
        /// The step.
        public var key: String
        /// What it is for.
        public var title: String
        /// When it was begun.
        public var since: String
        /// The action whose end is not known.
        public var action: String?
        /// The commands of that action.
        public var commands: [String]
        /// The systemd unit that may still run on the host, where the action is a job.
        public var unit: String?
        /// What it was last seen waiting for.
        public var waits: String?
        /// What its gate measured last.
        public var measured: [GateReading] = []
    }

    /// A step that the operator has left out.
    public struct Skipped: Hashable, Sendable, Encodable {
        /// The step.
        public var key: String
        /// What it is for.
        public var title: String
        /// When.
        public var time: String
        /// By whom.
        public var by: String
        /// Why, in the operator's words.
        public var reason: String
        /// What follows from it, as the operator was told.
        public var consequence: String
        /// Why its last attempt had failed.
        public var why: String
    }

    /// A resume that began nothing, for what its hosts answered; nothing is recorded since.
    public struct Refused: Hashable, Sendable, Encodable {
        /// When.
        public var time: String
        /// Who wanted to resume.
        public var by: String
        /// What the program ended with.
        public var code: Int
        /// What was found.
        public var error: String
        /// Why.
        public var why: String
        /// What to do about it.
        public var mend: String
    }

    /// Something of the run that is on the cluster.
    public struct Ours: Hashable, Sendable, Encodable {
        /// What it is.
        public var effect: String
        /// The step that made it.
        public var key: String
        /// How it is undone.
        public var undo: String
        /// The commands of that; none where they break something unless the cluster is looked at before.
        public var commands: [String]
        /// What they would break.
        public var caution: String?
        /// The command that looks before it undoes it; absent where there is no caution.
        public var undoneBy: String?
    }

    /// What can be done now.
    public struct Choice: Hashable, Sendable, Encodable {
        /// The exact command.
        public var command: String
        /// What it does, and what follows from it.
        public var consequence: String
    }

    /// The form of the JSON, raised when it changes.
    public var schema = 1
    /// The run's directory.
    public var directory: String
    /// The cluster.
    public var cluster: String
    /// How the run stands.
    public var status: RunStatus
    /// Who works on the cluster now.
    public var holder: String?
    /// When the run was begun, and by whom.
    public var began: String
    /// Who began it.
    public var by: String
    /// Why, in the operator's words.
    public var reason: String
    /// The directory of the upgrade that this run takes back; absent where it takes none back.
    public var takesBack: String?
    /// Whether it does so by a restore of etcd; absent where it does not.
    public var restores: Bool?
    /// The directory of the restore that has led etcd back to before this run; absent where none has.
    public var restoredBy: String?
    /// The directory of the restore or rollback of this run that is unfinished; absent where none is.
    public var takenBackBy: String?
    /// Why this restore or rollback is past; absent where it is not.
    public var superseded: String?
    /// When the last record was made.
    public var last: String
    /// Why the lease of the cluster was lost; absent where it was not.
    public var lost: String?
    /// What was asked for and made it stop: the hop that is done, or the host for which no time was left.
    public var stopped: String?
    /// Why the last resume began nothing; absent where none was refused, or something is recorded since.
    public var refused: Refused?
    /// Steps of the plan.
    public var steps: Int
    /// Steps that are done.
    public var done: Int
    /// The first step that is not done.
    public var next: String?
    /// Why it stopped.
    public var causes: [Cause] = []
    /// What the operator has left out.
    public var skipped: [Skipped] = []
    /// What was in hand.
    public var inHand: [InHand] = []
    /// What is ours on the cluster.
    public var ours: [Ours] = []
    /// Where the hosts stand, as the journal saw them last.
    public var hosts: [HostStanding] = []
    /// What can be done now.
    public var choices: [Choice] = []
    /// What was noticed in the state directory.
    public var notices: [String]

    /// Makes the report.
    ///
    /// - Parameters:
    ///   - story: what happened.
    ///   - plan: what was to happen.
    ///   - playbook: for the commands of actions.
    ///   - titles: what the steps are for.
    ///   - place: where the run is kept.
    ///   - transcript: what commands printed and what was waited for.
    ///   - refusal: why the last resume began nothing.
    ///   - canTakeBack: whether `rollback` would take a worker back.
    ///   - notices: what was noticed on reading.
    public init(
        story: RunStory,
        plan: Plan,
        playbook: Playbook,
        titles: [StepID: String],
        place: RunPlace,
        transcript: [Transcript.Entry] = [],
        refusal: ResumeRefusal? = nil,
        canTakeBack: (String) -> Bool = { _ in false },
        notices: [String] = []
    ) {
        let state = story.state
        let numbers = Dictionary(plan.keys.enumerated().map { ($1, $0 + 1) }, uniquingKeysWith: { first, _ in first })
        directory = place.directory
        cluster = plan.cluster
        holder = place.holder
        status = RunStatus(state, isHeld: place.holder != nil)
        began = story.began.map(Clock.stamp) ?? ""
        by = state.header?.holder ?? ""
        reason = state.header?.reason ?? ""
        takesBack = place.upgrade
        restores = plan.restores == nil ? nil : true
        restoredBy = place.restoredBy
        takenBackBy = place.takenBackBy
        superseded = place.superseded
        if case .leaseLost(let loss) = state.stop { lost = "\(loss.why); \(loss.next)" }
        if status == .stopped { stopped = state.stop?.words }
        // Who is at work asks its hosts anew; what a restore has ended is not resumed.
        refused = place.holder == nil && place.restoredBy == nil ? refusal.map(Refused.init) : nil
        last = story.ended.map(Clock.stamp) ?? ""
        steps = plan.keys.count
        done = state.done.count
        next = plan.keys.first { !state.isBehind($0) }?.description
        self.notices = notices
        causes = plan.keys.compactMap { key in
            state.failed[key].map { failed in
                Cause(
                    key: key.description,
                    title: titles[key.step] ?? "",
                    number: numbers[key] ?? 0,
                    attempt: failed.attempt,
                    time: story.ended(key).map(Clock.stamp) ?? "",
                    why: failed.failure.why,
                    ran: failed.failure.ran,
                    output: failed.failure.output,
                    measured: failed.failure.isGate
                        ? transcript.measured(by: key, since: story.began(key) ?? 0) : [],
                    mend: failed.failure.next,
                    isAsked: place.holder != nil && transcript.isAsked(key)
                )
            }
        }
        skipped = plan.keys.compactMap { key in
            story.skipped[key].map { one in
                Skipped(
                    key: key.description,
                    title: titles[key.step] ?? "",
                    time: Clock.stamp(one.time),
                    by: one.skip.by,
                    reason: one.skip.reason,
                    consequence: one.skip.consequence,
                    why: state.skipped[key]?.failed.failure.why ?? ""
                )
            }
        }
        inHand = plan.keys.compactMap { key in
            state.inFlight[key].map {
                Self.inHand(key, $0, story, playbook, titles[key.step] ?? "", run: state.header?.run ?? "", transcript)
            }
        }
        let undoing = Undoing(
            place: place,
            isPulledApart: plan.restores != nil && state.stop != .completed && story.hasMovedEtcd
        )
        ours = state.ledger.entries.map { entry in
            let caution = undoing.caution(entry.effect)
            return Ours(
                effect: entry.effect.title,
                key: entry.key.description,
                undo: entry.effect.inverse.title,
                commands: caution == nil ? Self.commands(entry.effect.inverse, playbook) : [],
                caution: caution?.why,
                undoneBy: caution?.by
            )
        }
        // Where the data cannot be read nothing is told of hosts.
        let installs = ((try? StepGuide.all()) ?? [:]).filter { $0.value.installs == true }
        hosts = HostStanding.all(plan, state, playbook, installs: Set(installs.keys))
        let halfWay = hosts.filter { $0.standing == .inWork || $0.standing == .failed }
        choices =
            Choices(
                state: state,
                status: status,
                place: place,
                next: next,
                run: state.header?.run ?? "",
                takenBack: halfWay.filter(story.hasChanged).map(\.host).filter(canTakeBack),
                isRefused: refused != nil,
                isRestore: plan.restores != nil,
                isPulledApart: undoing.isPulledApart
            ).all
    }

    private static func inHand(
        _ key: StepKey,
        _ step: RunState.InFlight,
        _ story: RunStory,
        _ playbook: Playbook,
        _ title: String,
        run: String,
        _ transcript: [Transcript.Entry]
    ) -> InHand {
        let began = story.began(key) ?? 0
        let job = JobID(run: run, key: key, attempt: step.attempt, index: step.nextIndex)
        let wait = transcript.last { $0.key == key && $0.time >= began && $0.event.wait != nil }
        return InHand(
            key: key.description,
            title: title,
            since: Clock.stamp(began),
            action: step.intended?.title,
            commands: step.intended.map { commands($0, playbook) } ?? [],
            unit: step.intended?.isJob == true ? job.unitName : nil,
            waits: wait?.event.wait,
            measured: transcript.measured(by: key, since: began)
        )
    }

    static func commands(_ action: Action, _ playbook: Playbook) -> [String] {
        CommandRendering.commands(for: action, playbook: playbook).map(\.description)
    }
}

extension WhyReport.Refused {
    fileprivate init(_ refusal: ResumeRefusal) {
        self.init(
            time: Clock.stamp(refusal.time),
            by: refusal.by,
            code: refusal.code,
            error: refusal.error,
            why: refusal.why,
            mend: refusal.next
        )
    }
}

extension Transcript.Entry.Event {
    /// What was waited for; `nil` for a command.
    public var wait: String? {
        switch self {
        case .waits(let text), .gate(let text, _): text
        case .ran, .opened, .looked: nil
        }
    }
}

extension Failure {
    fileprivate var isGate: Bool {
        if case .gateClosed = self { true } else { false }
    }
}

extension [Transcript.Entry] {
    /// Whether a question about a step was the last that was told of it.
    public func isAsked(_ key: StepKey) -> Bool {
        // How long an attempt looked is written at its end, whenever the question stands.
        let told = last { entry in
            if case .looked = entry.event { false } else { entry.key == key }
        }
        return told?.event.wait == Transcript.Entry.asked
    }

    /// What the gate of a step measured last.
    fileprivate func measured(by key: StepKey, since time: Double) -> [GateReading] {
        last { $0.key == key && $0.time >= time && $0.event.measured != nil }?.event.measured ?? []
    }
}

extension Transcript.Entry.Event {
    /// What a gate measured; `nil` where it is of none.
    var measured: [GateReading]? {
        switch self {
        case .gate(_, let measured): measured ?? []
        case .opened(let measured): measured
        case .ran, .waits, .looked: nil
        }
    }
}
