internal import Foundation
internal import UpgradeCore
internal import UpgradeSSH

/// The cluster that a command works on, and how to let go of it.
struct World: Sendable {
    /// The cluster.
    var access: any ClusterAccess
    /// Closes connections.
    var close: @Sendable () async -> Void
}

/// The one place that picks a world: real hosts, or the simulated cluster of an embedded playbook.
enum Worlds {
    /// The world of a playbook.
    ///
    /// - Parameters:
    ///   - playbook: names the hosts, or says that they are simulated.
    ///   - directory: the run's directory, where a simulated cluster is kept and relative local paths lead; `nil` for a
    ///     command that only looks.
    /// - Returns: the cluster, with nothing dialed yet.
    /// - Throws: `JournalError` when the file of a simulated cluster is not one.
    static func open(_ playbook: Playbook, directory: RunDirectory?) throws -> World {
        if let simulation = playbook.simulation {
            let cluster = try simulated(playbook, simulation, directory)
            return World(access: cluster, close: {})
        }
        let remote = SSHRemote(
            SSHSettings(
                configFile: playbook.ssh.config,
                user: playbook.ssh.user,
                sudo: playbook.ssh.sudo
            )
        )
        let cluster = LiveCluster(
            remote: remote,
            playbook: playbook,
            localDirectory: directory?.path ?? ".",
            now: { Date().timeIntervalSince1970 }
        )
        return World(access: cluster, close: { await remote.close() })
    }

    private static func simulated(
        _ playbook: Playbook,
        _ settings: SimulationSettings,
        _ directory: RunDirectory?
    ) throws -> SimulatedCluster {
        let fresh = ClusterState.sample(playbook: playbook, at: settings.release)
        guard let directory else {
            return SimulatedCluster(fresh, clock: ContinuousClock())
        }
        let file = SimulationFile(path: directory.simulationPath)
        return SimulatedCluster(
            try file.read() ?? fresh,
            clock: ContinuousClock(),
            pace: settings.pace,
            change: { (state) throws(AccessError) in try file.write(state) }
        )
    }
}
