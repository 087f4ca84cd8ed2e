/// The numbered sequence that a run carries out: the contract.
///
/// A value: the machine walks it, the console prints it, `plan.json` holds it.
public struct Plan: Hashable, Sendable, Codable {
    /// The form of this value on disk; raised when it changes.
    public static let schema = 1

    /// The form on disk.
    public var schema: Int
    /// The cluster's name.
    public var cluster: String
    /// SHA-256 of the playbook's text.
    public var playbookDigest: String
    /// SHA-256 of the version data that the plan was made with.
    public var versionsDigest: String
    /// The machine-ids of the hosts at the survey, by host name.
    public var machineIDs: [String: String]
    /// What was true before the first change.
    public var baseline: Baseline
    /// The hops, in order.
    public var hops: [PlannedHop]
    /// The run whose lane it takes back: its hop then leads from the newer release to the older; `nil` for an upgrade.
    public var takesBack: String?
    /// The step of that run from which on all is taken back, the first of its lane; `nil` where it is one worker's lane.
    public var takesBackTo: StepKey?
    /// The runs whose marks it undoes, their own state being lost; `nil` for any other plan.
    ///
    /// Its hop is then only the one in which the cluster stands.
    public var recovers: [String]?
    /// The snapshot of etcd that it leads back to; `nil` where data stays as it is.
    public var restores: EtcdRestoration?

    /// Makes a plan.
    public init(
        cluster: String,
        playbookDigest: String,
        versionsDigest: String,
        machineIDs: [String: String],
        baseline: Baseline,
        hops: [PlannedHop],
        takesBack: String? = nil,
        takesBackTo: StepKey? = nil,
        restores: EtcdRestoration? = nil
    ) {
        self.schema = Self.schema
        self.cluster = cluster
        self.playbookDigest = playbookDigest
        self.versionsDigest = versionsDigest
        self.machineIDs = machineIDs
        self.baseline = baseline
        self.hops = hops
        self.takesBack = takesBack
        self.takesBackTo = takesBackTo
        self.restores = restores
    }

    /// The release that it leads from.
    public var from: MinorRelease? {
        recovers != nil ? nil : takesBack == nil ? hops.first?.id.from : hops.first?.id.to
    }

    /// The release that it leads to.
    public var to: MinorRelease? { recovers != nil ? nil : takesBack == nil ? hops.last?.id.to : hops.last?.id.from }

    /// Every step in the order of the plan: lanes of a batch one after another.
    public var keys: [StepKey] {
        hops.flatMap(\.keys)
    }
}

extension Plan {
    /// The first step of the lane or the phase that a text names: `1.12-1.13/workers/drain@w1`, `1.12-1.13/workers`.
    ///
    /// - Returns: `nil` where the plan has no such step or phase.
    public func beginning(of name: String) -> StepKey? {
        if let step = StepKey(name) {
            guard keys.contains(step) else { return nil }
            return keys.first(where: step.isOfLane)
        }
        // `workers` stands for all of its waves: for the beginning of the first.
        return keys.first { key in [key.phase, key.phase.kind].contains { "\(key.hop)/\($0)" == name } }
    }
}

/// The health before the first change; nothing may get worse than this.
public struct Baseline: Hashable, Sendable, Codable {
    /// Nodes that were Ready.
    public var readyNodes: Set<String>
    /// Nodes that somebody else had cordoned.
    public var foreignCordons: Set<String>
    /// The number of etcd members.
    public var etcdMembers: Int
    /// How many BGP sessions each host's Calico had established; absent where Calico is not moved or knows of no BGP.
    public var bgpSessions: [String: Int]?
    /// The nodes of which each host reached a pod; absent where Calico is not moved.
    public var podsReached: [String: [String]]?

    /// Makes a baseline.
    public init(
        readyNodes: Set<String>,
        foreignCordons: Set<String>,
        etcdMembers: Int,
        bgpSessions: [String: Int]? = nil,
        podsReached: [String: [String]]? = nil
    ) {
        self.readyNodes = readyNodes
        self.foreignCordons = foreignCordons
        self.etcdMembers = etcdMembers
        self.bgpSessions = bgpSessions
        self.podsReached = podsReached
    }
}

/// One hop of a plan.
public struct PlannedHop: Hashable, Sendable, Codable {
    /// The hop.
    public var id: HopID
    /// Its phases, in order; each begins when the one before has ended.
    public var phases: [PlannedPhase]

    /// Makes a hop.
    public init(id: HopID, phases: [PlannedPhase]) {
        self.id = id
        self.phases = phases
    }

    /// Its steps in order: lanes of a batch one after another.
    public var keys: [StepKey] {
        phases.flatMap { phase in
            phase.lanes.flatMap { lane in
                lane.steps.map { StepKey(hop: id, phase: phase.id, step: $0, target: lane.target) }
            }
        }
    }
}

/// A named group of lanes with one batching rule.
public struct PlannedPhase: Hashable, Sendable, Codable {
    /// The phase.
    public var id: PhaseID
    /// How many lanes are walked at once.
    public var batch: Int
    /// How many lanes may fail before no other is begun.
    public var failureBudget: Int
    /// The lanes, in the order in which they are begun.
    public var lanes: [PlannedLane]

    /// Makes a phase.
    public init(id: PhaseID, batch: Int, failureBudget: Int, lanes: [PlannedLane]) {
        self.id = id
        self.batch = batch
        self.failureBudget = failureBudget
        self.lanes = lanes
    }
}

/// One target's walk through its steps.
public struct PlannedLane: Hashable, Sendable, Codable {
    /// The host, or the cluster.
    public var target: Target
    /// The steps, in order.
    public var steps: [StepID]

    /// Makes a lane.
    public init(target: Target, steps: [StepID]) {
        self.target = target
        self.steps = steps
    }
}
