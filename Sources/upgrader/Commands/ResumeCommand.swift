internal import ArgumentParser
internal import Foundation
internal import UpgradeCore

/// `upgrader resume`: goes on from the checkpoint, after looking at the cluster.
struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Go on with a run that was killed, interrupted or stopped at a failure."
    )

    @Argument(help: "The run's directory; the newest run when not given.", completion: .directory)
    var run: String?

    @Option(help: "Why, for the journal.")
    var reason = ""

    @Option(help: "Stop when this hop is done, such as 1.12-1.13, or 1.13.")
    var until: String?

    @Flag(help: ArgumentHelp(takeoverHelp))
    var takeover = false

    @Option(help: "Begin no host that may not be done by then, and pause: 06:00, or 2026-11-29T06:00Z.")
    var notAfter: String?

    @Flag(help: "Ask nothing: a step that fails stops the run.")
    var yes = false

    @Option(
        help: ArgumentHelp(
            "Leave out a step that has failed, where that is safe; wants --reason. May be given again.",
            valueName: "step[@host]"
        )
    )
    var skip: [String] = []

    @Option(
        help: ArgumentHelp(
            "Do a step after all that was left out, while nothing after it is begun. May be given again.",
            valueName: "step[@host]"
        )
    )
    var withdrawSkip: [String] = []

    @Option(help: "text, or json: how it ended, as one document on standard output; all else goes to standard error.")
    var format = OutputFormat.text

    @OptionGroup var state: StateOptions

    mutating func run() async throws {
        try await complaining(json: format == .json, ends: "resume") {
            let directory = try RunDirectory.find(run ?? state.state)
            Output.reader?.take(directory)
            let plan = try directory.plan()
            let session = try Session(of: directory, plan)
            let skips = SkipRequest(skipped: skip, withdrawn: withdrawSkip, reason: reason, directory: directory.path)
            try skips.refuseWithoutReason()
            let lock = try locked(directory)
            defer { withExtendedLifetime(lock) {} }
            try refuseDrift(session, plan, directory)
            try RollbackSubject.refuse(session.playbook, plan, directory)
            let until = try session.hop(until, of: plan)
            var walk = Walk(session: session, directory: directory, until: until, reason: reason)
            walk.takesOver = takeover
            walk.asks = !yes
            walk.skips = skips
            walk.notAfter = try NotAfter.read(notAfter, now: Date().timeIntervalSince1970)
            return try await walk.perform()
        }
    }

    private func locked(_ directory: RunDirectory) throws -> RunLock {
        do throws(JournalError) {
            return try RunLock(clusterDirectory: directory.clusterPath, holder: Session.lockText(reason))
        } catch .system(let path, let operation, let reason) {
            throw Complaint(
                FiveLines(
                    error: "the state directory cannot be used",
                    why: "\(operation) \(path): \(reason)",
                    state: "nothing was done now; the run stands where it stopped",
                    next: "make room or mend the permissions, then `upgrader resume \(directory.path)`"
                ),
                .paused
            )
        }
    }

    private func refuseDrift(_ session: Session, _ plan: Plan, _ directory: RunDirectory) throws {
        // One that is gone, or cannot be read now, is not needed: the run has its copy.
        if let now = try? PlaybookFile.read(session.path) {
            if Playbook.digest(of: now) != plan.playbookDigest {
                throw Complaint(
                    FiveLines(
                        error: "the playbook \(session.path) has changed since the run was begun",
                        why: TextDifference.lines(from: session.text, to: now).map(Redaction.redact)
                            .joined(separator: "\n       "),
                        state: "nothing was done; a run carries out exactly the plan it was begun with",
                        next:
                            "take the change back, then `upgrader resume \(directory.path)`; or `upgrader cleanup \(directory.path)` and begin anew"
                    ),
                    .drift
                )
            }
        }
        guard session.versionsDigest == plan.versionsDigest else {
            throw Complaint(
                FiveLines(
                    error: "the version data is not that of the plan",
                    why: "the plan was made with \(plan.versionsDigest.prefix(12)), this program has "
                        + "\(session.versionsDigest.prefix(12))",
                    state: "nothing was done",
                    next: "resume with the upgrader that began the run"
                ),
                .drift
            )
        }
    }
}
