internal import ArgumentParser
internal import Foundation
internal import UpgradeCore

/// `upgrader cleanup`: undoes what the ledger says is ours, nothing else.
struct CleanupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cleanup",
        abstract: "Undo what a run left on the cluster and is still unchanged; leave everything else alone.",
        discussion:
            "The ledger of the run says what is ours. Where the run's directory is lost, --from-marks goes by what each effect "
            + "has left on the cluster with the run's name in it: it looks at every node, DaemonSet, silence and host of the "
            + "playbook, tells what it has found, and undoes it in a run of its own. Call it again when it was killed."
    )

    @Argument(help: "The run's directory; the newest run when not given.", completion: .directory)
    var run: String?

    @Argument(help: "The node or host to clean up; all when not given.")
    var target: String?

    @Option(
        help: ArgumentHelp(
            "No run's directory is left: go by the marks on the cluster that this playbook describes.",
            valueName: "playbook"
        ),
        completion: .file(extensions: ["yaml", "yml"])
    )
    var fromMarks: String?

    @Flag(help: ArgumentHelp(takeoverHelp))
    var takeover = false

    @Option(help: "text, or json: how it ended, as one document on standard output; all else goes to standard error.")
    var format = OutputFormat.text

    @OptionGroup var state: StateOptions

    func validate() throws {
        if fromMarks != nil, run != nil { throw ValidationError("With --from-marks no run is named.") }
    }

    mutating func run() async throws {
        try await complaining(json: format == .json, ends: "cleanup") {
            if let fromMarks {
                return try await Recovery(playbook: fromMarks, state: state.state, takesOver: takeover).perform()
            }
            let directory = try NamedRun.find(run, in: state) { host, run in
                "`upgrader cleanup \(run) \(host)` cleans up that host alone"
            }
            Output.reader?.take(directory)
            let plan = try directory.plan()
            let session = try Session(of: directory, plan)
            let lock = try RunLock(clusterDirectory: directory.clusterPath, holder: Session.lockText("cleanup"))
            defer { withExtendedLifetime(lock) {} }
            try UnfinishedRun.refuseCleanup(directory)
            let journal = try directory.journal(now: { Date().timeIntervalSince1970 })
            try Restores.refuseCleanup(plan, directory)
            let targets = try target.map { try session.names($0, journal.state.ledger) }
            let outcomes = try await Worlds.use(session.playbook, directory: directory) { world in
                try await undo(session, directory, plan, journal, world, targets)
            }
            if outcomes.isEmpty { Output.tell("nothing of \(directory.path) is left to undo") }
            OtherRuns.tell(besides: directory)
            return CleanupReport.tell(outcomes, directory, again: "upgrader cleanup")
        }
    }

    /// Undoes what is ours while the lease is held.
    private func undo(
        _ session: Session,
        _ directory: RunDirectory,
        _ plan: Plan,
        _ journal: Journal,
        _ world: World,
        _ targets: Set<String>?
    ) async throws -> [Cleanup.Outcome] {
        let lease = try await session.takeLease(
            run: directory.run,
            reason: "cleanup",
            takesOver: takeover,
            world,
            again: "upgrader cleanup \(directory.path)",
            byFence: try Restores.fence(of: plan, directory, journal.state, session.playbook)
        )
        return try await lease.whileKept {
            try journal.append([.leased(lease.claim)])
            let outcomes = try await Cleanup.perform(
                run: directory.run,
                recorder: journal,
                access: world.acting(under: lease),
                targets: targets,
                machineIDs: plan.machineIDs,
                report: { Output.note($0.title) }
            )
            if let loss = lease.loss { try journal.append([.stopped(.leaseLost(loss))]) }
            try journal.saveCheckpoint()
            return outcomes
        }
    }
}
