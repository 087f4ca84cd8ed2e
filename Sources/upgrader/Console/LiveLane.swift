internal import UpgradeCore

/// One target in work: its step, what the step does or waits for, and since when.
struct LiveLane: Hashable, Sendable {
    /// What the step does or waits for.
    enum Doing: Hashable, Sendable {
        /// It looks at the cluster and decides.
        case looking
        /// It follows a job from before.
        case following(Action)
        /// It performs an action.
        case acting(Action)
        /// Its gate is not open: why, what it measured, for how long it was waited for at `told`, and how long at most.
        case waiting(Unmet, measured: [GateReading], elapsed: Duration, told: Duration, deadline: Duration)
        /// Nothing: the run was interrupted, and nobody waits for what it waited for.
        case left
        /// It has failed.
        case failed(String)
    }

    /// A pod in the way of a drain.
    struct Hindrance: Hashable, Sendable {
        /// The pod, and what holds it.
        var block: PodBlock
        /// When it was first seen in the way.
        var since: Duration
    }

    /// Something that the action in hand waits for and told of.
    enum Hold: Hashable, Sendable {
        /// Pods that cannot be evicted.
        case pods([Hindrance])
        /// Anything else, in words.
        case other(String, since: Duration)
    }

    /// The step.
    let key: StepKey
    /// Which attempt at it this is.
    var attempt: Int
    /// When it was begun.
    var since: Duration
    /// What it does or waits for.
    private(set) var doing = Doing.looking
    private var hold: Hold?
    private var told = Duration.zero

    /// A hold is told again every few seconds while it lasts (drains: 3 s, DrainWatch); one that is not is over.
    private static let staleAfter = Duration.seconds(30)

    /// Makes the lane of a step that was begun at `since`.
    init(key: StepKey, attempt: Int, since: Duration) {
        self.key = key
        self.attempt = attempt
        self.since = since
    }

    /// Notes what the step does now; what it waited for before is over.
    mutating func does(_ doing: Doing) {
        self.doing = doing
        hold = nil
    }

    /// Notes that nothing more is begun: what was started is let end, and nothing else is waited for.
    mutating func interrupt() {
        switch doing {
        case .looking, .following, .waiting: does(.left)
        case .acting, .left, .failed: break
        }
    }

    /// Notes what the action in hand waits for.
    mutating func take(_ progress: ActionProgress, at now: Duration) {
        guard progress.isWait else { return }
        told = now
        switch progress {
        case .blocked(let blocks):
            var before: [String: Duration] = [:]
            if case .pods(let hindrances) = hold {
                for hindrance in hindrances { before[hindrance.block.pod] = hindrance.since }
            }
            hold = .pods(blocks.map { Hindrance(block: $0, since: before[$0.pod] ?? now) })
        case .packageLockHeld, .reconnecting, .ran:
            let text = progress.title
            if case .other(text, _) = hold { return }
            hold = .other(text, since: now)
        }
    }

    /// What the action in hand waits for; `nil` when it waits for nothing that it told of.
    func hold(at now: Duration) -> Hold? {
        now - told > Self.staleAfter ? nil : hold
    }

    /// Whether the step has failed.
    var isFailed: Bool {
        if case .failed = doing { true } else { false }
    }
}
