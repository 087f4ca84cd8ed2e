import Synchronization
import Testing
import UpgradeCore
import UpgradeTestSupport

@Suite("the lease of a cluster")
struct LeaseHoldTests {
    private let mine = LeaseHolder(user: "ann@desk", run: "r1", reason: "", machine: "desk", process: "1")
    private let other = LeaseHolder(user: "bob@bench", run: "r2", reason: "", machine: "bench", process: "2")

    @Test("a lease that nobody holds is taken, with a token above the last one, and given back with it")
    func free() async throws {
        let store = ToldStore()
        let first = try await acquire(store, mine)
        #expect(first.token == 1)
        #expect(store.record?.holder?.run == "r1")
        await first.release()
        #expect(store.record?.holder == nil)
        #expect(store.record?.token == 1)
        #expect(try await acquire(store, other).token == 2)
    }

    @Test("a lease of another run is refused, with its holder, and is left as it is")
    func held() async throws {
        let store = ToldStore()
        _ = try await acquire(store, other)
        let before = store.record
        let error = await #expect(throws: LeaseRefusal.self) { _ = try await acquire(store, mine) }
        guard case .held(let stored) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(stored.record?.holder == other)
        #expect(store.record == before)
        #expect(store.raised == [1])
    }

    @Test("a takeover raises the token, says from whom, and the one that was put out learns it at its next heartbeat")
    func takeover() async throws {
        let store = ToldStore()
        let old = try await acquire(store, other)
        let new = try await acquire(store, mine, takesOver: true)
        #expect(new.claim == LeaseClaim(token: 2, takenFrom: other))
        #expect(await old.beat() == false)
        #expect(old.loss == .taken(by: mine, token: 2))
        #expect(throws: AccessError.leaseLost(.taken(by: mine, token: 2))) { try old.check() }
        #expect(await old.release() == false)
        #expect(store.record?.holder?.run == "r1", "what was lost is not given back")
    }

    @Test("a killed run's own resume takes its lease at once; while its process lives it is refused")
    func ownAgain() async throws {
        let store = ToldStore()
        _ = try await acquire(store, mine)
        var second = mine
        second.process = "2"
        await #expect(throws: LeaseRefusal.self) { _ = try await acquire(store, second, isRunning: true) }
        let again = try await acquire(store, second)
        #expect(again.claim == LeaseClaim(token: 2))
    }

    @Test("a lease of another run of this machine is refused, also when its process is gone")
    func otherHere() async throws {
        let store = ToldStore()
        var dead = other
        dead.machine = mine.machine
        _ = try await acquire(store, dead)
        await #expect(throws: LeaseRefusal.self) { _ = try await acquire(store, mine, isRunning: false) }
        #expect(store.record?.holder == dead)
    }

    @Test("a run that is resumed on another machine waits for its time to live, and takes the lease of a silent holder")
    func ownElsewhere() async throws {
        let store = ToldStore()
        let clock = VirtualClock()
        _ = try await acquire(store, mine, clock: clock)
        var moved = mine
        moved.machine = "laptop"
        let start = clock.now
        let again = try await acquire(store, moved, clock: clock, isRunning: true)
        #expect(again.token == 2)
        #expect(start.duration(to: clock.now) >= .seconds(120))
    }

    @Test("a run that is resumed on another machine is refused while its holder shows signs of life")
    func aliveElsewhere() async throws {
        let store = ToldStore()
        _ = try await acquire(store, mine)
        store.onRead = { $0.record?.beats += 1 }
        var moved = mine
        moved.machine = "laptop"
        await #expect(throws: LeaseRefusal.self) { _ = try await acquire(store, moved) }
    }

    @Test("of two that take a free lease at once only one gets it")
    func race() async throws {
        let store = ToldStore()
        let once = Once()
        store.onWrite = { stored in
            // Somebody else is between our look and our write.
            guard once.take() else { return }
            stored.record = LeaseRecord(holder: other, token: 1, beats: 0, ttlSeconds: 120, renewed: "")
            stored.version = "9"
        }
        let error = await #expect(throws: LeaseRefusal.self) { _ = try await acquire(store, mine) }
        guard case .held = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(store.record?.holder == other)
    }

