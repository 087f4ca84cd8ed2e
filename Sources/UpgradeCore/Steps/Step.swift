/// One decision for one target: the smallest thing that can be resumed.
///
/// A step decides, it does not do: `actions` looks at what was observed and says what is left to do; `[]` means that
/// all is as it should be. First try, retry, resume and verification are the same call. Nothing in a step waits,
/// prints, reads a clock or a file.
public protocol Step: Sendable {
    /// The stable name of the step; it is written to disk.
    var id: StepID { get }

    /// What the step is for, in a few words for a person.
    var title: String { get }

    /// The questions whose answers `actions` needs.
    func probes(_ context: StepContext) -> [Probe]

    /// What is left to do, in order; `[]` when nothing is.
    ///
    /// - Throws: `StepError.unmet` when the step must not go on.
    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action]

    /// The look in the beginning of the lane that is made anew before the step acts, where it may not be so any more: its lane is
    /// taken up in the middle, an operator was asked about it, or more than a minute has passed. Its gate is asked for with this
    /// step's key.
    var renews: StepID? { get }

    /// The condition that must hold before the step is done, after its actions; `nil` when there is none.
    func gate(_ context: StepContext) -> Gate?

    /// How long the step may take at most, by the playbook's deadlines; zero where it only looks.
    func longest(_ context: StepContext) -> Duration

    /// What of the step this program cannot take back, and what is left to the operator then; `nil` where it can.
    var pointOfNoReturn: String? { get }
}

extension Step {
    /// None.
    public var renews: StepID? { nil }

    /// No condition.
    public func gate(_ context: StepContext) -> Gate? { nil }

    /// As long as its gate.
    public func longest(_ context: StepContext) -> Duration { gate(context)?.deadline ?? .zero }

    /// None.
    public var pointOfNoReturn: String? { nil }
}

/// A condition with a deadline, asked for again at an interval.
public struct Gate: Sendable {
    /// The questions whose answers `verdict` needs.
    public var probes: [Probe]
    /// How long to wait in all.
    public var deadline: Duration
    /// How long to wait between two looks.
    public var interval: Duration
    /// What is measured in the answers, beside what is needed; says nothing about whether the gate is open.
    public var measured: @Sendable (Observation) throws(StepError) -> [GateReading]
    /// Looks at the answers.
    public var verdict: @Sendable (Observation) throws(StepError) -> Verdict
    /// What is asked before; `nil` for nothing.
    public var early: Early?

    /// Questions that may decide about a gate by themselves, so that its own are not asked: whom they ask may not be there to answer.
    public struct Early: Sendable {
        /// The questions.
        public var probes: [Probe]
        /// What their answers alone say; `nil` where the gate's own questions are needed.
        public var verdict: @Sendable (Observation) throws(StepError) -> Verdict?

        /// Makes questions.
        public init(probes: [Probe], verdict: @escaping @Sendable (Observation) throws(StepError) -> Verdict?) {
            self.probes = probes
            self.verdict = verdict
        }
    }

    /// Makes a gate.
    public init(
        probes: [Probe],
        deadline: Duration,
        interval: Duration,
        measured: @escaping @Sendable (Observation) throws(StepError) -> [GateReading],
        verdict: @escaping @Sendable (Observation) throws(StepError) -> Verdict,
        early: Early? = nil
    ) {
        self.probes = probes
        self.deadline = deadline
        self.interval = interval
        self.measured = measured
        self.verdict = verdict
        self.early = early
    }
}

/// What a gate says.
public enum Verdict: Hashable, Sendable {
    /// The condition holds.
    case open
    /// It does not hold yet, and why.
    case waiting(Unmet)
}

/// What a step may know besides what it observes.
public struct StepContext: Sendable {
    /// The step's own key.
    public var key: StepKey
    /// The run's name.
    public var run: String
    /// Facts of the hop.
    public var hop: HopFacts
    /// The playbook.
    public var playbook: Playbook
    /// The plan that is being carried out.
    public var plan: Plan
    /// What is ours on the cluster.
    public var ledger: Ledger
    /// Whether the lane may have taken something of its own host down, whatever became of it, also where it begins anew.
    public var isUnderWay: Bool

    /// Makes a context.
    public init(
        key: StepKey,
        run: String,
        hop: HopFacts,
        playbook: Playbook,
        plan: Plan,
        ledger: Ledger,
        isUnderWay: Bool = false
    ) {
        self.key = key
        self.run = run
        self.hop = hop
        self.playbook = playbook
        self.plan = plan
        self.ledger = ledger
        self.isUnderWay = isUnderWay
    }

    /// The host that the step is for.
    ///
    /// - Throws: `StepError.notObserved` for a step of the cluster, or a host that the playbook does not name.
    public func host() throws(StepError) -> Host {
        guard case .host(let name) = key.target, let host = playbook.host(name) else {
            throw .notObserved("host of \(key)")
        }
        return host
    }

    /// The name of the host that the step is for; empty for a step of the cluster.
    public var hostName: String {
        if case .host(let name) = key.target { name } else { "" }
    }

    /// The name of the Node object of the step's host.
    public var nodeName: String {
        playbook.host(hostName)?.node ?? hostName
    }

    /// The package version that the hop leads to; that it leaves, where the plan takes it back.
    public var targetVersion: PackageVersion? {
        playbook.releases[plan.takesBack == nil ? key.hop.to : key.hop.from]
    }
}
