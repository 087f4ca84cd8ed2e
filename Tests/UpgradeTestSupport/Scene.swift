public import UpgradeCore
internal import UpgradeSteps

/// A small cluster and all that a run on it needs; nothing of it is real.
public struct Scene: Sendable {
    /// The run's name.
    public let run = "test"
    /// The playbook.
    public var playbook: Playbook
    /// The simulated cluster to begin with.
    public var cluster: ClusterState
    /// The steps.
    public var steps = StepCatalog.all
    /// Facts by hop.
    public var hops: [HopID: HopFacts]

    /// Makes a healthy cluster with these hosts.
    ///
    /// - Parameters:
    ///   - etcd: how many hosts have only etcd.
    ///   - controlPlane: how many control-plane hosts there are.
    ///   - workers: how many workers.
    ///   - target: the release to reach; one hop up when not given.
    ///   - edit: changes the playbook before the cluster is made from it.
    /// - Throws: `SceneError` for a target that is not a release.
    public init(
        etcd: Int = 1,
        controlPlane: Int = 2,
        workers: Int = 2,
        until target: String = "1.13",
        edit: (inout Playbook) -> Void = { _ in }
    ) throws {
        let release = try Self.release("1.12")
        let goal = try Self.release(target)
        var releases: [MinorRelease: PackageVersion] = [:]
        var next = release
        while next <= goal {
            releases[next] = PackageVersion("\(next).10-1")
            next = next.next
        }
        let hosts =
            (1...max(1, etcd)).map { Host(name: "etcd\($0)", roles: [.etcd]) }
            + (1...max(1, controlPlane)).map { Host(name: "cp\($0)", roles: [.controlPlane]) }
            + (1...max(1, workers)).map { Host(name: "w\($0)", roles: [.worker], nodeName: "w\($0).example.org") }
        var playbook = Playbook(cluster: "test", target: goal, releases: releases, hosts: hosts)
        edit(&playbook)
        self.playbook = playbook
        cluster = ClusterState.sample(playbook: playbook, at: release)
        hops = try HopCatalog.all()
    }

    /// Makes the plan by looking at the cluster.
    public func plan() async throws -> Plan {
        try await planAndSurvey().plan
    }

    /// Makes the plan and keeps what was seen.
    public func planAndSurvey() async throws -> (plan: Plan, survey: Observation) {
        try await Planner.plan(
            playbook: playbook,
            playbookDigest: "playbook",
            versionsDigest: "versions",
            run: run,
            steps: steps,
            hops: hops,
            access: SimulatedCluster(cluster, clock: VirtualClock())
        )
    }

    /// Makes the plan that takes a worker back.
    ///
    /// - Parameters:
    ///   - worker: the name of the host.
    ///   - upgrade: the plan whose first hop is taken back there.
    ///   - run: the name of the rollback.
    ///   - access: the cluster as the upgrade has left it.
    /// - Returns: the plan of the rollback.
    /// - Throws: `SceneError` for a host that there is not, `PlanError`.
    public func rollback(
        of worker: String,
        _ upgrade: Plan,
        run: String,
        _ access: any ClusterAccess
    ) async throws -> Plan {
        try await rollbackAndSurvey(of: worker, upgrade, run: run, access).plan
    }

    /// Makes the plan that takes a worker back, and keeps what was seen.
    public func rollbackAndSurvey(
        of worker: String,
        _ upgrade: Plan,
        run: String,
        _ access: any ClusterAccess
    ) async throws -> (plan: Plan, survey: Observation) {
        guard let host = playbook.host(worker), let hop = upgrade.hops.first?.id else {
            throw SceneError.notAWorker(worker)
        }
        return try await Planner.rollback(
            of: self.run,
            upgrade,
            hop: PlannedHop(id: hop, phases: StepCatalog.rollback(of: [host], playbook)),
            playbook: playbook,
            run: run,
            steps: steps,
            hops: hops,
            access: access
        )
    }

