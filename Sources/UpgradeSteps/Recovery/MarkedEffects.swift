public import UpgradeCore

/// An effect of a run that is known by its mark alone.
public struct MarkedEffect: Hashable, Sendable {
    /// The effect.
    public var effect: SideEffect
    /// The run that has marked it.
    public var run: String
    /// The step of the run; empty where the mark does not tell.
    public var step: String
    /// Whether it is still there and unchanged.
    public var standing: HostMark.Standing

    /// Whether it is one by which a restore of etcd keeps everything stopped.
    public var keepsRestoreStopped: Bool {
        let stopping = [PhaseName.restoreStop, PhaseName.restoreStopEtcd]
        return StepKey(step).map { stopping.contains($0.phase) } ?? false
    }

    /// What is left to do about it; `nil` where that would do harm.
    var action: Action? {
        switch standing {
        case .ours: effect.inverse
        case .gone, .theirs: .dropMark(effect)
        case .kept: nil
        }
    }
}

/// Where marks are asked for, and what they tell.
///
/// Each kind of effect has its own: a file on the host for masks and lifted holds, annotations for cordons and update
/// strategies, the comment of a silence, and what calico-upgrade left of a move of Calico's data.
struct MarkedEffects {
    private let playbook: Playbook
    /// Runs that are known otherwise; a maintenance window can only be asked for by its run.
    private let runs: [String]

    init(_ playbook: Playbook, runs: [String]) {
        self.playbook = playbook
        self.runs = runs
    }

    // MARK: hosts

    func of(_ host: String) -> [Probe] { [.marks(host: host)] }

    func of(_ host: String, _ seen: Observation) throws(StepError) -> [MarkedEffect] {
        try seen.marks(on: host).map { mark in
            MarkedEffect(effect: mark.effect(on: host), run: mark.run, step: mark.step, standing: mark.standing)
        }
    }

    // MARK: the cluster

    var ofCluster: [Probe] {
        [.nodes, .markedDaemonSets] + silences.map { .silenceMarks($0) } + windows.map { .silence($0) } + calico
    }

    /// In the order in which it is undone: pods get addresses before nodes take pods, and alerts are heard at the end.
    func ofCluster(_ seen: Observation) throws(StepError) -> [MarkedEffect] {
        try calico(seen) + daemonSets(seen) + cordons(seen) + silences(seen)
    }

    private func cordons(_ seen: Observation) throws(StepError) -> [MarkedEffect] {
        try seen.nodes().compactMap { node in
            node.cordonMark.map { mark in
                MarkedEffect(
                    effect: .cordon(node: node.name, mark: mark),
                    run: CordonMark.run(of: mark),
                    step: "",
                    standing: node.isCordoned ? .ours : .gone
                )
            }
        }
    }

    private func daemonSets(_ seen: Observation) throws(StepError) -> [MarkedEffect] {
        try seen.markedDaemonSets().map { one in
            // Pods that are not of the template would be replaced at once, behind no gate.
            let standing: HostMark.Standing =
                one.strategy != DaemonSetState.held ? .theirs : (one.outdated ?? 0) > 0 ? .kept : .ours
            return MarkedEffect(effect: one.effect, run: one.run, step: "", standing: standing)
        }
    }

    // MARK: silences

    /// Those that an Alertmanager lists, for no run yet.
    private var silences: [AlertSilence] { playbook.silences.map { $0.silence(run: "") } }

    private var windows: [AlertSilence] {
        runs.flatMap { run in playbook.silences.map { $0.silence(run: run) } }.filter { $0.isWindow == true }
    }

    private func silences(_ seen: Observation) throws(StepError) -> [MarkedEffect] {
        var found: [MarkedEffect] = []
        for silence in silences {
            for run in try seen.silenceMarks(silence) {
                var theirs = silence
                theirs.mark = run
                found.append(MarkedEffect(effect: .silence(theirs), run: run, step: "", standing: .ours))
            }
        }
        for window in windows where try seen.silence(window) != nil {
            found.append(MarkedEffect(effect: .silence(window), run: window.mark, step: "", standing: .ours))
        }
        return found
    }

    // MARK: Calico's move

    private static let validated = "validated-"

    /// Asked of whichever run it was.
    private var migration: CalicoMigration { CalicoMigration(playbook, run: "") }

    private var validations: Probe {
        .files(host: playbook.calicoHost, directory: HostPlace.calico, prefix: Self.validated)
    }

    private var calico: [Probe] {
        guard playbook.calico?.migration != nil else { return [] }
        return [migration.stores, migration.begun, validations]
    }

    /// The pause of the old store, which is kept where a node works with the new one; a run leaves its name with the
    /// validation that comes before, and word of having begun.
    private func calico(_ seen: Observation) throws(StepError) -> [MarkedEffect] {
        guard playbook.calico?.migration != nil else { return [] }
        let (host, store) = (playbook.calicoHost, playbook.calicoStoreHost)
        let stores = try migration.read(seen)
        guard stores.isPaused,
            try migration.hasBegun(seen),
            let name = try seen.files(on: host, directory: HostPlace.calico, prefix: Self.validated).last
        else { return [] }
        let run = String(name.dropFirst(Self.validated.count))
        let effect = SideEffect.calicoPaused(host: host, store: store, mark: run)
        return [MarkedEffect(effect: effect, run: run, step: "", standing: stores.isInUse ? .kept : .ours)]
    }
}
