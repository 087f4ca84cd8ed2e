import UpgradeCore
import UpgradeKnowledge

/// What happens in a hop, and in which order.
enum HopOutline {
    /// The phases of a hop; each begins when the one before has ended.
    @Sendable
    static func phases(_ hop: HopID, _ playbook: Playbook, _ isFirst: Bool) -> [PlannedPhase] {
        let controlPlane = playbook.hosts(.controlPlane)
        let workers = playbook.hosts(.worker)
        let silenced = !playbook.silences.isEmpty
        let keep: [StepID] = silenced ? ["keep-silences"] : []
        let saved = playbook.hosts.filter { !backupSteps($0, playbook).isEmpty }

        let preflight =
            playbook.hosts.map { lane($0, preflightSteps($0)) }
            // A lane each, so that one finding does not hide the next.
            + [
                "etcd-healthy", "same-archives", "versions-in-skew", "nodes-known", "cordons", "budgets",
                "components-supported",
            ]
            .map { cluster([$0]) }
            // The whole path at once; what a host alone tells is looked at again before each one.
            + (isFirst ? [cluster(["foresight"])] : [])

        var phases = [
            phase(PhaseName.preflight, batch: min(atOnce, preflight.count), failureBudget: preflight.count, preflight),
            phase(PhaseName.silence, silenced ? [cluster(["open-silences"])] : []),
            phase(
                PhaseName.backup,
                batch: min(atOnce, saved.count),
                saved.map { lane($0, backupSteps($0, playbook)) }
            ),
            // Not beside the others: two of its hosts have a job of theirs.
            phase(PhaseName.networkBackup, movesCalico(in: hop, isFirst, playbook) ? [cluster(["calico-backup"])] : []),
            prepared(PhaseName.prepareControlPlane, controlPlane),
            prepared(PhaseName.prepareWorkers, workers),
            // What the releases of the first hop need of Calico and Helm; later hops find it done by the hop before. What
            // Helm has stored moves to the APIs that stay while both are served.
        ]
        phases += isFirst ? rolls(PhaseName.networkBefore, at: hop.from, playbook, workers) : []
        phases += [
            phase(PhaseName.helmBefore, (isFirst ? helm(at: hop.from, playbook) : []) + maps(at: hop, playbook)),
            // One host at a time, and all API servers before the first controller: none may be newer than an API server.
            phase(
                PhaseName.controlPlane,
                controlPlane.map {
                    lane(
                        $0,
                        keep + [
                            "host-foresight", "conffiles", "cluster-health", "pause-timers", "hold-controllers",
                            "install-control-plane", "restart-api-server", "resume-timers",
                        ]
                    )
                }
            ),
            phase(
                PhaseName.controllers,
                controlPlane.map {
                    lane($0, keep + ["cluster-health", "restart-controller-manager", "restart-scheduler"])
                }
            ),
        ]
        let workerSteps: [StepID] =
            keep + [
                "host-foresight", "conffiles", "cluster-health", "pause-timers", "cordon", "drain", "install-node",
                "restart-kubelet", "restart-kube-proxy", "node-ready", "uncordon", "resume-timers",
            ]
        phases += WaveOutline.phases(playbook, workerSteps)
        phases += rolls(PhaseName.network, at: hop.to, playbook, workers)
        phases += [
            phase(PhaseName.helm, helm(at: hop.to, playbook, converts: true)),
            // Last, so that no client is newer than the servers it talks to for long.
            phase(
                PhaseName.clients,
                playbook.hosts.filter { $0.has(.controlPlane) || $0.has(.client) }.map {
                    lane($0, ["conffiles", "pause-timers", "install-clients", "resume-timers"])
                }
            ),
            phase(PhaseName.verify, [cluster(["verify-cluster"])]),
            // With each hop: a run that pauses between two, for days perhaps, leaves no alert silenced.
            phase(PhaseName.unsilence, silenced ? [cluster(["close-silences"])] : []),
        ]
        return phases.filter { !$0.lanes.isEmpty }.map { HookOutline.placed(in: $0, playbook.hooks) }
    }

    /// The one phase of a plan that takes workers back, one at a time; where there are none, a look at the cluster.
    static func rollback(of hosts: [Host], _ playbook: Playbook) -> [PlannedPhase] {
        guard !hosts.isEmpty else { return [phase(PhaseName.verify, [cluster(["cluster-health"])])] }
        let steps: [StepID] = [
            "cluster-health", "pause-timers", "cordon", "drain", "downgrade-node", "restart-kubelet",
            "restart-kube-proxy", "node-ready", "uncordon", "resume-timers",
        ]
        return [HookOutline.placed(in: phase(PhaseName.workers, hosts.map { lane($0, steps) }), playbook.hooks)]
    }

