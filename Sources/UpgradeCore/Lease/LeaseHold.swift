internal import Synchronization

/// The lease while a run holds it: renewed beside the run, asked before every action, given back at the end.
///
/// Only durations on our own clock count, from just before a heartbeat was sent; wall clocks of two machines are never
/// compared. Once lapsed it stays so: a run that slept too long stops before its next action, whatever became of the
/// lease meanwhile.
public final class LeaseHold: Sendable {
    /// What changes while the lease is held.
    struct State: Sendable {
        /// The lease as it was kept last.
        var stored: StoredLease
        /// What it said then.
        var record: LeaseRecord
        /// When the last heartbeat that went through was sent.
        var renewed: Duration
        /// Why nothing may be changed any more; `nil` while all is well.
        var loss: LeaseLoss?
        /// Whether `stored` was read, and may be written over.
        var isRead = true
    }

    /// Our fencing token.
    public let token: Int
    /// How it came to be ours.
    public let claim: LeaseClaim
    let store: any LeaseStore
    let terms: LeaseTerms
    let clock: LeaseClock
    /// Whether it is held by the hosts' fence alone while no API server answers.
    let isByFence: Bool
    private let state: Mutex<State>

    init(
        _ stored: StoredLease,
        _ record: LeaseRecord,
        claim: LeaseClaim,
        sent: Duration,
        store: any LeaseStore,
        terms: LeaseTerms,
        clock: LeaseClock,
        isByFence: Bool = false,
        isRead: Bool = true
    ) {
        self.isByFence = isByFence
        token = record.token
        self.claim = claim
        self.store = store
        self.terms = terms
        self.clock = clock
        state = Mutex(State(stored: stored, record: record, renewed: sent, isRead: isRead))
    }

    /// Why nothing may be changed any more; `nil` while the lease is ours.
    public var loss: LeaseLoss? {
        state.withLock { state in
            lapse(&state)
            return state.loss
        }
    }

    /// Says whether an action may be begun.
    ///
    /// - Throws: `AccessError.leaseLost` when not.
    public func check() throws(AccessError) {
        if let loss { throw .leaseLost(loss) }
    }

    /// Notes the step in hand; the next heartbeat tells it.
    public func note(step: StepKey) {
        state.withLock { $0.record.holder?.step = step.description }
    }

    /// Gives the lease up for lost; the first reason stays.
    public func lose(_ loss: LeaseLoss) {
        state.withLock { $0.loss = $0.loss ?? loss }
    }

    /// Tells once that we live.
    ///
    /// - Returns: whether it went through. Where it did not, nothing is lost yet: there is time until the lease lapses.
    @discardableResult
    public func beat() async -> Bool {
        guard loss == nil else { return false }
        let (stored, last) = state.withLock { ($0.stored, $0.record) }
        var record = last
        record.beats += 1
        record.renewed = clock.wall()
        let sent = clock.now()
        guard state.withLock(\.isRead) else { return await look(sent) }
        do throws(AccessError) {
            if let kept = try await store.writeLease(record, over: stored) {
                renewed(record, kept, sent)
                return true
            }
        } catch {
            // It may have gone through: what is there now tells.
        }
        return await look(sent)
    }

    /// Looks who holds the lease, after a heartbeat that did not go through as it should.
    private func look(_ sent: Duration) async -> Bool {
        let found: StoredLease
        do throws(AccessError) {
            found = try await store.readLease()
        } catch {
            return false
        }
        if isByFence, (found.record?.token ?? 0) < token {
            // What etcd was led back to: the hosts know that ours is newer, and the next heartbeat says so here.
            state.withLock { ($0.stored, $0.isRead) = (found, true) }
            return false
        }
        guard let record = found.record, record.token == token, isOurs(record.holder) else {
            lose(.taken(by: found.record?.holder, token: found.record?.token ?? 0))
            return false
        }
        let isNewer = state.withLock { state in
            // Whether our own heartbeat is what is there: only that proves that nobody was between.
            let isNewer = record.beats > state.record.beats
            state.stored = found
            if isNewer {
                state.record.beats = record.beats
                state.renewed = max(state.renewed, sent)
            }
            return isNewer
        }
        return isNewer
    }

