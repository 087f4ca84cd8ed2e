import UpgradeCore

/// What the steps of a move of Calico's data have in common.
///
/// Each looks at both stores itself. Once the new one is in charge, or a node works with it, nothing is left to do: the
/// old one is behind by then.
struct CalicoMigration {
    private let host: String
    private let store: String
    private let run: String

    init(_ context: StepContext) { self.init(context.playbook, run: context.run) }

    init(_ playbook: Playbook, run: String) {
        host = playbook.calicoHost
        store = playbook.calicoStoreHost
        self.run = run
    }

    var stores: Probe { .calicoStores(host: store) }

    /// The file by which an import of this program has left word that it writes to the new store.
    var begun: Probe { .file(host: host, path: begunMark) }

    private var begunMark: String { "\(HostPlace.calico)/begun" }

    func hasBegun(_ seen: Observation) throws(StepError) -> Bool {
        try seen.file(on: host, path: begunMark) != nil
    }

    /// The file by which `calico-upgrade` on the host has left word of a stage.
    func mark(_ stage: CalicoStage) -> String {
        stage == .validate ? "\(HostPlace.calico)/validated-\(run)" : "\(HostPlace.calico)/imported"
    }

    func isMarked(_ stage: CalicoStage) -> Probe { .file(host: host, path: mark(stage)) }

    func isDone(_ stage: CalicoStage, _ seen: Observation) throws(StepError) -> Bool {
        try seen.file(on: host, path: mark(stage)) != nil
    }

    /// Whether the new store is in charge, or a node works with it, since it was imported: nothing is left to do before that.
    ///
    /// - Throws: `.calicoStoreForeign` where it holds what this program did not put there: nodes would be moved to a
    ///   store that lacks what the old one has.
    func isBeyondImport(_ seen: Observation) throws(StepError) -> Bool {
        let stores = try read(seen)
        guard stores.isComplete || stores.isInUse else { return false }
        try requireImport(seen)
        return true
    }

    /// - Throws: `.calicoStoreForeign` where no import of this program has filled the new store.
    func requireImport(_ seen: Observation) throws(StepError) {
        guard try isDone(.start, seen) else {
            throw .unmet(.calicoStoreForeign(host: store, objects: try read(seen).new?.objects.count ?? 0))
        }
    }

    func read(_ seen: Observation) throws(StepError) -> CalicoStores { try seen.calicoStores(on: store) }

    func action(_ stage: CalicoStage) -> Action { .migrateCalico(host: host, store: store, stage: stage, mark: run) }
}

/// Tries the conversion of Calico's data in memory; what cannot be converted is named, and nothing is changed.
struct CalicoValidate: Step {
    let id: StepID = "calico-validate"
    let title = "Calico's data can be converted"

    func longest(_ context: StepContext) -> Duration { context.playbook.deadlines.backup }

    func probes(_ context: StepContext) -> [Probe] {
        let migration = CalicoMigration(context)
        return [migration.stores, migration.isMarked(.validate), migration.isMarked(.start)]
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        let migration = CalicoMigration(context)
        let stores = try migration.read(seen)
        if try migration.isBeyondImport(seen) { return [] }
        guard stores.old != nil else {
            throw .unmet(.calicoStoreMissing(host: context.playbook.calicoStoreHost))
        }
        return try migration.isDone(.validate, seen) ? [] : [migration.action(.validate)]
    }
}

/// Pauses Calico's old store and writes what it holds to the new one, in the new form.
///
/// What runs stays connected; until the new store is marked ready no new pod gets an address. From here to there the
/// ledger holds the pause: a cleanup wakes the old store.
struct CalicoImport: Step {
    let id: StepID = "calico-import"
    let title = "Pause Calico and write its data in the new form"

    func longest(_ context: StepContext) -> Duration { context.playbook.deadlines.backup }