    /// Makes the plan that takes back all that an upgrade did from a lane on.
    ///
    /// - Parameters:
    ///   - first: the first step of that lane.
    ///   - upgrade: the plan of the upgrade.
    ///   - record: its journal.
    ///   - run: the name of the rollback.
    ///   - access: the cluster as the upgrade has left it.
    /// - Returns: the plan of the rollback.
    /// - Throws: `WayBack.Refusal`, `PlanError`.
    public func rollback(
        to first: StepKey,
        _ upgrade: Plan,
        _ record: MemoryRecorder,
        run: String,
        _ access: any ClusterAccess
    ) async throws -> Plan {
        let back = try WayBack(to: first, of: upgrade, record.state, record.records, playbook, steps)
        return try await Planner.rollback(
            of: self.run,
            upgrade,
            hop: back.hop,
            to: first,
            playbook: playbook,
            run: run,
            steps: steps,
            hops: hops,
            access: access
        )
        .plan
    }

    /// Makes the plan that leads an upgrade back to the snapshot of a hop.
    ///
    /// - Parameters:
    ///   - upgrade: the plan of the upgrade.
    ///   - record: its journal.
    ///   - run: the name of the restore.
    ///   - access: the cluster as the upgrade has left it.
    /// - Returns: the plan of the restore.
    /// - Throws: `RestorePath.Refusal`, `PlanError`, `SceneError` where the snapshot is not on its host.
    public func restore(
        _ upgrade: Plan,
        _ record: MemoryRecorder,
        run: String,
        _ access: any ClusterAccess
    ) async throws -> Plan {
        let path = try RestorePath(of: nil, upgrade, record.records.map { (0, $0) }, playbook)
        let seen = try await access.answer([
            .file(host: path.host, path: path.path), .snapshot(host: path.host, path: path.path),
        ])
        guard let file = try seen.file(on: path.host, path: path.path),
            let status = try seen.snapshot(on: path.host, path: path.path)
        else { throw SceneError.noSnapshot(path.path) }
        return try await Planner.rollback(
            of: self.run,
            upgrade,
            hop: path.hop,
            to: path.first,
            restores: EtcdRestoration(
                host: path.host,
                path: path.path,
                sha256: file.sha256,
                revision: status.revision,
                keys: status.totalKeys,
                saved: path.saved
            ),
            playbook: playbook,
            run: run,
            steps: steps,
            hops: hops,
            access: access
        )
        .plan
    }

    /// A driver over an access.
    public func driver(
        _ plan: Plan,
        _ access: any ClusterAccess,
        run: String? = nil,
        clock: VirtualClock = VirtualClock(),
        interruption: Interruption = Interruption(),
        observer: any RunObserver = SilentObserver()
    ) -> Driver<VirtualClock> {
        Driver(
            run: run ?? self.run,
            plan: plan,
            playbook: playbook,
            steps: steps,
            hops: hops,
            access: access,
            clock: clock,
            interruption: interruption,
            observer: observer
        )
    }

    private static func release(_ text: String) throws -> MinorRelease {
        guard let release = MinorRelease(text) else { throw SceneError.notARelease(text) }
        return release
    }
}

/// A scene that cannot be built.
public enum SceneError: Error {
    /// The text is not a release.
    case notARelease(String)
    /// The snapshot is not where the upgrade has saved it.
    case noSnapshot(String)
    /// The playbook has no such worker, or the plan no hop.
    case notAWorker(String)
}

extension Scene {
    /// The same cluster with a plan of four steps on its first worker, for tests that walk it very often.
    public func small() -> Scene {
        var scene = self
        let steps = StepCatalog.all.steps
        let chosen: [StepID] = ["cordon", "drain", "install-node", "uncordon"]
        scene.steps = StepSet(steps: chosen.compactMap { steps[$0] }) { _, playbook, _ in
            let lanes = playbook.hosts(.worker).prefix(1).map { PlannedLane(target: .host($0.name), steps: chosen) }
            return [PlannedPhase(id: "workers", batch: 1, failureBudget: 0, lanes: lanes)]
        }
        return scene
    }
}