    /// Whether a holder is this process; the step in hand may be another.
    private func isOurs(_ holder: LeaseHolder?) -> Bool {
        guard let holder else { return false }
        return state.withLock { $0.record.holder?.run == holder.run && $0.record.holder?.process == holder.process }
    }

    private func renewed(_ record: LeaseRecord, _ kept: StoredLease, _ sent: Duration) {
        state.withLock { state in
            state.stored = kept
            state.record.beats = record.beats
            state.record.renewed = record.renewed
            // One that slept while it was sent has lapsed all the same, and stays so.
            lapse(&state)
            state.renewed = max(state.renewed, sent)
        }
    }

    /// Tells that we live, again and again, until the task is cancelled or the lease is lost.
    ///
    /// - Parameter onLoss: is told why, once.
    public func keep(onLoss: @Sendable (LeaseLoss) -> Void) async {
        var pause = terms.heartbeat
        while await clock.wait(pause) {
            let went = await beat()
            if let loss {
                onLoss(loss)
                return
            }
            // An API server that is being restarted is back in seconds.
            pause = went ? terms.heartbeat : min(terms.heartbeat, .seconds(2))
        }
    }

    /// Gives the lease back, keeping its token; leaves it alone when it is not ours any more.
    ///
    /// - Returns: whether it is given back. Where it could not be, it lapses, and a resume of the run takes it.
    @discardableResult
    public func release() async -> Bool {
        let began = clock.now()
        // The heartbeat that was under way when the run ended may have changed the version. Somebody waits for the end of
        // this process: an API that is away is not waited for.
        while loss == nil, clock.now() - began < .seconds(10) {
            if !state.withLock(\.isRead) { _ = await look(clock.now()) }
            guard state.withLock(\.isRead) else {
                guard await clock.wait(.seconds(2)) else { return false }
                continue
            }
            let (stored, last) = state.withLock { ($0.stored, $0.record) }
            var record = last
            record.holder = nil
            record.renewed = clock.wall()
            do throws(AccessError) {
                if try await store.writeLease(record, over: stored) != nil {
                    return true
                }
            } catch {
                guard await clock.wait(.seconds(2)) else { return false }
            }
            _ = await look(clock.now())
        }
        return false
    }

    /// Keeps the lease while `body` runs, and gives it back afterwards.
    ///
    /// - Throws: what `body` throws.
    public func whileKept<Value: Sendable>(
        onLoss: @escaping @Sendable (LeaseLoss) -> Void = { _ in },
        _ body: () async throws -> Value
    ) async throws -> Value {
        let result = await withTaskGroup(of: Void.self) { group -> Result<Value, any Error> in
            group.addTask { await self.keep(onLoss: onLoss) }
            defer { group.cancelAll() }
            do {
                return .success(try await body())
            } catch {
                return .failure(error)
            }
        }
        await release()
        return try result.get()
    }

    private func lapse(_ state: inout State) {
        // The API that it would be renewed in is away because of us; a host refuses whoever was outbid.
        if isByFence { return }
        let age = clock.now() - state.renewed
        if state.loss == nil, age >= terms.ttl { state.loss = .lapsed(after: age) }
    }
}

/// The time that a lease is measured on.
public struct LeaseClock: Sendable {
    /// Time that has passed since some moment; goes on while the process is stopped and while the machine sleeps.
    public var now: @Sendable () -> Duration
    /// Waits; returns early, with `false`, when the task is cancelled.
    public var wait: @Sendable (Duration) async -> Bool
    /// The wall clock as text, for people.
    public var wall: @Sendable () -> String

    /// Measures on a clock.
    ///
    /// - Parameters:
    ///   - clock: `ContinuousClock` is CLOCK_BOOTTIME on Linux: it counts a stopped process and a suspended machine.
    ///     - Source: swift 6.1 stdlib/public/Concurrency/Clock.cpp, swift_get_time
    ///   - wall: the wall clock as text.
    public init(_ clock: some Clock<Duration>, wall: @escaping @Sendable () -> String) {
        let watch = Stopwatch(clock)
        now = watch.elapsed
        wait = watch.wait
        self.wall = wall
    }
}