    /// The phases that lead a cluster back to the snapshot of a hop, with what the workers `hosts` go back by at the end.
    ///
    /// All that can fail comes before anything is stopped. Then nothing writes: API servers down, then etcd, and no member
    /// starts before each has the data in place.
    static func restore(workers hosts: [Host], from source: String, _ playbook: Playbook) -> [PlannedPhase] {
        let controlPlane = playbook.hosts(.controlPlane)
        let workers = playbook.hosts(.worker)
        let etcd = playbook.hosts(.etcd)
        let touched = playbook.hosts.filter { $0.has(.etcd) || $0.has(.controlPlane) || $0.has(.worker) }
        // Where the snapshot was saved first: what is damaged there need not be copied.
        let staged = etcd.filter { $0.name == source } + etcd.filter { $0.name != source }
        let phases = [
            phase(
                PhaseName.preflight,
                batch: min(atOnce, touched.count),
                failureBudget: touched.count,
                touched.map { lane($0, ["host-reachable", "restore-ready"]) }
            ),
            phase(PhaseName.restoreStage, staged.map { lane($0, ["stage-snapshot"]) }),
            phase(PhaseName.restoreStop, controlPlane.map { lane($0, ["stop-control-plane"]) }),
            phase(PhaseName.restoreStopEtcd, etcd.map { lane($0, ["stop-etcd"]) }),
            phase(PhaseName.restoreSwap, etcd.map { lane($0, ["swap-etcd"]) }),
            phase(PhaseName.restoreStart, batch: etcd.count, etcd.map { lane($0, ["start-etcd"]) }),
            phase(
                PhaseName.restoreControlPlane,
                controlPlane.map {
                    lane($0, ["pause-timers", "downgrade-control-plane", "restart-api-server", "resume-timers"])
                }
            ),
            phase(
                PhaseName.controllers,
                controlPlane.map { lane($0, ["restart-controller-manager", "restart-scheduler"]) }
            ),
            phase(
                PhaseName.restoreWatchers,
                batch: min(atOnce, workers.count),
                failureBudget: workers.count,
                workers.map { lane($0, ["restart-watchers"]) }
            ),
        ]
        return phases.filter { !$0.lanes.isEmpty } + (hosts.isEmpty ? [] : rollback(of: hosts, playbook))
            + [phase(PhaseName.verify, [cluster(["verify-cluster"])])]
    }

    /// How many hosts are looked at or saved from at once, where nothing is taken down.
    ///
    /// Enough to hide the time that one host takes to answer; every lane holds a connection and a command on the
    /// operator's machine, and what an event costs grows with the lanes in hand.
    private static let atOnce = 32

    /// What changes nothing that runs is done on all hosts at once and ahead of the first: what one of them lacks costs nothing
    /// then, and none waits for it with a cordoned node.
    private static func prepared(_ id: PhaseID, _ hosts: [Host]) -> PlannedPhase {
        let lanes = hosts.map { lane($0, ["dry-start", "keep-packages"]) }
        return phase(id, batch: min(atOnce, lanes.count), failureBudget: lanes.count, lanes)
    }

    private static func preflightSteps(_ host: Host) -> [StepID] {
        var steps: [StepID] = ["host-reachable"]
        let runsDaemons = host.has(.controlPlane) || host.has(.worker)
        if runsDaemons || host.has(.etcd) { steps.append("disk-space") }
        if runsDaemons || host.has(.client) { steps += ["package-system", "packages-ready"] }
        if runsDaemons { steps.append("units-ready") }
        return steps
    }

    private static func backupSteps(_ host: Host, _ playbook: Playbook) -> [StepID] {
        var steps: [StepID] = []
        if host.has(.etcd, first: playbook) { steps.append("etcd-snapshot") }
        if host.has(.controlPlane) || host.has(.worker) { steps.append("save-configuration") }
        return steps
    }

    /// Only where the playbook moves Calico at this release: a phase for each version that it goes through.
    ///
    /// What Calico keeps was saved before the first; each of the others saves it anew, for it may be in another store by then.
    private static func rolls(
        _ kind: PhaseID,
        at release: MinorRelease,
        _ playbook: Playbook,
        _ workers: [Host]
    ) -> [PlannedPhase] {
        guard let calico = playbook.calico else { return [] }
        return (calico.rolls[release] ?? []).indices.map { index in
            let backup = index == 0 ? [] : [cluster(["calico-backup"])]
            let isMigrating = calico.migratingRoll(at: release) == index + 1
            return phase(kind.roll(index + 1), backup + roll(calico, isMigrating, playbook, workers))
        }
    }

