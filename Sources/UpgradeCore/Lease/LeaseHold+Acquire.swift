extension LeaseHold {
    /// Takes the lease of a cluster.
    ///
    /// It is ours when nobody holds it; when this very run held it on this machine and its process is gone; or when this
    /// run held it elsewhere and is watched to be silent for its time to live. All else needs `takesOver`.
    /// - Parameters:
    ///   - store: where it is kept.
    ///   - holder: who we are.
    ///   - terms: heartbeat and time to live.
    ///   - clock: measures both.
    ///   - heirOf: the run that this one takes back; what that held counts as held by this one.
    ///   - takesOver: whether the operator has said that another holder is to be put out.
    ///   - isRunning: whether the process of a holder on this machine still runs.
    ///   - byFence: what is known where the run has to go on while no API server answers; `nil` where it has to have one.
    ///   - report: is told what is waited for.
    /// - Returns: the lease, with every host that answers knowing our token, and no job of another run under way.
    /// - Throws: `LeaseRefusal`.
    public static func acquire(
        _ store: any LeaseStore,
        as holder: LeaseHolder,
        terms: LeaseTerms,
        clock: LeaseClock,
        heirOf: String? = nil,
        takesOver: Bool = false,
        isRunning: (LeaseHolder) -> Bool,
        byFence: KnownFence? = nil,
        report: @Sendable (String) -> Void = { _ in }
    ) async throws(LeaseRefusal) -> LeaseHold {
        var floor = 0
        // Each turn is a race that somebody else has won, or a host that knows a newer token than the API.
        for _ in 0..<5 {
            let stored: StoredLease
            do throws(LeaseRefusal) {
                stored = byFence == nil ? try await patientRead(store, terms, clock, report) : try await read(store)
            } catch {
                guard let byFence, case .access(let access) = error, access.isSilentAPI else { throw error }
                return try await hold(byFence, store, as: holder, terms, clock, takesOver: takesOver, report)
            }
            let isOurs = try await isOurs(stored, holder, heirOf, clock, store, isRunning, report)
            if !isOurs, !takesOver { throw .held(stored) }
            let token = max(stored.record?.token ?? 0, floor) + 1
            let seconds = Int(terms.ttl.components.seconds)
            let record = LeaseRecord(
                holder: holder,
                token: token,
                beats: 0,
                ttlSeconds: seconds,
                renewed: clock.wall()
            )
            let sent = clock.now()
            guard let kept = try await write(store, record, over: stored) else { continue }
            let claim = LeaseClaim(token: token, takenFrom: isOurs ? nil : stored.record?.holder)
            let hold = LeaseHold(
                kept,
                record,
                claim: claim,
                sent: sent,
                store: store,
                terms: terms,
                clock: clock,
                isByFence: byFence != nil
            )
            switch try await hold.fence(holder.run, stored.record, clock, report) {
            case .done: return hold
            case .newer(let seen):
                // The object was removed, or etcd was restored from an older snapshot; the hosts remember.
                floor = seen
                await hold.release()
            }
        }
        throw .contested
    }

    enum Fencing {
        case done
        case newer(Int)
    }

    /// Tells the hosts our token and waits for what another run has under way.
    func fence(
        _ run: String,
        _ before: LeaseRecord?,
        _ clock: LeaseClock,
        _ report: @Sendable (String) -> Void
    ) async throws(LeaseRefusal) -> Fencing {
        let began = clock.now()
        var told: Set<String> = []
        while true {
            var jobs: [String] = []
            var isAnyAway = false
            for answer in await store.raiseFence(to: token, run: run) {
                switch answer.outcome {
                case .raised(let found): jobs += found.map { "\($0) on \(answer.host)" }
                case .refused(let seen): return .newer(seen)
                case .away: isAnyAway = true
                }
            }
            // A host that is away cannot refuse an older token; there the other's own clock has to stop it.
            let ttl = before.map { Duration.seconds($0.ttlSeconds) + terms.grace } ?? .zero
            let rest = claim.takenFrom == nil || !isAnyAway ? .zero : ttl
            let isSilent = clock.now() - began >= rest
            if jobs.isEmpty, isSilent { return .done }
            for job in jobs where told.insert(job).inserted {
                report("waits for \(job), which another run has begun")
            }
            if !isSilent, told.insert("").inserted {
                report("a host is away: waits \(rest.text), until the other run has stopped by its own clock")
            }
            await beat()
            if let loss { throw .lost(loss) }
            guard await clock.wait(min(terms.heartbeat, .seconds(2))) else { throw .contested }
        }
    }

    /// Whether the lease may be taken without putting anybody out.
    private static func isOurs(
        _ stored: StoredLease,
        _ holder: LeaseHolder,
        _ heirOf: String?,
        _ clock: LeaseClock,
        _ store: any LeaseStore,
        _ isRunning: (LeaseHolder) -> Bool,
        _ report: @Sendable (String) -> Void
    ) async throws(LeaseRefusal) -> Bool {
        guard let record = stored.record, let other = record.holder else { return true }
        guard other.run == holder.run || other.run == heirOf else { return false }
        // Our own write, whose answer was lost.
        if other.machine == holder.machine, other.process == holder.process { return true }
        if other.machine == holder.machine { return !isRunning(other) }
        report("this run was last held by \(other.user); waits up to \(record.ttlSeconds) s for a sign of life")
        let began = clock.now()
        while clock.now() - began < .seconds(record.ttlSeconds) {
            guard await clock.wait(.seconds(1)) else { return false }
            let now = try await read(store)
            guard now.record?.token == record.token, now.record?.beats == record.beats else {
                return now.record?.holder == nil
            }
        }
        return true
    }

    /// Waits for an API that is away, as it is while an only API server is restarted.
    private static func patientRead(
        _ store: any LeaseStore,
        _ terms: LeaseTerms,
        _ clock: LeaseClock,
        _ report: @Sendable (String) -> Void
    ) async throws(LeaseRefusal) -> StoredLease {
        let began = clock.now()
        var wasTold = false
        while true {
            do throws(LeaseRefusal) {
                return try await read(store)
            } catch {
                guard case .access(let access) = error, access.isSilentAPI, clock.now() - began < terms.ttl else {
                    throw error
                }
                if !wasTold { report("no API server answers; waits up to \(terms.ttl.text) for one") }
                wasTold = true
                guard await clock.wait(.seconds(2)) else { throw error }
            }
        }
    }

    private static func read(_ store: any LeaseStore) async throws(LeaseRefusal) -> StoredLease {
        do throws(AccessError) {
            return try await store.readLease()
        } catch {
            throw .access(error)
        }
    }

    /// `nil` also when the answer was lost: the next turn looks again, and takes what is ours.
    private static func write(
        _ store: any LeaseStore,
        _ record: LeaseRecord,
        over stored: StoredLease
    ) async throws(LeaseRefusal) -> StoredLease? {
        do throws(AccessError) {
            return try await store.writeLease(record, over: stored)
        } catch {
            let found = try await read(store)
            if found.record == record { return found }
            throw .access(error)
        }
    }
}

/// Why the lease could not be taken; nothing was changed.
public enum LeaseRefusal: Error, Hashable, Sendable {
    /// Somebody else holds it.
    case held(StoredLease)
    /// It could not be read or written.
    case access(AccessError)
    /// Others took it again and again.
    case contested
    /// It was taken and lost again before anything was begun.
    case lost(LeaseLoss)
}
