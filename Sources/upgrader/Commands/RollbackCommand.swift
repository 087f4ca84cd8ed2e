internal import ArgumentParser
internal import Foundation
internal import UpgradeCore
internal import UpgradeSteps

/// `upgrader rollback`: takes a worker back to the release that the hop in hand leaves, or all from a step on.
struct RollbackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Take a worker, or all from a step on, back to the release that the hop in hand leaves.",
        discussion:
            "A worker: drains it, puts the packages back that its host has kept, restarts its daemons, and waits until the node is "
            + "Ready at the older version. No repository is needed. It is a run of its own, which `resume` ends when it was "
            + "killed; after it, resuming the upgrade does that worker anew.\n\n"
            + "With --to, what an upgrade that has stopped did from that step on is taken back, the latest first: workers one "
            + "at a time as above, and what stands in the ledger. A step stands for its whole lane: no host is left half way. "
            + "It is refused where something behind the step was changed for good."
    )

    @Argument(help: "The worker: its name in the playbook, or its node's. Not with --to.")
    var worker: String?

    @Argument(help: "The directory of the upgrade; the newest run when not given.", completion: .directory)
    var run: String?

    @Option(
        help: ArgumentHelp(
            "Take back all from this step or phase on: STEP@HOST, HOP/PHASE/STEP@HOST, or HOP/PHASE.",
            valueName: "step"
        )
    )
    var to: String?

    @OptionGroup var options: TakingBackOptions

    func validate() throws {
        if to == nil, worker == nil { throw ValidationError("Name the worker, or a step with --to.") }
        if to != nil, run != nil {
            throw ValidationError("With --to no worker is named: only the directory of the upgrade.")
        }
    }

    mutating func run() async throws {
        try await complaining(json: options.format == .json, ends: "rollback") {
            // With --to the only argument is the directory.
            let directory = try NamedRun.find(to == nil ? run : worker, in: options.state) { host, run in
                "`upgrader rollback \(host) \(run)` takes that worker back; with --to no host is named: "
                    + "`upgrader rollback --to \(to.map { ShellQuoting.join([$0]) } ?? "STEP") \(run)`"
            }
            Output.reader?.take(directory)
            let upgrade = try directory.plan()
            let session = try Session(of: directory, upgrade)
            let what = to.map { "--to \($0)" } ?? worker ?? ""
            let again = "upgrader rollback \(what) \(directory.path)"
            let beginning = Beginning(session: session, yes: options.yes, look: "\(again) --dry-run")
            if !options.dryRun { try beginning.refuseUnasked() }
            let lock = try beginning.lock(
                directory.clusterPath,
                options.reason.isEmpty ? "rollback \(what)" : options.reason
            )
            defer { withExtendedLifetime(lock) {} }
            try Beginning.refuseUnfinished(besides: directory, upgrade)
            try Restores.refuseRestored(directory)
            let subject = try RollbackSubject(session.playbook, upgrade, directory)
            let back = try to.map { try subject.wayBack(to: $0) }
            let hop = try back?.hop ?? subject.hop(worker ?? "")
            let name = Session.newRunName()
            let made = try await Worlds.use(session.playbook, directory: directory, isBegun: true) { world in
                try await prepare(session, hop, back, upgrade, directory, world, name, beginning)
            }
            guard let rollback = made else { return .done }
            return try await options.walk(session, rollback)
        }
    }

    /// Plans, rehearses, asks, and writes the directory of the rollback.
    ///
    /// - Returns: `nil` where the sequence was only to be printed.
    private func prepare(
        _ session: Session,
        _ hop: PlannedHop,
        _ back: WayBack?,
        _ upgrade: Plan,
        _ directory: RunDirectory,
        _ world: World,
        _ name: String,
        _ beginning: Beginning
    ) async throws -> RunDirectory? {
        Output.note("looking at the cluster")
        let (plan, survey) = try await world.patience.during(session.looking) {
            try await options.plan(of: upgrade, directory, hop: hop, to: back?.first, session, run: name, world.access)
        }
        if options.dryRun, let back, !back.effects.isEmpty {
            Output.tell("undone first, from the ledger of \(directory.run):")
            for effect in back.effects { Output.tell("         \(effect.inverse.title)") }
        }
        let sequence = try await beginning.rehearse(plan, survey, run: name, isShown: options.dryRun)
        if options.dryRun { return nil }
        try beginning.confirm(sequence)
        return try beginning.create(
            state: (directory.clusterPath as NSString).deletingLastPathComponent,
            run: name,
            plan,
            reason: options.reason
        )
    }
}
