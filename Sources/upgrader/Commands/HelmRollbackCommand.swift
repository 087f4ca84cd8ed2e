internal import ArgumentParser
internal import Foundation
internal import UpgradeCore
internal import UpgradeSteps

/// `upgrader helm rollback`: removes the Secrets that a run's conversion wrote, as far as nobody has touched them.
struct HelmRollbackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Remove the Secrets of Helm 3 that a run's conversion wrote and nobody has changed since.",
        discussion:
            "A release goes as a whole or stays as a whole. What Helm 2 keeps is not touched, so nothing is lost; "
            + "a release whose objects of Helm 2 were removed by helm-cleanup stays. The run is told: resuming it converts anew."
    )

    @Argument(help: "The run's directory; the newest run when not given.", completion: .directory)
    var run: String?

    @Flag(help: "List what would be removed, and change nothing.")
    var dryRun = false

    @Flag(help: ArgumentHelp(takeoverHelp))
    var takeover = false

    @Option(help: "text, or json: how it ended, as one document on standard output; all else goes to standard error.")
    var format = OutputFormat.text

    @OptionGroup var state: StateOptions

    mutating func run() async throws {
        try await complaining(json: format == .json, ends: "helm rollback") {
            let directory = try RunDirectory.find(run ?? state.state)
            Output.reader?.take(directory)
            let plan = try directory.plan()
            let session = try Session(of: directory, plan)
            let lock = try RunLock(clusterDirectory: directory.clusterPath, holder: Session.lockText("helm rollback"))
            defer { withExtendedLifetime(lock) {} }
            guard let key = plan.keys.first(where: { $0.step == "helm-convert" }) else {
                throw Complaint(
                    FiveLines(
                        error: "the run \(directory.run) converts no releases",
                        why: "its plan has no step helm-convert",
                        state: "nothing was changed",
                        next: "name the run that converted them"
                    ),
                    .usage
                )
            }
            return try await Worlds.use(session.playbook, directory: directory, isBegun: true) { world in
                try await perform(session, key, directory, world)
            }
        }
    }

    private func perform(
        _ session: Session,
        _ key: StepKey,
        _ directory: RunDirectory,
        _ world: World
    ) async throws -> Ending {
        if dryRun {
            for action in try await decide(directory, world.access) { Output.tell("would \(action.title)") }
            return .done
        }
        let again = "upgrader helm rollback \(directory.path)"
        let lease = try await session.takeLease(
            run: directory.run,
            reason: "helm rollback",
            takesOver: takeover,
            world,
            again: again
        )
        return try await lease.whileKept {
            // What is there is looked at when nobody else may change it any more.
            let actions = try await decide(directory, world.access)
            if actions.isEmpty { return .done }
            // Before the first Secret goes: whoever resumes converts anew, also when this is killed half way.
            let journal = try directory.journal(now: { Date().timeIntervalSince1970 })
            try journal.append([.leased(lease.claim), .tookBack(key, by: "helm rollback")])
            try journal.saveCheckpoint()
            return try await remove(actions, key, directory, world.acting(under: lease), again)
        }
    }

    /// What is removed; says what is not, and why nothing is.
    private func decide(_ directory: RunDirectory, _ access: any ClusterAccess) async throws -> [Action] {
        let rollback = HelmRollback(try await HelmQuestion.inventory(access), run: directory.run)
        for reason in rollback.kept { Output.tell("left alone: \(reason)") }
        switch (rollback.removals.isEmpty, rollback.kept.count) {
        case (true, 0): Output.tell("no Secret of this run is left to remove")
        case (true, let count): Output.tell("nothing is removed: the releases above stay, \(count) in number")
        case (false, _): break
        }
        return rollback.removals.map(Action.removeHelmSecret)
    }

    private func remove(
        _ actions: [Action],
        _ key: StepKey,
        _ directory: RunDirectory,
        _ access: any ClusterAccess,
        _ again: String
    ) async throws -> Ending {
        for (index, action) in actions.enumerated() {
            do throws(AccessError) {
                let job = JobID(run: directory.run, key: key, attempt: 0, index: index)
                try await access.perform(action, as: job) { progress in
                    if progress.isWait { Output.note(progress.title) }
                }
            } catch {
                throw Complaint(
                    FiveLines(
                        error: "could not \(action.title)",
                        why: error.why,
                        ran: error.ran,
                        state: "\(index) of \(actions.count) Secrets are removed; Helm 2 has all of them",
                        next: "\(error.next), then `\(again)`"
                    ),
                    error.isUnreachable ? .unreachable : .paused
                )
            }
            Output.tell("done: \(action.title)")
        }
        Output.note("`upgrader resume \(directory.path)` converts anew")
        return .done
    }
}
