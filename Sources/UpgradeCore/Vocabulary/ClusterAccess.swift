/// Answers probes and performs actions: the seam that speaks meaning.
///
/// A live cluster, a simulation in memory and a simulation in a file conform to it; nothing above it knows which.
public protocol ClusterAccess: Sendable {
    /// Asks every question and returns when all are answered; changes nothing.
    ///
    /// - Parameters:
    ///   - probes: the questions.
    ///   - report: is told what an answer waits for: a host that is away, an Alertmanager without one.
    /// - Returns: every answer.
    /// - Throws: `AccessError` for the first question that could not be answered.
    func answer(
        _ probes: [Probe],
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) -> Observation

    /// Performs `action` and returns when it has ended well.
    ///
    /// Survives a lost connection by itself within its own deadline.
    /// - Parameters:
    ///   - action: what is to be done.
    ///   - job: names the attempt. An action that runs as a job runs at most once under one name: when the job of this
    ///     name runs already or has ended, it is followed instead of begun again.
    ///   - report: is told what the action waits for.
    /// - Throws: `AccessError` when it ended badly or its end could not be learned.
    func perform(
        _ action: Action,
        as job: JobID,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError)

    /// Waits until no job of this name runs any more; returns at once where none was begun.
    ///
    /// Says nothing about how the job ended: the step is asked again and looks at the cluster.
    /// - Throws: `AccessError` when the host where the job may run could not be asked.
    func settle(
        _ action: Action,
        as job: JobID,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError)
}

extension ClusterAccess {
    /// Asks every question for somebody who need not know what it waits for.
    ///
    /// - Throws: `AccessError` for the first question that could not be answered.
    public func answer(_ probes: [Probe]) async throws(AccessError) -> Observation {
        try await answer(probes) { _ in }
    }
}

/// Names one attempt at one action; the idempotency key of a job.
public struct JobID: Hashable, Sendable, Codable {
    /// The run.
    public var run: String
    /// The step.
    public var key: StepKey
    /// Counts the attempts at the step, from 1.
    public var attempt: Int
    /// Counts the actions of the attempt, from 0.
    public var index: Int
    /// The fencing token that it is done under; no part of the unit's name.
    public var fence: Int?
    /// The machine-id that the action's host had at the survey; `nil` where it is not known, and for a request to the API.
    ///
    /// On another machine nothing of the action is begun. No part of the unit's name.
    public var machine: String?

    /// Makes a name.
    public init(run: String, key: StepKey, attempt: Int, index: Int, machine: String? = nil) {
        self.run = run
        self.key = key
        self.attempt = attempt
        self.index = index
        self.machine = machine
    }

    /// The name of the transient systemd unit, without `.service`; only characters that systemd allows.
    ///
    /// A name that would be too long is cut, and ends in its digest, so that no two jobs share one.
    public var unitName: String {
        // A colon stands in no part, so that no two names are the same.
        let text = "upgrader-\(run):\(key.hop):\(key.phase):\(key.step):\(key.target):\(attempt):\(index)"
        let name = Self.allowed(text)
        guard name.utf8.count > Self.longestUnitName else { return name }
        return name.prefix(Self.longestUnitName - 65) + "-" + Digest.sha256(text)
    }

    /// What the names of all units of a run begin with.
    static func unitPrefix(run: String) -> String {
        let name = allowed("upgrader-\(run):")
        return String(name.prefix(longestUnitName - 65))
    }

    private static func allowed(_ text: String) -> String {
        String(
            text.unicodeScalars.map { scalar in
                let isAllowed =
                    scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
                    || scalar == "-" || scalar == "." || scalar == "_" || scalar == ":"
                return isAllowed ? Character(scalar) : "_"
            }
        )
    }

    /// Less than the 255 characters of systemd.unit(5), which count `.service`, and those of a file's name.
    static let longestUnitName = 240
}

/// What an action is waiting for, told while it runs.
public enum ActionProgress: Hashable, Sendable {
    /// Evictions are refused; who is held by which budget.
    case blocked([PodBlock])
    /// Another process holds dpkg's lock.
    case packageLockHeld(host: String, by: String)
    /// The connection was lost and is being made anew; the job goes on meanwhile.
    case reconnecting(host: String, reason: String)
    /// A command of the action has ended; not a wait, but told the same way.
    case ran(CommandTrace)
}

/// A pod that a drain cannot evict.
public struct PodBlock: Hashable, Sendable, Codable {
    /// `namespace/name` of the pod.
    public var pod: String
    /// The kind and name of its controller; `nil` for a bare pod.
    public var owner: String?
    /// `namespace/name` of the budget that holds it; `nil` when it is only slow to end.
    public var budget: String?
    /// How many disruptions the budget allows now.
    public var disruptionsAllowed: Int

    /// Makes a block.
    public init(pod: String, owner: String?, budget: String?, disruptionsAllowed: Int) {
        self.pod = pod
        self.owner = owner
        self.budget = budget
        self.disruptionsAllowed = disruptionsAllowed
    }
}

/// Why a question was not answered or an action did not end well.
public enum AccessError: Error, Hashable, Sendable, Codable {
    /// The host could not be used.
    case remote(RemoteError)
    /// A command ended badly; `output` is the end of what it printed.
    case commandFailed(host: String, command: String, status: String, output: String)
    /// A command's output is not what it should be.
    case unreadable(host: String, command: String, reason: String)
    /// A drain did not end in time.
    case drainBlocked(node: String, by: [PodBlock], deadline: Duration)
    /// A job did not end in time; it may still be running under this unit name.
    case jobOverdue(host: String, unit: String, deadline: Duration)
    /// A job was begun and has left no result: its host was restarted, or somebody removed it.
    case jobVanished(host: String, unit: String)
    /// A file of the operator's machine could not be written or read.
    case localFile(path: String, reason: String)
    /// The simulated cluster refuses what a real one would refuse.
    case refusedBySimulation(reason: String)
    /// The lease of the cluster is not ours any more; the action was not begun.
    case leaseLost(LeaseLoss)
}
