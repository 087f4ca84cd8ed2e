import UpgradeCore

/// Saves an etcd snapshot, proves that it can be restored, and copies it to the operator's machine.
///
/// Older snapshots of this tool on the host are removed beyond the number that the playbook keeps; files of others in
/// the directory have other names and stay.
struct EtcdSnapshot: Step {
    let id: StepID = "etcd-snapshot"
    let title = "Save, prove and copy an etcd snapshot"

    /// What the names of our snapshots start with.
    static let prefix = "upgrader-"

    func longest(_ context: StepContext) -> Duration { context.playbook.deadlines.backup }

    func probes(_ context: StepContext) -> [Probe] {
        let path = path(context)
        return [
            .snapshot(host: context.hostName, path: path),
            .file(host: context.hostName, path: path),
            .localFile(path: localPath(context)),
            .files(host: context.hostName, directory: context.playbook.etcd.snapshotDirectory, prefix: Self.prefix),
        ]
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        let host = context.hostName
        let path = path(context)
        let localPath = localPath(context)
        let fetch = Action.fetch(host: host, path: path, localPath: localPath)
        let etcd = context.playbook.etcd
        let names = try seen.files(on: host, directory: etcd.snapshotDirectory, prefix: Self.prefix)
        let keep = max(1, etcd.keep)
        let prune = Action.prune(host: host, directory: etcd.snapshotDirectory, prefix: Self.prefix, keep: keep)
        let prove = etcd.provesSnapshot ? [Action.proveSnapshot(host: host, path: path, key: etcd.knownKey)] : []
        guard let status = try seen.snapshot(on: host, path: path) else {
            // The one that is saved counts, and is the newest, so that it is never the one removed.
            return [.saveSnapshot(host: host, path: path)] + prove + [fetch] + (names.count + 1 > keep ? [prune] : [])
        }
        guard let file = try seen.file(on: host, path: path) else {
            throw .unmet(.snapshotUnverified(host: host, path: path))
        }
        // Of this very file, and nothing of it was lost on the way.
        let isProven = status.proof.map { $0.sha256 == file.sha256 && $0.revision == status.revision } ?? false
        let isCopied = try seen.localFile(localPath)?.sha256 == file.sha256
        return (isProven ? [] : prove) + (isCopied ? [] : [fetch]) + (names.count > keep ? [prune] : [])
    }

    private func path(_ context: StepContext) -> String {
        "\(context.playbook.etcd.snapshotDirectory)/\(Self.prefix)\(context.run)-\(context.key.hop).db"
    }

    private func localPath(_ context: StepContext) -> String {
        "snapshots/\(context.run)-\(context.key.hop).db"
    }
}
