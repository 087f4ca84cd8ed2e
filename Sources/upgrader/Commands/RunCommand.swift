internal import ArgumentParser
internal import Foundation
internal import UpgradeCore
internal import UpgradeKnowledge
internal import UpgradeNotices

/// `upgrader run`: plans, asks, and carries the plan out.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Carry out the upgrade that a playbook describes, one release at a time."
    )

    @Argument(help: "The playbook.")
    var playbook: String

    @Flag(help: "Print the sequence, as `plan` does, and change nothing.")
    var dryRun = false

    @Option(help: "Why, for the journal.")
    var reason = ""

    @Flag(help: "Do not ask before the first change.")
    var yes = false

    @Option(help: "Stop when this hop is done, such as 1.12-1.13.")
    var until: String?

    @Flag(help: ArgumentHelp(takeoverHelp))
    var takeover = false

    @Option(help: "Begin no host that may not be done by then, and pause: 06:00, or 2026-11-29T06:00Z.")
    var notAfter: String?

    @OptionGroup var state: StateOptions

    mutating func run() async throws {
        if dryRun {
            return try await PlanCommand.show(playbook, format: .text, output: nil, until: until)
        }
        try await complaining {
            let session = try Session(playbook: playbook)
            let until = try session.hop(until)
            let end = try NotAfter.read(notAfter, now: Date().timeIntervalSince1970)
            try refuseUnasked(session)
            try NoticeError.checkSecrets(session.playbook.notifications)
            let clusterDirectory = "\(state.state)/\(session.playbook.cluster)"
            let lock = try unbegun { () throws(JournalError) in
                try RunLock(clusterDirectory: clusterDirectory, holder: Session.lockText(reason))
            }
            defer { withExtendedLifetime(lock) {} }
            try refuseUnfinished(clusterDirectory)
            let directory = try await prepare(session, until)
            var walk = Walk(session: session, directory: directory, until: until, reason: reason)
            walk.isNew = true
            walk.takesOver = takeover
            walk.notAfter = end
            return try await walk.perform()
        }
    }

    /// Plans, rehearses, asks, and writes the run's directory.
    private func prepare(_ session: Session, _ until: HopID?) async throws -> RunDirectory {
        let world = try Worlds.open(session.playbook, directory: nil)
        let run = Session.newRunName()
        let result: Result<RunDirectory, any Error>
        do {
            Output.note("looking at the cluster")
            let (plan, survey) = try await world.patience.during(session.looking) {
                try await session.plan(run: run, access: world.access)
            }
            try await session.refuseHeld(world, takesOver: takeover, again: "upgrader run \(session.path)")
            try session.refuse(until, of: plan)
            if let check = try await session.statedCheck(plan, access: world.access, day: Session.today) {
                for note in check.path.notes { Output.note("note: \(note)") }
                if let complaint = check.complaint(session.path) { throw complaint }
            }
            let script = try await session.rehearse(plan, survey, run: run, until: until)
            let sequence = Sequence(plan: plan, script: script, playbook: session.playbook)
            if sequence.complain(session) != .done { throw FailureReport.ending(script.failures).code }
            try confirm(sequence, session)
            result = .success(
                try unbegun { () throws(JournalError) in
                    try RunDirectory.create(
                        state: state.state,
                        cluster: session.playbook.cluster,
                        name: run,
                        plan: plan,
                        playbook: session.text,
                        playbookPath: URL(fileURLWithPath: session.path).standardizedFileURL.path,
                        holder: Session.holder,
                        reason: reason,
                        now: { Date().timeIntervalSince1970 }
                    )
                }
            )
        } catch {
            result = .failure(error)
        }
        await world.close()
        return try result.get()
    }

    private func confirm(_ sequence: Sequence, _ session: Session) throws {
        let changing = sequence.script.steps.filter { !$0.actions.isEmpty }.count
        let hops = sequence.plan.hops
        let path = "\(hops.first?.id.from.description ?? "") → \(hops.last?.id.to.description ?? "")"
        Output.note(
            "\(session.playbook.cluster): \(path), \(sequence.script.steps.count) steps, \(changing) of them change something"
        )
        if needsNoAnswer(session) { return }
        Output.note("`upgrader plan \(session.path)` prints every command. Begin? [yes/no]")
        guard readLine() == "yes" else {
            throw Complaint(
                FiveLines(
                    error: "not begun",
                    why: "the answer was not `yes`",
                    state: "nothing was changed",
                    next: "run it again when ready"
                ),
                .refused
            )
        }
    }

    /// A run that left something of its own on the cluster has to be resumed or cleaned up first, however old it is.
    private func refuseUnfinished(_ clusterDirectory: String) throws {
        for directory in RunDirectory.all(clusterDirectory) {
            let record = try directory.history().state
            guard record.stop != .completed, record.mayHaveLeftSomething else { continue }
            throw Complaint(
                FiveLines(
                    error: "the run \(directory.path) is unfinished",
                    why: record.ledger.entries.first?.effect.title ?? "a step of it may still be under way",
                    state: "nothing was changed now",
                    next: "`upgrader resume \(directory.path)`, or `upgrader cleanup \(directory.path)` to give it up"
                ),
                .drift
            )
        }
    }

    /// A simulated cluster has nothing to lose.
    private func needsNoAnswer(_ session: Session) -> Bool {
        yes || session.playbook.simulation != nil
    }

    private func refuseUnasked(_ session: Session) throws {
        guard !needsNoAnswer(session), isatty(STDIN_FILENO) != 1 else { return }
        throw Complaint(
            FiveLines(
                error: "nobody can be asked whether to begin",
                why: "standard input is not a terminal",
                state: "nothing was changed",
                next: "look at `upgrader plan \(session.path)`, then add --yes"
            ),
            .usage
        )
    }

    /// A disk that refuses before the run has begun: there is nothing to resume yet.
    private func unbegun<Value: ~Copyable>(_ body: () throws(JournalError) -> Value) throws -> Value {
        do {
            return try body()
        } catch .system(let path, let operation, let reason) {
            throw Complaint(
                FiveLines(
                    error: "the state directory cannot be used",
                    why: "\(operation) \(path): \(reason)",
                    state: "the run was not begun; the cluster was not changed",
                    next: "make room or mend the permissions, or choose another --state, then run it again"
                ),
                .refused
            )
        }
    }
}
