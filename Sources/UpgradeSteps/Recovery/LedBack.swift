public import UpgradeCore

/// A daemon that runs a version from before the one that the run's record says it was restarted at.
///
/// Somebody has led its host back: by a snapshot of the machine, an older package, or a restore of which this copy of the
/// record knows nothing. To go on by that record would bring kubelets beyond their API servers.
public struct LedBack: Hashable, Sendable {
    /// The host.
    public var host: String
    /// The daemon's unit.
    public var unit: String
    /// What it runs.
    public var found: KubernetesVersion
    /// What the step restarted it at.
    public var expected: KubernetesVersion
    /// The hop in which it did.
    public var hop: HopID

    /// Whether it is a daemon of workers.
    public var isWorker: Bool { [UnitName.kubelet, UnitName.kubeProxy].contains(unit) }

    /// The packages that bring the daemon where it was, as apt is asked for them.
    public func packages(_ playbook: Playbook) -> [String] {
        let names = isWorker ? playbook.packages.node : playbook.packages.controlPlane
        return playbook.releases[hop.to].map { version in names.map { "\($0)=\(version)" } } ?? []
    }
}

/// The look at every daemon that an upgrade has restarted, before a resume goes by the record of it.
public struct LedBackLook: Sendable {
    /// What the last hop that has restarted a daemon has brought it to.
    private let expected: [Daemon: (hop: HopID, version: KubernetesVersion)]

    /// Makes the look; it asks nothing for a run that takes another back.
    public init(_ plan: Plan, _ record: RunState, _ playbook: Playbook) {
        expected = plan.takesBack == nil && plan.restores == nil ? Self.restarted(record, playbook) : [:]
    }

    /// The questions it needs.
    public var probes: [Probe] { expected.keys.sorted().map(\.probe) }

    /// The daemons that were led back, by host and unit; one that does not run says nothing.
    public func find(in seen: Observation) -> [LedBack] {
        expected.sorted { $0.key < $1.key }.compactMap { daemon, restarted in
            guard case .unit(let state)? = seen.answers[daemon.probe], state.isActive, let found = state.runningVersion,
                found < restarted.version
            else { return nil }
            return LedBack(
                host: daemon.host,
                unit: daemon.unit,
                found: found,
                expected: restarted.version,
                hop: restarted.hop
            )
        }
    }

    private struct Daemon: Hashable, Comparable {
        var host: String
        var unit: String

        var probe: Probe { .unit(host: host, unit: unit) }

        static func < (one: Daemon, other: Daemon) -> Bool {
            (one.host, one.unit) < (other.host, other.unit)
        }
    }

    private static func restarted(
        _ record: RunState,
        _ playbook: Playbook
    ) -> [Daemon: (hop: HopID, version: KubernetesVersion)] {
        var restarted: [Daemon: (hop: HopID, version: KubernetesVersion)] = [:]
        for key in record.done {
            guard case .host(let host) = key.target, let unit = unit(restartedBy: key.step),
                let version = playbook.releases[key.hop.to]?.kubernetes
            else { continue }
            let daemon = Daemon(host: host, unit: unit)
            if let last = restarted[daemon], last.hop > key.hop { continue }
            restarted[daemon] = (key.hop, version)
        }
        return restarted
    }

    private static func unit(restartedBy step: StepID) -> String? {
        switch step {
        case RestartAPIServer().id: UnitName.apiServer
        case RestartControllerManager().id: UnitName.controllerManager
        case RestartScheduler().id: UnitName.scheduler
        case RestartKubelet().id: UnitName.kubelet
        case RestartKubeProxy().id: UnitName.kubeProxy
        default: nil
        }
    }
}
