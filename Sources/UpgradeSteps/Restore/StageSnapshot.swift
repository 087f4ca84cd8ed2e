import UpgradeCore

/// Brings the snapshot to an etcd host and restores it beside the data of the member, which goes on meanwhile.
///
/// All that can fail of a restore fails here, with nothing stopped: a snapshot that is damaged, a disk that is too small.
struct StageSnapshot: Step {
    let id: StepID = "stage-snapshot"
    let title = "Restore the snapshot beside etcd's data"

    func longest(_ context: StepContext) -> Duration { context.playbook.deadlines.backup * 3 }

    func probes(_ context: StepContext) -> [Probe] {
        guard let source = context.plan.restores else { return [] }
        return [
            .etcdRestore(host: context.hostName, mark: context.run),
            .file(host: context.hostName, path: source.path),
            .localFile(path: source.localPath),
        ]
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        guard let source = context.plan.restores else { return [] }
        let host = context.hostName
        let state = try seen.etcdRestore(on: host, by: context.run)
        if state.staged == source.sha256 || state.inPlace == source.sha256 { return [] }
        if let obstacle = state.obstacle { throw .unmet(.etcdNotRestorable(host: host, why: obstacle)) }
        var actions: [Action] = []
        if try seen.file(on: host, path: source.path)?.sha256 != source.sha256 {
            // Never written over where it was saved: what is there instead is for a person to look at.
            guard host != source.host else { throw .unmet(.snapshotUnverified(host: host, path: source.path)) }
            if try seen.localFile(source.localPath)?.sha256 != source.sha256 {
                actions.append(.fetch(host: source.host, path: source.path, localPath: source.localPath))
            }
            actions.append(
                .placeFile(host: host, localPath: source.localPath, path: source.path, sha256: source.sha256)
            )
        }
        return actions + [.stageEtcd(host: host, path: source.path, sha256: source.sha256, mark: context.run)]
    }
}
