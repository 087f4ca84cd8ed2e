/// Where the lock of a cluster is kept: an object of the API, and on each host the newest fencing token seen.
///
/// Beside `ClusterAccess` and not in it: a heartbeat is no step of a run, is not written to its journal, and goes on
/// while an action is under way. A live cluster and a simulated one conform to it.
public protocol LeaseStore: Sendable {
    /// Reads the lease, and where it is or would be kept.
    ///
    /// - Throws: `AccessError` when no API server answers, or what is there cannot be read.
    func readLease() async throws(AccessError) -> StoredLease

    /// Replaces the lease if it is still what was read, or makes it if there was none.
    ///
    /// - Parameters:
    ///   - record: what it is to say.
    ///   - stored: what was read before.
    /// - Returns: the lease as it is kept now; `nil` when somebody else was first, and then nothing was changed.
    /// - Throws: `AccessError` when the answer is not known; the lease may have been replaced.
    func writeLease(_ record: LeaseRecord, over stored: StoredLease) async throws(AccessError) -> StoredLease?

    /// Tells every host the token: from then on each refuses actions under an older one.
    ///
    /// - Parameters:
    ///   - token: ours.
    ///   - run: ours; jobs of other runs are what is looked for.
    /// - Returns: what each host said.
    func raiseFence(to token: Int, run: String) async -> [FenceAnswer]
}

/// The lease as it is kept.
public struct StoredLease: Hashable, Sendable {
    /// What it says; `nil` where there is none yet.
    public var record: LeaseRecord?
    /// The version of the object, for a replacement that fails when somebody else was first.
    public var version: String
    /// Where it is kept, for a person: kind, namespace and name.
    public var place: String
    /// The version of the Lease API; `nil` for a ConfigMap.
    public var form: String?

    /// Makes a value.
    public init(record: LeaseRecord?, version: String = "", place: String, form: String? = nil) {
        self.record = record
        self.version = version
        self.place = place
        self.form = form
    }
}

/// What a host said to a token.
public struct FenceAnswer: Hashable, Sendable {
    /// The host.
    public var host: String
    /// What became of it.
    public var outcome: Outcome

    /// What became of a token on a host.
    public enum Outcome: Hashable, Sendable {
        /// The host knows it now. These jobs of other runs are under way there.
        case raised(foreignJobs: [String])
        /// The host has seen a newer one.
        case refused(seen: Int)
        /// The host could not be asked; it learns the token with our first action on it.
        case away(AccessError)
    }

    /// Makes an answer.
    public init(host: String, outcome: Outcome) {
        self.host = host
        self.outcome = outcome
    }
}
