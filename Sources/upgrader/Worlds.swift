internal import Foundation
internal import UpgradeCore
internal import UpgradeHelm
internal import UpgradeKnowledge
internal import UpgradeNotices
internal import UpgradeSSH

/// The cluster that a command works on, and how to let go of it.
struct World: Sendable {
    /// The cluster, to look at only.
    let access: any ClusterAccess
    /// Where its lock is kept.
    let leases: any LeaseStore
    /// Tells somebody who waits what is waited for.
    let patience: Patience
    /// Closes connections.
    let close: @Sendable () async -> Void
    private let cluster: any ClusterAccess

    init(
        _ cluster: some ClusterAccess & LeaseStore,
        patience: Patience = Patience(),
        close: @escaping @Sendable () async -> Void
    ) {
        self.init(cluster, leases: cluster, patience: patience, close: close)
    }

    private init(
        _ cluster: any ClusterAccess,
        leases: any LeaseStore,
        patience: Patience,
        close: @escaping @Sendable () async -> Void
    ) {
        self.cluster = cluster
        self.leases = leases
        self.patience = patience
        self.close = close
        access = ReadOnlyAccess(cluster)
    }

    /// The same world with its cluster behind another access.
    func behind(_ wrap: (any ClusterAccess) -> any ClusterAccess) -> World {
        World(wrap(cluster), leases: leases, patience: patience, close: close)
    }

    /// The cluster, to be changed while the lease is held: the only way to change it.
    func acting(under lease: LeaseHold) -> any ClusterAccess {
        FencedAccess(cluster, lease)
    }
}

/// The one place that picks a world: real hosts, or the simulated cluster of an embedded playbook.
enum Worlds {
    /// Works on the world of a playbook, and lets go of it whatever happens.
    ///
    /// - Parameters:
    ///   - playbook: names the hosts, or says that they are simulated.
    ///   - directory: the run's directory, where a simulated cluster is kept and relative local paths lead; `nil` for a
    ///     command that only looks.
    ///   - isBegun: whether the run has begun: its simulated cluster must then be there.
    ///   - body: is given the cluster, with nothing dialed yet.
    /// - Returns: what `body` returns.
    /// - Throws: what `body` throws; `JournalError` when the file of a simulated cluster is not one, `Complaint` when it is
    ///   gone.
    static func use<Value>(
        _ playbook: Playbook,
        directory: RunDirectory? = nil,
        isBegun: Bool = false,
        _ body: (World) async throws -> Value
    ) async throws -> Value {
        let world = try open(playbook, directory, isBegun)
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(world))
        } catch {
            result = .failure(error)
        }
        await world.close()
        return try result.get()
    }

    /// Looks at the world of a playbook; whoever waits is told what for.
    static func look<Value: Sendable>(
        _ session: Session,
        _ what: String? = nil,
        _ body: (World) async throws -> Value
    ) async throws -> Value {
        try await use(session.playbook) { world in
            try await world.patience.during(what ?? session.looking) { try await body(world) }
        }
    }

    private static func open(_ playbook: Playbook, _ directory: RunDirectory?, _ isBegun: Bool) throws -> World {
        let world = try cluster(playbook, directory, isBegun)
        guard !playbook.silences.isEmpty else { return world }
        // Of a simulated cluster, too: the Alertmanager is the one that the playbook names.
        return world.behind {
            SilencedCluster(
                $0,
                playbook: playbook,
                web: CurlClient(),
                programs: LocalPrograms(lock: directory.map { "\($0.clusterPath)/windows.lock" }),
                now: { Date().timeIntervalSince1970 }
            )
        }
    }

    private static func cluster(_ playbook: Playbook, _ directory: RunDirectory?, _ isBegun: Bool) throws -> World {
        if let simulation = playbook.simulation {
            let cluster = try simulated(playbook, simulation, directory, isBegun)
            return World(cluster, close: {})
        }
        let remote = SSHRemote(
            SSHSettings(
                configFile: playbook.ssh.config,
                user: playbook.ssh.user,
                // A dial may be shorter than a host may be away, never longer.
                connectDeadline: min(SSHSettings().connectDeadline, playbook.deadlines.connect),
                sudo: playbook.ssh.sudo
            )
        )
        let patience = Patience()
        let cluster = LiveCluster(
            remote: remote,
            playbook: playbook,
            localDirectory: directory?.path ?? ".",
            leaseVersions: try Breakage.all().leaseVersions,
            helm: HelmFormat(),
            now: { Date().timeIntervalSince1970 },
            waiting: { patience.hear($0) }
        )
        return World(cluster, patience: patience, close: { await remote.close() })
    }

    private static func simulated(
        _ playbook: Playbook,
        _ settings: SimulationSettings,
        _ directory: RunDirectory?,
        _ isBegun: Bool
    ) throws -> SimulatedCluster {
        let fresh = ClusterState.sample(playbook: playbook, at: settings.release)
        guard let given = directory else {
            return SimulatedCluster(fresh, clock: ContinuousClock())
        }
        // A rollback is of the cluster that its upgrade has changed.
        let upgrade = (try? given.plan())?.takesBack.map { RunDirectory(path: "\(given.clusterPath)/\($0)") }
        let lost = RunDirectory.lostSimulation(besides: given)
        // A cleanup by marks finds the cluster of the run that was lost; with nothing there, one that nobody has touched.
        if upgrade == nil, lost == nil, !given.exists { return SimulatedCluster(fresh, clock: ContinuousClock()) }
        let directory = upgrade ?? lost ?? given
        let file = SimulationFile(path: directory.simulationPath)
        let found = try file.read()
        if found == nil, isBegun {
            throw Complaint(
                FiveLines(
                    error: "the simulated cluster of \(directory.path) is gone",
                    why: "there is no \(directory.simulationPath), and a new cluster is not the one of the run",
                    state: "nothing was done",
                    next: "restore the file from a copy, or begin anew"
                ),
                .drift
            )
        }
        // At once: a run that has begun and has changed nothing yet needs it as well.
        if found == nil {
            do throws(AccessError) {
                try file.write(fresh)
            } catch {
                throw JournalError.system(path: directory.simulationPath, operation: "write", reason: error.why)
            }
        }
        return SimulatedCluster(
            found ?? fresh,
            clock: ContinuousClock(),
            pace: settings.pace,
            failures: settings.failures,
            change: { (state) throws(AccessError) in try file.write(state) }
        )
    }
}
