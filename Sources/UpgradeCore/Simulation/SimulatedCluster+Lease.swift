extension SimulatedCluster: LeaseStore {
    private static let place = "simulated lease"

    /// Reads the simulated lease.
    public func readLease() async throws(AccessError) -> StoredLease {
        StoredLease(record: state.lease, version: "\(state.leaseVersion ?? 0)", place: Self.place)
    }

    /// Replaces the simulated lease if it is still what was read.
    ///
    /// - Throws: `AccessError` when the file of the simulation cannot be written; the lease is then as it was.
    public func writeLease(
        _ record: LeaseRecord,
        over stored: StoredLease
    ) async throws(AccessError) -> StoredLease? {
        let version = state.leaseVersion ?? 0
        guard stored.version == "\(version)" else { return nil }
        try replaceLease(record, version: version + 1)
        return StoredLease(record: record, version: "\(version + 1)", place: Self.place)
    }

    /// Tells the simulated hosts the token; a simulated job ends with its action, so none of another run is there.
    public func raiseFence(to token: Int, run: String) async -> [FenceAnswer] {
        let seen = state.fence ?? 0
        guard seen <= token else { return [FenceAnswer(host: "simulated", outcome: .refused(seen: seen))] }
        do throws(AccessError) {
            try replaceFence(token)
        } catch {
            return [FenceAnswer(host: "simulated", outcome: .away(error))]
        }
        return [FenceAnswer(host: "simulated", outcome: .raised(foreignJobs: []))]
    }
}
