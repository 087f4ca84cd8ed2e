import UpgradeCore
import UpgradeKnowledge

/// The moves of Calico that a hop and those after it make, and whether its data can follow.
struct CalicoAhead {
    private let context: StepContext
    /// The releases at which Calico is still moved, in order.
    private let releases: [MinorRelease]

    init(_ context: StepContext) {
        self.context = context
        releases = context.ahead(context.playbook.calico.map { Set($0.rolls.keys) } ?? [])
    }

    private var options: CalicoOptions? { releases.isEmpty ? nil : context.playbook.calico }

    private var migrates: Bool { options?.migration.map { releases.contains($0.at) } ?? false }

    var probes: [Probe] {
        guard let options else { return [] }
        let migration = CalicoMigration(context)
        return Self.probes(options, context.playbook)
            + (migrates ? [migration.stores, migration.isMarked(.start), migration.begun] : [])
            + [
                .programs(host: context.playbook.calicoHost, names: programs),
                .deployment(namespace: options.namespace, name: typha.deployment),
            ]
    }

    private var typha: TyphaOptions { options?.typha ?? .usual }

    /// What steps will call on the host of calicoctl.
    private var programs: [String] { ["calicoctl"] + (migrates ? ["calico-upgrade"] : []) }

    /// - Throws: which program is missing, and that Typha is there and not named, or named and not there.
    private func checkSurroundings(_ seen: Observation, _ options: CalicoOptions) throws(StepError) {
        let host = context.playbook.calicoHost
        let found = try seen.programs(on: host, names: programs)
        if let missing = programs.first(where: { !found.contains($0) }) {
            let step = missing == "calicoctl" ? "calico-backup" : "calico-validate"
            throw .unmet(.programMissing(host: host, program: missing, step: step))
        }
        let state = try seen.deployment(typha.deployment, in: options.namespace)
        if options.typha == nil {
            guard let state, state.replicas > 0 else { return }
            let image = Self.withoutTag(state.image)
            throw .unmet(.typhaUnnamed(namespace: options.namespace, deployment: typha.deployment, image: image))
        }
        guard let state else {
            throw .unmet(
                .workloadMissing(kind: "Deployment", namespace: options.namespace, name: typha.deployment)
            )
        }
        if let lost = state.maxUnavailable, lost > 1 {
            throw .unmet(
                .rolloutTooWide(namespace: options.namespace, deployment: typha.deployment, unavailable: lost)
            )
        }
    }

    /// - Throws: what stands in the way.
    func check(_ seen: Observation) throws(StepError) {
        guard let options else { return }
        let (version, datastore) = try Self.found(seen, options, context.playbook)
        try checkSurroundings(seen, options)
        if migrates {
            let host = context.playbook.calicoStoreHost
            let stores = try seen.calicoStores(on: host)
            guard stores.old != nil || stores.isComplete else { throw .unmet(.calicoStoreMissing(host: host)) }
            // Left by a trial of Calico 3, or by somebody else's move: also where a Calico 3 runs with it, for no step of the move
            // would go on.
            let migration = CalicoMigration(context)
            let isImported = try migration.isDone(.start, seen)
            let isBegun = try migration.hasBegun(seen)
            if let new = stores.new, !isImported, !isBegun, !new.objects.isEmpty || new.isReady == true {
                throw .unmet(.calicoStoreForeign(host: host, objects: new.objects.count))
            }
        }
        // What the Kubernetes API holds, Calico 3 converts by itself.
        guard datastore != "kubernetes" else { return }
        let knowledge = try BreakageData.known(context.playbook).versions
        var running = version
        for release in releases {
            let all = options.rolls[release] ?? []
            let left = options.rollsLeft(at: release, running: running)
            let migrating = options.migratingRoll(at: release)
            for (index, version) in left.enumerated() {
                let next = version.version
                let roll = all.count - left.count + index + 1
                if let running, let next, migrating != roll, isOnlyInOld(running, knowledge),
                    knowledge.calico(next.release)?.datastores.contains(.etcdv2) == false
                {
                    throw .unmet(
                        .calicoNeedsMigration(from: running.description, to: next.description, release: release)
                    )
                }
                running = next ?? running
            }
        }
    }

    /// A port of the registry is no tag.
    private static func withoutTag(_ image: String) -> String {
        guard let colon = image.lastIndex(of: ":"), !image[colon...].contains("/") else { return image }
        return String(image[..<colon])
    }

    private func isOnlyInOld(_ version: PatchVersion, _ knowledge: VersionKnowledge) -> Bool {
        let kept = knowledge.calico(version.release)?.datastores ?? []
        return kept.contains(.etcdv2) && !kept.contains(.etcdv3)
    }
}

extension CalicoAhead {
    /// What tells which Calico runs and where its data is: its DaemonSet, or its packages and the CNI configuration of a worker.
    static func probes(_ options: CalicoOptions, _ playbook: Playbook) -> [Probe] {
        DetectedVersions.calicoProbes(options, playbook)
            + (options.unit == nil ? [] : playbook.hosts(.worker).prefix(1).map { .hostConfiguration(host: $0.name) })
    }

    /// The version that runs and the place of its data, as far as they say it.
    ///
    /// - Throws: `.notObserved`.
    static func found(
        _ seen: Observation,
        _ options: CalicoOptions,
        _ playbook: Playbook
    ) throws(StepError) -> (version: PatchVersion?, datastore: String?) {
        if options.unit != nil {
            let package = DetectedVersions.calicoPackage(options, seen, playbook)
            let worker = playbook.hosts(.worker).first
            let configuration = try worker.map { host throws(StepError) in try seen.hostConfiguration(of: host.name) }
            return (
                package.flatMap { PatchVersion($0.upstream) }, configuration.flatMap(DetectedVersions.datastoreType)
            )
        }
        let state = try seen.daemonSet(options.daemonSet, in: options.namespace)
        return (state.flatMap { DetectedVersions.version($0.image) }, state?.datastoreType)
    }

    /// What there is to save of a Calico: nothing in etcd where the Kubernetes API holds it; where no version is said,
    /// what a Calico 3 keeps.
    static func parts(_ version: PatchVersion?, _ datastore: String?) -> [CalicoPart] {
        if datastore == "kubernetes" { return [.objects] }
        let isOld = datastore == CalicoDatastore.etcdv2.rawValue || version.map { $0.release.major < 3 } ?? false
        return [.objects, isOld ? .etcdv2 : .etcdv3]
    }
}
