import UpgradeCore

/// Looks whether a host can be led back before anything is stopped: the snapshot where it was saved and as it was proven,
/// etcd as this program can restore it, and the older packages kept.
struct RestoreReady: Step {
    let id: StepID = "restore-ready"
    let title = "The host can be led back to the snapshot"

    func probes(_ context: StepContext) -> [Probe] {
        let host = context.hostName
        var probes: [Probe] = units(context).map { .unit(host: host, unit: $0) }
        if isEtcd(context) { probes.append(.etcdRestore(host: host, mark: context.run)) }
        if let source = context.plan.restores, source.host == host {
            probes += [.snapshot(host: host, path: source.path), .file(host: host, path: source.path)]
        }
        let names = Self.packages(context)
        if !names.isEmpty {
            probes += [.packages(host: host, names: names)] + KeptArchives.probes(host: host, names: names)
        }
        return probes
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        let host = context.hostName
        for unit in units(context) {
            let state = try seen.unit(unit, on: host)
            guard state.exists else { throw .unmet(.unitMissing(host: host, unit: unit)) }
            if state.isMasked, !context.isOurMask(host: host, unit: unit) {
                throw .unmet(.unitMasked(host: host, unit: unit))
            }
        }
        if let source = context.plan.restores, source.host == host { try Self.judge(source, seen) }
        if isEtcd(context), let obstacle = try seen.etcdRestore(on: host, by: context.run).obstacle {
            throw .unmet(.etcdNotRestorable(host: host, why: obstacle))
        }
        try Self.judgePackages(seen, context)
        return []
    }

    /// The very file that was proven, and etcdctl still reads all of it.
    private static func judge(_ source: EtcdRestoration, _ seen: Observation) throws(StepError) {
        let file = try seen.file(on: source.host, path: source.path)
        let status = try seen.snapshot(on: source.host, path: source.path)
        guard file?.sha256 == source.sha256, status?.proof?.sha256 == source.sha256, status?.revision == source.revision
        else { throw .unmet(.snapshotUnverified(host: source.host, path: source.path)) }
    }

    private static func judgePackages(_ seen: Observation, _ context: StepContext) throws(StepError) {
        let host = context.hostName
        let names = packages(context)
        guard !names.isEmpty else { return }
        let target = try context.target()
        let installed = try seen.packages(on: host, names: names)
        let newer = names.filter { installed[$0]?.version != target }.map { PackageSpec(name: $0, version: target) }
        let missing = try KeptArchives.missing(newer, on: host, seen)
        guard missing.isEmpty else {
            throw .unmet(.noKeptArchive(host: host, packages: missing, directory: KeptArchives.directory))
        }
    }

    /// What is put back on the host: of a worker only where the plan does so.
    private static func packages(_ context: StepContext) -> [String] {
        let packages = context.playbook.packages
        let host = context.playbook.host(context.hostName)
        var names: [String] = []
        if host?.roles.contains(.controlPlane) == true { names += packages.controlPlane }
        if StepCatalog.workersTakenBack(by: context.plan).contains(where: { $0.target == context.key.target }) {
            names += packages.node
        }
        return names
    }

    private func isEtcd(_ context: StepContext) -> Bool {
        context.playbook.host(context.hostName)?.roles.contains(.etcd) == true
    }

    private func units(_ context: StepContext) -> [String] {
        UnitName.units(of: context.playbook.host(context.hostName)) + (isEtcd(context) ? [UnitName.etcd] : [])
    }
}
