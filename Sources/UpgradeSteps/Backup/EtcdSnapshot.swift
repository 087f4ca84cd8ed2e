import UpgradeCore

/// Saves an etcd snapshot, verifies it, and copies it to the operator's machine.
///
/// Older snapshots of this tool on the host are removed beyond the number that the playbook keeps; files of others in
/// the directory have other names and stay.
struct EtcdSnapshot: Step {
    let id: StepID = "etcd-snapshot"
    let title = "Save, verify and copy an etcd snapshot"

    /// What the names of our snapshots start with.
    static let prefix = "upgrader-"

    func probes(_ context: StepContext) -> [Probe] {
        let path = path(context)
        return [
            .snapshot(host: context.hostName, path: path),
            .file(host: context.hostName, path: path),
            .localFile(path: localPath(context)),
        ]
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        let host = context.hostName
        let path = path(context)
        let localPath = localPath(context)
        let fetch = Action.fetch(host: host, path: path, localPath: localPath)
        guard try seen.snapshot(on: host, path: path) != nil else {
            let etcd = context.playbook.etcd
            // The newest is the one just saved, so that one at least is kept.
            let keep = max(1, etcd.keep)
            return [
                .saveSnapshot(host: host, path: path),
                .prune(host: host, directory: etcd.snapshotDirectory, prefix: Self.prefix, keep: keep),
                fetch,
            ]
        }
        guard let file = try seen.file(on: host, path: path) else {
            throw .unmet(.snapshotUnverified(host: host, path: path))
        }
        return try seen.localFile(localPath)?.sha256 == file.sha256 ? [] : [fetch]
    }

    private func path(_ context: StepContext) -> String {
        "\(context.playbook.etcd.snapshotDirectory)/\(Self.prefix)\(context.run)-\(context.key.hop).db"
    }

    private func localPath(_ context: StepContext) -> String {
        "snapshots/\(context.run)-\(context.key.hop).db"
    }
}
