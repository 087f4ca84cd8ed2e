import UpgradeCore

/// Checks that packages, archives and snapshots find room.
struct DiskSpace: Step {
    let id: StepID = "disk-space"
    let title = "Enough disk space is free"

    /// A Kubernetes package of these releases unpacks to a few hundred MiB beside its download and its predecessor.
    static let packages = ByteCount.mebibytes(1024)
    /// What is left for logs and for the next write of etcd while a snapshot lies there.
    static let snapshotReserve = ByteCount.mebibytes(512)

    func probes(_ context: StepContext) -> [Probe] {
        let host = context.hostName
        var probes: [Probe] = []
        if holdsPackages(context) { probes.append(.freeSpace(host: host, path: "/var")) }
        if holdsEtcd(context) {
            probes.append(.freeSpace(host: host, path: snapshotParent(context)))
            probes.append(.etcdMember(host: host))
        }
        return probes
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        let host = context.hostName
        if holdsPackages(context) {
            try require(Self.packages, on: host, path: "/var", seen)
        }
        if holdsEtcd(context) {
            // A snapshot is at most as large as the database, and the one before is kept until it is verified.
            let database = try seen.etcdMember(on: host).databaseSize
            let needed = ByteCount(bytes: 2 * database.bytes + Self.snapshotReserve.bytes)
            try require(needed, on: host, path: snapshotParent(context), seen)
        }
        return []
    }

    private func require(
        _ needed: ByteCount,
        on host: String,
        path: String,
        _ seen: Observation
    ) throws(StepError) {
        let free = try seen.freeSpace(on: host, path: path)
        if free < needed { throw .unmet(.spaceShort(host: host, path: path, free: free, needed: needed)) }
    }

    private func holdsPackages(_ context: StepContext) -> Bool {
        let roles = context.playbook.host(context.hostName)?.roles ?? []
        return !roles.isDisjoint(with: [.controlPlane, .worker])
    }

    private func holdsEtcd(_ context: StepContext) -> Bool {
        context.playbook.host(context.hostName)?.roles.contains(.etcd) ?? false
    }

    /// The snapshot directory itself is made with the first snapshot.
    private func snapshotParent(_ context: StepContext) -> String {
        let parts = context.playbook.etcd.snapshotDirectory.split(separator: "/")
        return "/" + parts.dropLast().joined(separator: "/")
    }
}