    func probes(_ context: StepContext) -> [Probe] {
        let migration = CalicoMigration(context)
        return [migration.stores, migration.isMarked(.start)]
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        let migration = CalicoMigration(context)
        let stores = try migration.read(seen)
        if try migration.isBeyondImport(seen) { return [] }
        let isDone = try migration.isDone(.start, seen)
        return stores.isPaused && isDone ? [] : [migration.action(.start)]
    }
}

/// Compares what both stores hold, kind by kind and object by object, before a node is moved to the new one.
///
/// It is a gate that is open or never will be, so that the journal's reader finds what was counted.
struct CalicoCompare: Step {
    let id: StepID = "calico-compare"
    let title = "Calico's new store holds what the old one holds"

    func probes(_ context: StepContext) -> [Probe] { [] }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] { [] }

    func gate(_ context: StepContext) -> Gate? {
        let migration = CalicoMigration(context)
        return Gate(
            probes: [migration.stores, migration.isMarked(.start)],
            deadline: context.playbook.deadlines.backup,
            interval: GateInterval.daemon,
            measured: { (seen) throws(StepError) in
                let stores = try migration.read(seen)
                let count = stores.old?.objects.count ?? 0
                return [GateReading("objects in the new store", stores.new?.objects.count ?? 0, of: count)]
            },
            verdict: { (seen) throws(StepError) -> Verdict in
                let stores = try migration.read(seen)
                if try migration.isBeyondImport(seen) { return .open }
                let differences = stores.differences
                guard differences.isEmpty else { throw .unmet(.calicoDiffers(differences)) }
                return .open
            }
        )
    }
}

/// Lets Calico's files on a host name the new store; each stays beside as it was.
struct CalicoConfigure: Step {
    let id: StepID = "calico-configure"
    let title = "Calico's files name the new store"

    func probes(_ context: StepContext) -> [Probe] { [.calicoConfiguration(host: context.hostName)] }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        try seen.calicoConfiguration(of: context.hostName).isEmpty ? [] : [.switchCalico(host: context.hostName)]
    }
}

/// Marks Calico's new store ready, once every node works with it: pods get addresses again.
struct CalicoComplete: Step {
    let id: StepID = "calico-complete"
    let title = "Put Calico's new store in charge"

    let pointOfNoReturn: String? =
        "pods that are made from here on are in Calico's new store alone, and lose their network where it goes back"

    func longest(_ context: StepContext) -> Duration { context.playbook.deadlines.backup }

    func probes(_ context: StepContext) -> [Probe] {
        guard let calico = CalicoTarget(context) else { return [CalicoMigration(context).stores] }
        let nodes = context.playbook.hosts(.worker).flatMap { calico.unitProbes(on: $0.name) }
        let migration = CalicoMigration(context)
        return [migration.stores, migration.isMarked(.start)] + (calico.options.unit == nil ? [calico.probe] : nodes)
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        guard let calico = CalicoTarget(context) else { return [] }
        let migration = CalicoMigration(context)
        try migration.requireImport(seen)
        // In use by one node is not in charge yet: that is what is left to do here.
        if try migration.read(seen).isComplete { return [] }
        if calico.options.unit != nil {
            for host in context.playbook.hosts(.worker) {
                if try calico.isPassed(seen, on: host.name) { continue }
                if let unmet = try calico.unitUnmet(seen, on: host.name) { throw .unmet(unmet) }
            }
            return [migration.action(.complete)]
        }
        let pods = try calico.daemonSet(seen).pods
        if let old = pods.sorted(by: { $0.key < $1.key }).first(where: { pod in
            pod.value.image != calico.image && !calico.isPassed(image: pod.value.image)
        }) {
            throw .unmet(
                .workloadNotReady(
                    kind: "DaemonSet",
                    namespace: calico.options.namespace,
                    name: calico.options.daemonSet,
                    on: old.key
                )
            )
        }
        return [migration.action(.complete)]
    }
}
