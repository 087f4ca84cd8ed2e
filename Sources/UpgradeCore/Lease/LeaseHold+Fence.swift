/// What a run knows of the fence of its hosts, that has to go on while it keeps the API itself away.
public struct KnownFence: Hashable, Sendable {
    /// The newest token that was this run's, or that of the run which it takes back.
    public var token: Int
    /// The hosts that must answer: those that the run works on while no API server does.
    public var hosts: Set<String>

    /// Makes a value.
    public init(token: Int, hosts: Set<String>) {
        self.token = token
        self.hosts = hosts
    }
}

extension LeaseHold {
    /// Holds a cluster whose API is away by the fence of its hosts.
    ///
    /// Nobody else can have taken the lease meanwhile where no host has seen a newer token than was ours: an API is needed
    /// to take it, and every host is told. Once an API server answers, the lease is written there, over what is older.
    /// - Throws: `LeaseRefusal.lost` where a host has seen a newer one and `takesOver` is not set; `.access` where one of
    ///   the hosts cannot be asked.
    static func hold(
        _ known: KnownFence,
        _ store: any LeaseStore,
        as holder: LeaseHolder,
        _ terms: LeaseTerms,
        _ clock: LeaseClock,
        takesOver: Bool,
        _ report: @Sendable (String) -> Void
    ) async throws(LeaseRefusal) -> LeaseHold {
        var newest = known.token
        for answer in await store.raiseFence(to: known.token, run: holder.run) {
            switch answer.outcome {
            case .raised: break
            case .refused(let seen):
                guard takesOver else { throw .lost(.fenced(host: answer.host, seen: seen)) }
                newest = max(newest, seen)
            case .away(let error):
                if known.hosts.contains(answer.host) { throw .access(error) }
            }
        }
        report("no API server answers: the run holds the cluster by the fence of its hosts")
        let seconds = Int(terms.ttl.components.seconds)
        let record = LeaseRecord(
            holder: holder,
            token: newest + 1,
            beats: 0,
            ttlSeconds: seconds,
            renewed: clock.wall()
        )
        let hold = LeaseHold(
            StoredLease(record: nil, place: "the fence of the hosts"),
            record,
            claim: LeaseClaim(token: newest + 1),
            sent: clock.now(),
            store: store,
            terms: terms,
            clock: clock,
            isByFence: true,
            isRead: false
        )
        switch try await hold.fence(holder.run, nil, clock, report) {
        case .done: return hold
        case .newer(let seen): throw .lost(.fenced(host: "a host", seen: seen))
        }
    }
}