    @Test("a lease that was taken by a write whose answer was lost is ours, also when the next look is a conflict")
    func lostClaim() async throws {
        let store = ToldStore()
        let once = Once()
        store.onWrite = { stored in
            // The first try went through on the way to another API server.
            guard once.take() else { return }
            stored.record = LeaseRecord(holder: mine, token: 1, beats: 0, ttlSeconds: 120, renewed: "")
            stored.version = "9"
        }
        let lease = try await acquire(store, mine, isRunning: true)
        #expect(lease.claim == LeaseClaim(token: 2))
    }

    @Test("an API that is silent is waited for as long as a lease lives; a host that is away is told at once")
    func silentAPI() async throws {
        let store = ToldStore()
        let clock = VirtualClock()
        let start = clock.now
        store.isAway = true
        await #expect(throws: LeaseRefusal.self) { _ = try await acquire(store, mine, clock: clock) }
        #expect(clock.now == start)
        store.isSilent = true
        let told = Notes<String>()
        await #expect(throws: LeaseRefusal.self) { _ = try await acquire(store, mine, clock: clock) { told.add($0) } }
        #expect(start.duration(to: clock.now) == .seconds(120))
        #expect(told.all == ["no API server answers; waits up to 2 min for one"])
    }

    @Test("a lease is given back soon or not at all: who stops does not wait for an API that is away")
    func releaseAway() async throws {
        let store = ToldStore()
        let clock = VirtualClock()
        let lease = try await acquire(store, mine, clock: clock)
        store.isAway = true
        let start = clock.now
        #expect(await lease.release() == false)
        #expect(start.duration(to: clock.now) <= .seconds(10))
        store.isAway = false
        #expect(await lease.release())
    }

    @Test("a heartbeat whose answer was lost is found to have gone through")
    func lostAnswer() async throws {
        let store = ToldStore()
        let lease = try await acquire(store, mine)
        store.losesAnswer = true
        #expect(await lease.beat())
        store.losesAnswer = false
        #expect(store.record?.beats == 1)
        #expect(await lease.beat())
        #expect(lease.loss == nil)
    }

    @Test("an API that is away for less than the time to live costs nothing; for longer, the lease has lapsed for good")
    func away() async throws {
        let store = ToldStore()
        let clock = VirtualClock()
        let lease = try await acquire(store, mine, clock: clock)
        store.isAway = true
        for _ in 0..<11 {
            try await clock.sleep(for: .seconds(10))
            #expect(await lease.beat() == false)
        }
        try lease.check()
        store.isAway = false
        #expect(await lease.beat())
        store.isAway = true
        try await clock.sleep(for: .seconds(120))
        #expect(throws: AccessError.leaseLost(.lapsed(after: .seconds(120)))) { try lease.check() }
        store.isAway = false
        #expect(await lease.beat() == false, "who slept too long does not renew what may be somebody else's by now")
        #expect(throws: AccessError.self) { try lease.check() }
    }

    @Test("a token that a host has seen and the API has forgotten is outbid: etcd may have been restored")
    func hostsRemember() async throws {
        let store = ToldStore()
        store.seen = 7
        let lease = try await acquire(store, mine)
        #expect(lease.token == 8)
        #expect(store.seen == 8)
    }

    @Test("a takeover waits for what the other run has begun on a host")
    func foreignJobs() async throws {
        let store = ToldStore()
        _ = try await acquire(store, other)
        store.jobs = ["upgrader-r2:drain.service", "upgrader-r2:drain.service"]
        let told = Notes<String>()
        _ = try await acquire(store, mine, takesOver: true) { told.add($0) }
        #expect(told.all == ["waits for upgrader-r2:drain.service on h, which another run has begun"])
        #expect(store.jobs.isEmpty)
    }

    @Test("where a host is away, a takeover waits until the other has stopped by its own clock")
    func hostAway() async throws {
        let store = ToldStore()
        let clock = VirtualClock()
        _ = try await acquire(store, other, clock: clock)
        store.isHostAway = true
        let start = clock.now
        _ = try await acquire(store, mine, clock: clock, takesOver: true)
        // The time to live, and what may be tried again after it (deadlines.connect).
        #expect(start.duration(to: clock.now) >= .seconds(240))
    }

