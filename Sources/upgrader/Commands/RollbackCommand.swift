internal import ArgumentParser
internal import Foundation
internal import UpgradeCore
internal import UpgradeSteps

/// `upgrader rollback`: takes a worker back to the release that the hop in hand leaves.
struct RollbackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Take a worker back to the release that the hop in hand leaves.",
        discussion:
            "Drains it, puts the packages back that its host has kept, restarts its daemons, and waits until the node is "
            + "Ready at the older version. No repository is needed. It is a run of its own, which `resume` ends when it was "
            + "killed; after it, resuming the upgrade does that worker anew."
    )

    @Argument(help: "The worker: its name in the playbook, or its node's.")
    var worker: String

    @Argument(help: "The directory of the upgrade; the newest run when not given.")
    var run: String?

    @Flag(help: "Print the sequence, and change nothing.")
    var dryRun = false

    @Option(help: "Why, for the journal.")
    var reason = ""

    @Flag(help: "Ask nothing: neither before the first change nor when a step has failed.")
    var yes = false

    @Flag(help: ArgumentHelp(takeoverHelp))
    var takeover = false

    @Option(help: "text, or json: how it ended, as one document on standard output; all else goes to standard error.")
    var format = OutputFormat.text

    @OptionGroup var state: StateOptions

    mutating func run() async throws {
        try await complaining(json: format == .json, ends: "rollback") {
            let directory = try RunDirectory.find(run ?? state.state)
            Output.reader?.take(directory)
            let upgrade = try directory.plan()
            let session = try Session(of: directory, upgrade)
            let again = "upgrader rollback \(worker) \(directory.path)"
            let beginning = Beginning(session: session, yes: yes, look: "\(again) --dry-run")
            if !dryRun { try beginning.refuseUnasked() }
            let lock = try beginning.lock(directory.clusterPath, reason.isEmpty ? "rollback of \(worker)" : reason)
            defer { withExtendedLifetime(lock) {} }
            let hop = try RollbackSubject(session.playbook, upgrade, directory).hop(worker)
            try Beginning.refuseUnfinished(RunDirectory.all(directory.clusterPath).filter { $0.path != directory.path })
            let name = Session.newRunName()
            let made = try await Worlds.use(session.playbook, directory: directory, isBegun: true) { world in
                try await prepare(session, hop, upgrade, directory, world, name, beginning)
            }
            guard let rollback = made else { return .done }
            var walk = Walk(session: session, directory: rollback, until: nil, reason: reason)
            walk.isNew = true
            walk.takesOver = takeover
            walk.asks = !yes
            return try await walk.perform()
        }
    }

    /// Plans, rehearses, asks, and writes the directory of the rollback.
    ///
    /// - Returns: `nil` where the sequence was only to be printed.
    private func prepare(
        _ session: Session,
        _ hop: PlannedHop,
        _ upgrade: Plan,
        _ directory: RunDirectory,
        _ world: World,
        _ name: String,
        _ beginning: Beginning
    ) async throws -> RunDirectory? {
        Output.note("looking at the cluster")
        let (plan, survey) = try await world.patience.during(session.looking) {
            do {
                return try await Planner.rollback(
                    of: directory.run,
                    upgrade,
                    hop: hop,
                    playbook: session.playbook,
                    run: name,
                    steps: session.steps,
                    hops: session.hops,
                    access: world.access
                )
            } catch let error as PlanError {
                throw Complaint(plan: error, playbook: session.path)
            }
        }
        let sequence = try await beginning.rehearse(plan, survey, run: name, isShown: dryRun)
        if dryRun { return nil }
        try beginning.confirm(sequence)
        return try beginning.create(
            state: (directory.clusterPath as NSString).deletingLastPathComponent,
            run: name,
            plan,
            reason: reason
        )
    }
}
