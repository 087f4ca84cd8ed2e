public import UpgradeCore

/// A daemon that runs a version from before the one that the run's record says it was restarted at.
///
/// Somebody has led its host back: by a snapshot of the machine, an older package, or a restore of another copy of the
/// record. To go on by that record would bring kubelets beyond their API servers.
public struct LedBack: Hashable, Sendable {
    /// The host.
    public var host: String
    /// The daemon's unit.
    public var unit: String
    /// What it runs.
    public var found: KubernetesVersion
    /// What the step restarted it at.
    public var expected: KubernetesVersion

    /// Looks at every daemon that an upgrade has restarted, once.
    ///
    /// One that does not run says nothing; neither does a run that takes another back.
    /// - Returns: the first that was led back, by host and unit.
    /// - Throws: `AccessError` where a host cannot be asked.
    public static func find(
        _ plan: Plan,
        _ record: RunState,
        _ playbook: Playbook,
        _ access: any ClusterAccess
    ) async throws(AccessError) -> LedBack? {
        guard plan.takesBack == nil, plan.restores == nil else { return nil }
        let expected = restarted(plan, record, playbook)
        let probes = expected.keys.sorted()
        guard !probes.isEmpty else { return nil }
        let seen = try await access.answer(probes.map(\.probe))
        for daemon in probes {
            guard case .unit(let state)? = seen.answers[daemon.probe], state.isActive, let found = state.runningVersion,
                let version = expected[daemon], found < version
            else { continue }
            return LedBack(host: daemon.host, unit: daemon.unit, found: found, expected: version)
        }
        return nil
    }

    private struct Daemon: Hashable, Comparable {
        var host: String
        var unit: String

        var probe: Probe { .unit(host: host, unit: unit) }

        static func < (one: Daemon, other: Daemon) -> Bool {
            (one.host, one.unit) < (other.host, other.unit)
        }
    }

    /// What the last hop that has restarted a daemon has brought it to.
    private static func restarted(
        _ plan: Plan,
        _ record: RunState,
        _ playbook: Playbook
    ) -> [Daemon: KubernetesVersion] {
        var versions: [Daemon: KubernetesVersion] = [:]
        for key in record.done {
            guard case .host(let host) = key.target, let unit = unit(restartedBy: key.step),
                let version = playbook.releases[key.hop.to]?.kubernetes
            else { continue }
            let daemon = Daemon(host: host, unit: unit)
            versions[daemon] = max(version, versions[daemon] ?? version)
        }
        return versions
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
