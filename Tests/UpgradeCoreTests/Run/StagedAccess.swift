import Synchronization
import UpgradeCore

/// A cluster at which a test may do something before an action is performed, and lose the answer after it.
struct StagedAccess: ClusterAccess {
    let base: any ClusterAccess
    /// Called before questions; why they are not answered, if so.
    var asking: @Sendable ([Probe]) async -> AccessError? = { _ in nil }
    /// Called before each action; why it is not begun, if so.
    var refusing: @Sendable (Action) async -> AccessError? = { _ in nil }
    /// Called before each action.
    var before: @Sendable (Action, JobID) async -> Void = { _, _ in }
    /// Called after each action; the error that is heard instead of its answer, if any.
    var after: @Sendable (Action) async -> AccessError? = { _ in nil }
    /// Called when a job is waited for.
    var settling: @Sendable (Action, JobID) -> Void = { _, _ in }
    /// Why no job can be waited for; `nil` when they can.
    var refusal: AccessError?

    init(_ base: any ClusterAccess) {
        self.base = base
    }

    func answer(
        _ probes: [Probe],
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) -> Observation {
        if let error = await asking(probes) { throw error }
        return try await base.answer(probes, report: report)
    }

    func perform(
        _ action: Action,
        as job: JobID,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) {
        if let error = await refusing(action) { throw error }
        await before(action, job)
        try await base.perform(action, as: job, report: report)
        if let error = await after(action) { throw error }
    }

    func settle(
        _ action: Action,
        as job: JobID,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) {
        settling(action, job)
        if let refusal { throw refusal }
        try await base.settle(action, as: job, report: report)
    }
}

/// True the first time it is asked, then never again.
final class Once: Sendable {
    private let isLeft = Mutex(true)

    func take() -> Bool {
        isLeft.withLock { isLeft in
            defer { isLeft = false }
            return isLeft
        }
    }
}

/// Collects what happens in closures of a test.
final class Notes<Value: Sendable>: Sendable {
    private let list = Mutex<[Value]>([])

    var all: [Value] { list.withLock { $0 } }

    func add(_ value: Value) {
        list.withLock { $0.append(value) }
    }
}

/// An observer that a test hears with.
struct Listener: RunObserver {
    let hear: @Sendable (RunNotice) -> Void

    func notice(_ notice: RunNotice) { hear(notice) }
}
