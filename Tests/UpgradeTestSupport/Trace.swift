internal import Synchronization
public import UpgradeCore

/// Everything that a run recorded and performed, in the order in which it happened.
public final class Trace: Sendable {
    /// Something that happened.
    public enum Event: Hashable, Sendable {
        /// A record was made durable.
        case recorded(Record)
        /// An action was begun.
        case performed(Action, JobID)
    }

    private let log = Mutex<[Event]>([])

    /// Makes an empty trace.
    public init() {}

    /// What happened so far.
    public var events: [Event] { log.withLock { $0 } }

    func add(_ event: Event) { log.withLock { $0.append(event) } }
}

/// A cluster that notes what is performed on it.
public struct TracedAccess: ClusterAccess {
    private let base: any ClusterAccess
    private let trace: Trace

    /// Notes what is performed on `base`.
    public init(_ base: any ClusterAccess, _ trace: Trace) {
        self.base = base
        self.trace = trace
    }

    /// Answers as `base` does.
    public func answer(
        _ probes: [Probe],
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) -> Observation {
        try await base.answer(probes, report: report)
    }

    /// Notes the action, then performs it.
    public func perform(
        _ action: Action,
        as job: JobID,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) {
        trace.add(.performed(action, job))
        try await base.perform(action, as: job, report: report)
    }

    /// Waits as `base` does.
    public func settle(
        _ action: Action,
        as job: JobID,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) {
        try await base.settle(action, as: job, report: report)
    }
}

/// A recorder that notes what it recorded.
public final class TracedRecorder: Recorder {
    private let base: any Recorder
    private let trace: Trace

    /// Notes what `base` records.
    public init(_ base: any Recorder, _ trace: Trace) {
        self.base = base
        self.trace = trace
    }

    /// The fold of what was recorded.
    public var state: RunState { base.state }

    /// Records, then notes.
    public func append(_ records: [Record]) throws(JournalError) {
        try base.append(records)
        for record in records {
            trace.add(.recorded(record))
        }
    }
}
