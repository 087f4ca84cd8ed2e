public import UpgradeCore

/// Where the time of a run went, by kind of step: what its actions took, what was waited for, and the rest.
///
/// From journal and transcript alone. Deciding and writing down is `other`. Times in which nobody worked on the run do not
/// count, and for a process that was killed what came behind its last record is not known.
public struct RunProfile: Hashable, Sendable, Encodable {
    /// Seconds by what they went into.
    public struct Seconds: Hashable, Sendable, Encodable {
        /// All of them.
        public var all: Double
        /// From the intent of an action to its end on disk.
        public var acting: Double
        /// Of that, in commands on hosts, as far as the transcript has them; a simulated cluster has none.
        public var commands: Double
        /// From the first look that found a gate shut until it opened, or the attempt ended.
        public var waiting: Double
        /// Asking the cluster before the actions and for the gate, connecting included, as far as the transcript has it.
        public var looking: Double
        /// Makes seconds.
        public init(
            all: Double = 0,
            acting: Double = 0,
            commands: Double = 0,
            waiting: Double = 0,
            looking: Double = 0
        ) {
            self.all = all
            self.acting = acting
            self.commands = commands
            self.waiting = waiting
            self.looking = looking
        }

        /// Deciding and writing down.
        public var other: Double { max(0, all - acting - waiting - looking) }

        private enum CodingKeys: CodingKey {
            case all, acting, commands, waiting, looking, other
        }

        /// Writes the remainder as well, which a program need not work out.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(all, forKey: .all)
            try container.encode(acting, forKey: .acting)
            try container.encode(commands, forKey: .commands)
            try container.encode(waiting, forKey: .waiting)
            try container.encode(looking, forKey: .looking)
            try container.encode(other, forKey: .other)
        }

        static func + (left: Seconds, right: Seconds) -> Seconds {
            Seconds(
                all: left.all + right.all,
                acting: left.acting + right.acting,
                commands: left.commands + right.commands,
                waiting: left.waiting + right.waiting,
                looking: left.looking + right.looking
            )
        }
    }

    /// A kind of step in a kind of phase.
    public struct Row: Hashable, Sendable, Encodable {
        /// The kind of phase, such as `workers`.
        public var phase: String
        /// The step.
        public var step: String
        /// How many attempts there were, one in hand included.
        public var attempts: Int
        /// The longest of them, in seconds.
        public var longest: Double
        /// The key of that one.
        public var slowest: String
        /// What they took together.
        public var seconds: Seconds
    }

    /// A phase of a hop.
    public struct Part: Hashable, Sendable, Encodable {
        /// `1.12-1.13/workers`.
        public var phase: String
        /// From its first attempt to the end of its last, in seconds in which somebody worked on the run.
        public var wall: Double
        /// What its attempts took together: as many times as long as lanes went side by side.
        public var sum: Double
        /// From the end of a lane to the beginning of the next that took its place, the longest; `nil` with one lane.
        public var longestGap: Double?

        /// Makes a part.
        public init(phase: String, wall: Double, sum: Double, longestGap: Double?) {
            self.phase = phase
            self.wall = wall
            self.sum = sum
            self.longestGap = longestGap
        }
    }

    /// The form of the JSON, raised when it changes.
    public var schema = 1
    /// The run's name.
    public var run: String
    /// How long somebody worked on it, in seconds.
    public var worked: Double
    /// All attempts together.
    public var seconds: Seconds
    /// By kind of phase and step, what took longest first.
    public var rows: [Row]
    /// The phases in which something was begun, in their order.
    public var parts: [Part]

    /// Adds up a run.
    ///
    /// - Parameters:
    ///   - run: its name.
    ///   - story: its journal.
    ///   - plan: its plan.
    ///   - transcript: what commands printed and what was waited for.
    public init(run: String, story: RunStory, plan: Plan, transcript: [Transcript.Entry]) {
        let traces = Dictionary(grouping: transcript, by: \.key)
        var rows: [[String]: Row] = [:]
        for key in plan.keys {
            for attempt in story.attempts[key] ?? [] {
                let spent = Seconds(attempt, story, traces[key] ?? [])
                let name = [key.phase.kind.description, key.step.description]
                let none = Row(
                    phase: name[0],
                    step: name[1],
                    attempts: 0,
                    longest: -1,
                    slowest: "",
                    seconds: Seconds()
                )
                var row = rows[name] ?? none
                row.attempts += 1
                row.seconds = row.seconds + spent
                if spent.all > row.longest { (row.longest, row.slowest) = (spent.all, key.description) }
                rows[name] = row
            }
        }
        self.run = run
        worked = story.worked(from: story.began ?? 0, to: story.ended ?? 0)
        self.rows = rows.values.sorted { ($1.seconds.all, $0.phase, $0.step) < ($0.seconds.all, $1.phase, $1.step) }
        seconds = rows.values.map(\.seconds).reduce(Seconds(), +)
        parts = plan.hops.flatMap { hop in hop.phases.compactMap { Part(hop.id, $0, story) } }
    }
}

extension RunProfile.Seconds {
    /// What an attempt took; one that has not ended, up to the run's last record.
    fileprivate init(_ attempt: RunStory.Attempt, _ story: RunStory, _ transcript: [Transcript.Entry]) {
        let ended = attempt.ended ?? max(attempt.began, story.ended ?? 0)
        self.init()
        all = story.worked(from: attempt.began, to: ended)
        acting = attempt.deeds.map { story.worked(from: $0.began, to: $0.ended ?? ended) }.reduce(0, +)
        var shut: Double?
        for entry in transcript where entry.time >= attempt.began && entry.time <= ended {
            switch entry.event {
            case .ran(let trace): commands += trace.seconds
            case .gate: shut = shut ?? entry.time
            case .opened:
                waiting += shut.map { story.worked(from: $0, to: entry.time) } ?? 0
                shut = nil
            case .looked(let seconds): looking += seconds
            case .waits: break
            }
        }
        waiting += shut.map { story.worked(from: $0, to: ended) } ?? 0
    }
}

extension RunProfile.Part {
    /// `nil` for a phase in which nothing was begun.
    fileprivate init?(_ hop: HopID, _ phase: PlannedPhase, _ story: RunStory) {
        var lanes: [(began: Double, ended: Double)] = []
        var sum = 0.0
        for lane in phase.lanes {
            let keys = lane.steps.map { StepKey(hop: hop, phase: phase.id, step: $0, target: lane.target) }
            let spans = keys.flatMap { story.attempts[$0] ?? [] }.map { attempt in
                (attempt.began, attempt.ended ?? max(attempt.began, story.ended ?? 0))
            }
            guard let began = spans.map(\.0).min(), let ended = spans.map(\.1).max() else { continue }
            lanes.append((began, ended))
            sum += spans.map { story.worked(from: $0.0, to: $0.1) }.reduce(0, +)
        }
        guard let began = lanes.map(\.began).min(), let ended = lanes.map(\.ended).max() else { return nil }
        self.phase = "\(hop)/\(phase.id)"
        wall = story.worked(from: began, to: ended)
        self.sum = sum
        // Whoever begins after the first batch takes the place of the lane that ended last before it.
        let gaps = lanes.dropFirst(phase.batch).compactMap { lane in
            lanes.map(\.ended).filter { $0 <= lane.began }.max().map { story.worked(from: $0, to: lane.began) }
        }
        longestGap = gaps.max()
    }
}