    private static func roll(
        _ calico: CalicoOptions,
        _ isMigrating: Bool,
        _ playbook: Playbook,
        _ workers: [Host]
    ) -> [PlannedLane] {
        // On every node before the first pod goes; nothing has changed where one of them does not get it.
        let pulls = calico.fetchesImage ? workers.map { lane($0, ["calico-pull"]) } : []
        // What a unit starts is named by its package, and there is no DaemonSet that would replace pods by itself.
        let isUnit = calico.unit != nil
        let image: [StepID] = (isUnit ? [] : ["calico-image"]) + (calico.typha == nil ? [] : ["calico-typha"])
        let images = image.isEmpty ? [] : [cluster(image)]
        let strategy: [StepID] = isUnit ? [] : ["calico-strategy"]
        let steps: [StepID] = ["conffiles", "cluster-health", "pause-timers", "calico-packages"]
        let rest: [StepID] = [isUnit ? "calico-unit" : "calico-pod", "resume-timers"]
        guard isMigrating else {
            return pulls + images + workers.map { lane($0, steps + rest) }
                + (strategy.isEmpty ? [] : [cluster(strategy)])
        }
        // A lane of its own up to where nothing has moved: until then all can be taken back.
        let host = playbook.hosts.filter { $0.name == playbook.calicoHost && !$0.has(.worker) }
        return pulls + [cluster(["calico-validate", "calico-import", "calico-compare"])] + images
            + workers.map { lane($0, steps + ["calico-configure"] + rest) }
            + host.map { lane($0, ["calico-configure"]) }
            + [cluster(["calico-complete"] + strategy)]
    }

    /// Whether Calico is moved in the hop, or before it.
    private static func movesCalico(in hop: HopID, _ isFirst: Bool, _ playbook: Playbook) -> Bool {
        let rolls = playbook.calico?.rolls ?? [:]
        return rolls[hop.to] != nil || isFirst && rolls[hop.from] != nil
    }

    /// Only where the playbook moves Helm, or leaves Helm 2, at this release.
    private static func helm(
        at release: MinorRelease,
        _ playbook: Playbook,
        converts: Bool = false
    ) -> [PlannedLane] {
        var lanes: [PlannedLane] = []
        var steps: [StepID] = []
        if playbook.helm?.installs(at: release) == true {
            lanes = playbook.helmHosts.map { lane($0, ["conffiles", "pause-timers", "helm-package", "resume-timers"]) }
        }
        if playbook.helm?.rollsTiller(at: release) == true {
            // After a cleanup there is none.
            if playbook.helm?.cleanup.map({ release <= $0.at }) ?? true { steps.append("tiller") }
        }
        if converts, playbook.helm?.migrateAt == release { steps += ["helm-inventory", "helm-convert", "helm-verify"] }
        if converts, playbook.helm?.cleanup?.at == release { steps.append("helm-cleanup") }
        return steps.isEmpty ? lanes : lanes + [cluster(steps)]
    }

    /// Only where the playbook asks for it and the hop takes an API away.
    private static func maps(at hop: HopID, _ playbook: Playbook) -> [PlannedLane] {
        guard playbook.helm?.mapsAPIs == true, (try? Breakage.all().rewrites(at: hop)) ?? true else { return [] }
        return [cluster(["helm-map"])]
    }

    private static func phase(
        _ id: PhaseID,
        batch: Int = 1,
        failureBudget: Int = 0,
        _ lanes: [PlannedLane]
    ) -> PlannedPhase {
        PlannedPhase(id: id, batch: batch, failureBudget: failureBudget, lanes: lanes)
    }

    private static func lane(_ host: Host, _ steps: [StepID]) -> PlannedLane {
        PlannedLane(target: .host(host.name), steps: steps)
    }

    private static func cluster(_ steps: [StepID]) -> PlannedLane {
        PlannedLane(target: .cluster, steps: steps)
    }
}

extension Host {
    fileprivate func has(_ role: Role) -> Bool { roles.contains(role) }

    /// Whether it is the first host of the playbook with this role.
    fileprivate func has(_ role: Role, first playbook: Playbook) -> Bool {
        playbook.hosts(role).first?.name == name
    }
}
