import Synchronization
import UpgradeCore
import UpgradeTestSupport

/// A lease in memory that a test may meddle with.
final class ToldStore: LeaseStore {
    private struct State {
        var stored = StoredLease(record: nil, place: "memory")
        var count = 0
        var raised: [Int] = []
        var seen = 0
        var jobs: [String] = []
        var isAway = false
        var isSilent = false
        var isHostAway = false
        var losesAnswer = false
        var onRead: @Sendable (inout StoredLease) -> Void = { _ in }
        var onWrite: @Sendable (inout StoredLease) -> Void = { _ in }
    }
    private let state = Mutex(State())
    private var away: AccessError {
        isSilent
            ? .commandFailed(
                host: "cp1",
                command: "kubectl",
                status: "exit 1",
                output: "The connection to the server cp1:6443 was refused - did you specify the right host or port?"
            ) : .remote(.unreachable(host: "cp1", address: "", reason: "no route"))
    }

    var record: LeaseRecord? { state.withLock { $0.stored.record } }
    var raised: [Int] { state.withLock { $0.raised } }
    var seen: Int {
        get { state.withLock { $0.seen } }
        set { state.withLock { $0.seen = newValue } }
    }
    var jobs: [String] {
        get { state.withLock { $0.jobs } }
        set { state.withLock { $0.jobs = newValue } }
    }
    var isAway: Bool {
        get { state.withLock { $0.isAway } }
        set { state.withLock { $0.isAway = newValue } }
    }
    var isSilent: Bool {
        get { state.withLock { $0.isSilent } }
        set { state.withLock { $0.isSilent = newValue } }
    }
    var isHostAway: Bool {
        get { state.withLock { $0.isHostAway } }
        set { state.withLock { $0.isHostAway = newValue } }
    }
    var losesAnswer: Bool {
        get { state.withLock { $0.losesAnswer } }
        set { state.withLock { $0.losesAnswer = newValue } }
    }
    var onRead: @Sendable (inout StoredLease) -> Void {
        get { state.withLock { $0.onRead } }
        set { state.withLock { $0.onRead = newValue } }
    }
    var onWrite: @Sendable (inout StoredLease) -> Void {
        get { state.withLock { $0.onWrite } }
        set { state.withLock { $0.onWrite = newValue } }
    }

    func readLease() async throws(AccessError) -> StoredLease {
        let stored = state.withLock { state -> StoredLease? in
            guard !state.isAway else { return nil }
            state.onRead(&state.stored)
            return state.stored
        }
        guard let stored else { throw away }
        return stored
    }

    func writeLease(_ record: LeaseRecord, over given: StoredLease) async throws(AccessError) -> StoredLease? {
        let outcome = state.withLock { state -> (stored: StoredLease?, isHeard: Bool) in
            guard !state.isAway else { return (nil, false) }
            state.onWrite(&state.stored)
            guard state.stored.version == given.version else { return (nil, true) }
            state.count += 1
            state.stored = StoredLease(record: record, version: "\(state.count)", place: "memory")
            return (state.stored, !state.losesAnswer)
        }
        guard outcome.isHeard else { throw away }
        return outcome.stored
    }

    func raiseFence(to token: Int, run: String) async -> [FenceAnswer] {
        let outcome = state.withLock { state -> FenceAnswer.Outcome in
            if state.isHostAway { return .away(.jobVanished(host: "h", unit: "")) }
            guard state.seen <= token else { return .refused(seen: state.seen) }
            state.raised.append(token)
            state.seen = token
            return .raised(foreignJobs: state.jobs.popLast().map { [$0] } ?? [])
        }
        return [FenceAnswer(host: "h", outcome: outcome)]
    }
}