    @Test(
        "a run that keeps the API away itself holds by the fence, however long that is, and writes its token when it is back"
    )
    func byFence() async throws {
        let store = ToldStore()
        let clock = VirtualClock()
        let past = try await acquire(store, other, clock: clock)
        await past.release()
        let lease = try await acquire(store, mine, clock: clock, byFence: known(past.token))
        #expect(lease.token == 2)
        (store.isAway, store.isSilent) = (true, true)
        try await clock.sleep(for: .seconds(3600))
        #expect(await lease.beat() == false)
        #expect(lease.loss == nil, "no time to live is counted while the API is away")
        // etcd is led back to when somebody else held it.
        let once = Once()
        store.onWrite = { stored in
            guard once.take() else { return }
            stored.record = LeaseRecord(holder: other, token: 1, beats: 7, ttlSeconds: 120, renewed: "")
            stored.version = "8"
        }
        (store.isAway, store.isSilent) = (false, false)
        #expect(await lease.beat() == false, "what is there was not what was read last")
        #expect(await lease.beat())
        #expect(store.record?.token == 2 && store.record?.holder?.run == "r1")
        #expect(lease.loss == nil)
        #expect(await lease.release())
        #expect(store.record?.holder == nil && store.record?.token == 2)
    }

    @Test(
        "resumed while no API server answers, it takes the next token from the hosts, where they have seen no other's"
    )
    func byFenceAlone() async throws {
        let store = ToldStore()
        (store.isAway, store.isSilent, store.seen) = (true, true, 4)
        await #expect(throws: LeaseRefusal.self, "without leave the API is needed") {
            _ = try await acquire(store, mine)
        }
        let lease = try await acquire(store, mine, byFence: known(4))
        #expect(lease.token == 5 && lease.claim.takenFrom == nil)
        #expect(store.seen == 5)
        // The object that is there when the API is back was never read: it is not written over unread.
        (store.isAway, store.isSilent) = (false, false)
        #expect(await lease.beat() == false)
        #expect(store.record == nil)
        #expect(await lease.beat())
        #expect(store.record?.token == 5)
    }

    @Test("a host that has seen a newer token than the run's own refuses it, unless it is to take over")
    func byFenceOutbid() async throws {
        let store = ToldStore()
        (store.isAway, store.isSilent, store.seen) = (true, true, 9)
        await #expect(throws: LeaseRefusal.lost(.fenced(host: "h", seen: 9))) {
            _ = try await acquire(store, mine, byFence: known(4))
        }
        #expect(store.seen == 9 && store.raised.isEmpty)
        #expect(try await acquire(store, mine, takesOver: true, byFence: known(4)).token == 10)
    }

    @Test("a host that the run works on has to answer; another may be away")
    func byFenceAway() async throws {
        let store = ToldStore()
        (store.isAway, store.isSilent, store.isHostAway) = (true, true, true)
        await #expect(throws: LeaseRefusal.self) { _ = try await acquire(store, mine, byFence: known(4)) }
        #expect(try await acquire(store, mine, byFence: KnownFence(token: 4, hosts: ["cp1"])).token == 5)
    }

    @Test("by the fence, too, a newer token in the API ends it")
    func byFenceTaken() async throws {
        let store = ToldStore()
        let lease = try await acquire(store, mine, byFence: known(0))
        _ = try await acquire(store, other, takesOver: true)
        #expect(await lease.beat() == false)
        #expect(lease.loss == .taken(by: other, token: 2))
    }

    private func known(_ token: Int) -> KnownFence { KnownFence(token: token, hosts: ["h"]) }

    private func acquire(
        _ store: ToldStore,
        _ holder: LeaseHolder,
        clock: VirtualClock = VirtualClock(),
        takesOver: Bool = false,
        isRunning: Bool = false,
        byFence: KnownFence? = nil,
        report: @Sendable (String) -> Void = { _ in }
    ) async throws -> LeaseHold {
        try await LeaseHold.acquire(
            store,
            as: holder,
            terms: LeaseTerms(),
            clock: LeaseClock(clock, wall: { "" }),
            takesOver: takesOver,
            isRunning: { _ in isRunning },
            byFence: byFence,
            report: report
        )
    }
}
