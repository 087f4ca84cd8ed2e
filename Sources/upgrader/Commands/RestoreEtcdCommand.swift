internal import ArgumentParser
internal import Foundation
internal import UpgradeCore
internal import UpgradeSteps

/// `upgrader restore-etcd`: leads a cluster back to the beginning of a hop by the etcd snapshot that was saved there.
struct RestoreEtcdCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore-etcd",
        abstract:
            "Lead a cluster back to the beginning of a hop, by its etcd snapshot; what was written since is lost.",
        discussion:
            "For a hop whose control plane has been upgraded, which `rollback` refuses. Restores the snapshot beside the data of "
            + "each etcd member and refuses one that is damaged, with nothing stopped. Then stops API servers, controllers and "
            + "etcd, puts the restored data in place, starts etcd, puts the older control-plane packages back, and takes back the "
            + "workers of the hop. The data before stays on the hosts. It is a run of its own: once etcd is stopped only "
            + "`resume` leads on. The upgrade that it takes back is not resumed afterwards."
    )

    @Argument(help: "The directory of the upgrade; the newest run when not given.", completion: .directory)
    var run: String?

    @Option(help: "The hop, as `status` names it; the last one that has changed something when not given.")
    var hop: String?

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
        try await complaining(json: format == .json, ends: "restore-etcd") {
            let directory = try RunDirectory.find(run ?? state.state)
            Output.reader?.take(directory)
            let upgrade = try directory.plan()
            let session = try Session(of: directory, upgrade)
            let what = "restore-etcd\(hop.map { " --hop \($0)" } ?? "")"
            let beginning = Beginning(
                session: session,
                yes: yes,
                look: "upgrader \(what) \(directory.path) --dry-run"
            )
            if !dryRun { try beginning.refuseUnasked() }
            let lock = try beginning.lock(directory.clusterPath, reason.isEmpty ? what : reason)
            defer { withExtendedLifetime(lock) {} }
            let history = try directory.history()
            let path = try Restores.path(
                try session.hop(hop, of: upgrade),
                upgrade,
                directory,
                history,
                session.playbook
            )
            try Beginning.refuseUnfinished(RunDirectory.all(directory.clusterPath).filter { $0.path != directory.path })
            let name = Session.newRunName()
            let made = try await Worlds.use(session.playbook, directory: directory, isBegun: true) { world in
                try await prepare(session, path, upgrade, directory, history.state, world, name, beginning)
            }
            guard let restore = made else { return .done }
            var walk = Walk(session: session, directory: restore, until: nil, reason: reason)
            walk.isNew = true
            walk.takesOver = takeover
            walk.asks = !yes
            return try await walk.perform()
        }
    }

    /// Plans, rehearses, says what is lost, asks, and writes the directory of the restore.
    ///
    /// - Returns: `nil` where the sequence was only to be printed.
    private func prepare(
        _ session: Session,
        _ path: RestorePath,
        _ upgrade: Plan,
        _ directory: RunDirectory,
        _ record: RunState,
        _ world: World,
        _ name: String,
        _ beginning: Beginning
    ) async throws -> RunDirectory? {
        Output.note("looking at the cluster")
        let (plan, survey) = try await world.patience.during(session.looking) {
            let source = try await Restores.source(path, directory, world.access)
            do {
                return try await Planner.rollback(
                    of: directory.run,
                    upgrade,
                    hop: path.hop,
                    to: path.first,
                    restores: source,
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
        let effects = record.ledger.entries.filter { path.undoes($0) }.map(\.effect)
        let sequence = try await beginning.rehearse(
            plan,
            Restores.without(effects, survey),
            run: name,
            isShown: dryRun
        )
        if dryRun {
            for line in Restores.losses(plan, path) { Output.tell(line) }
            return nil
        }
        for line in Restores.losses(plan, path) { Output.note(line) }
        try beginning.confirm(sequence)
        return try beginning.create(
            state: (directory.clusterPath as NSString).deletingLastPathComponent,
            run: name,
            plan,
            reason: reason
        )
    }
}
