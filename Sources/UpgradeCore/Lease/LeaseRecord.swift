/// What the lock in the cluster says: who may change the cluster, and how often that was somebody else before.
public struct LeaseRecord: Hashable, Sendable, Codable {
    /// Who holds the lease; `nil` when it was given back.
    public var holder: LeaseHolder?
    /// The fencing token: raised whenever the lease is taken, never lowered, kept when it is given back.
    public var token: Int
    /// Counts the heartbeats under this token.
    ///
    /// Whoever watches learns from its changes, and never from a clock, whether the holder lives.
    public var beats: Int
    /// After how many seconds without a heartbeat the holder does nothing more.
    public var ttlSeconds: Int
    /// When the last heartbeat was, by the holder's clock; for people only.
    public var renewed: String

    /// Makes a record.
    public init(holder: LeaseHolder?, token: Int, beats: Int, ttlSeconds: Int, renewed: String) {
        self.holder = holder
        self.token = token
        self.beats = beats
        self.ttlSeconds = ttlSeconds
        self.renewed = renewed
    }
}

/// Who holds the lease, and what for.
public struct LeaseHolder: Hashable, Sendable, Codable {
    /// `user@host` of the operator.
    public var user: String
    /// The run.
    public var run: String
    /// Why, in the operator's words, without secrets.
    public var reason: String
    /// The step in hand; empty before the first.
    public var step: String
    /// The operator's machine: its machine-id.
    public var machine: String
    /// The process on that machine: boot, number and start, so that a number used again is not taken for it.
    public var process: String

    /// Makes a holder.
    public init(user: String, run: String, reason: String, step: String = "", machine: String, process: String) {
        self.user = user
        self.run = run
        self.reason = reason
        self.step = step
        self.machine = machine
        self.process = process
    }
}

/// How often the holder says that it lives, and how long its word counts.
public struct LeaseTerms: Hashable, Sendable {
    /// Between two heartbeats.
    public var heartbeat: Duration
    /// How long after its last heartbeat the holder may still begin something.
    public var ttl: Duration
    /// How long something that was begun just before that may still be tried again after a lost connection.
    public var grace: Duration

    /// Makes terms.
    ///
    /// Ten seconds are no load for an API server. Two minutes outlast the restart of an only API server and of its etcd,
    /// and a dial that is given up (`deadlines.connect`); whoever takes the lease over waits no longer than that.
    public init(
        heartbeat: Duration = .seconds(10),
        ttl: Duration = .seconds(120),
        grace: Duration = Deadlines().connect
    ) {
        self.heartbeat = heartbeat
        self.ttl = ttl
        self.grace = grace
    }
}

/// How a run came to hold the lease, as the journal keeps it.
public struct LeaseClaim: Hashable, Sendable, Codable {
    /// The fencing token.
    public var token: Int
    /// Who held it before and was put out by `--takeover`; `nil` where nobody was.
    public var takenFrom: LeaseHolder?

    /// Makes a claim.
    public init(token: Int, takenFrom: LeaseHolder? = nil) {
        self.token = token
        self.takenFrom = takenFrom
    }
}

/// Why a run may change nothing any more.
public enum LeaseLoss: Hashable, Sendable, Codable {
    /// Somebody else holds the lease now; `nil` where it was given back or removed.
    case taken(by: LeaseHolder?, token: Int)
    /// No heartbeat went through for the time to live.
    case lapsed(after: Duration)
    /// A host has seen a newer token than ours and refused the action before it began.
    case fenced(host: String, seen: Int)
}
