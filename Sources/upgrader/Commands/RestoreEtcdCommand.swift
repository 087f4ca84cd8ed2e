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

    @OptionGroup var options: TakingBackOptions

    mutating func run() async throws {
        try await complaining(json: options.format == .json, ends: "restore-etcd") {
            let directory = try RunDirectory.find(run ?? options.state.state)
            Output.reader?.take(directory)
            let upgrade = try directory.plan()
            let session = try Session(of: directory, upgrade)
            let what = "restore-etcd\(hop.map { " --hop \($0)" } ?? "")"
            let beginning = Beginning(
                session: session,
                yes: options.yes,
                look: "upgrader \(what) \(directory.path) --dry-run"
            )
            if !options.dryRun { try beginning.refuseUnasked() }
            let lock = try beginning.lock(directory.clusterPath, options.reason.isEmpty ? what : options.reason)
            defer { withExtendedLifetime(lock) {} }
            try Beginning.refuseUnfinished(besides: directory, upgrade)
            let history = try directory.history()
            let path = try Restores.path(
                try session.hop(hop, of: upgrade),
                upgrade,
                directory,
                history,
                session.playbook
            )
            let name = Session.newRunName()
            let made = try await Worlds.use(session.playbook, directory: directory, isBegun: true) { world in
                try await prepare(session, path, upgrade, directory, history.state, world, name, beginning)
            }
            guard let restore = made else { return .done }
            return try await options.walk(session, restore)
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
            return try await options.plan(
                of: upgrade,
                directory,
                hop: path.hop,
                to: path.first,
                restores: source,
                session,
                run: name,
                world.access
            )
        }
        let effects = record.ledger.entries.filter { path.undoes($0) }.map(\.effect)
        let sequence = try await beginning.rehearse(
            plan,
            Restores.without(effects, survey),
            run: name,
            isShown: options.dryRun
        )
        if options.dryRun {
            for line in Restores.losses(plan, path) { Output.tell(line) }
            return nil
        }
        for line in Restores.losses(plan, path) { Output.note(line) }
        try beginning.confirm(sequence)
        return try beginning.create(
            state: (directory.clusterPath as NSString).deletingLastPathComponent,
            run: name,
            plan,
            reason: options.reason
        )
    }
}
