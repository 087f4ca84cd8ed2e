internal import ArgumentParser
internal import Foundation
internal import UpgradeCore

/// `upgrader cleanup`: undoes what the ledger says is ours, nothing else.
struct CleanupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cleanup",
        abstract: "Undo what a run left on the cluster and is still unchanged; leave everything else alone."
    )

    @Argument(help: "The run's directory; the newest run when not given.")
    var run: String?

    @Argument(help: "The node or host to clean up; all when not given.")
    var target: String?

    @OptionGroup var state: StateOptions

    mutating func run() async throws {
        try await complaining {
            let directory = try RunDirectory.find(run ?? state.state)
            let session = try Session(text: try directory.playbookText(), path: try directory.playbookOrigin())
            let lock = try RunLock(clusterDirectory: directory.clusterPath, holder: Session.lockText("cleanup"))
            defer { withExtendedLifetime(lock) {} }
            let journal = try Journal(directory: directory.path, now: { Date().timeIntervalSince1970 })
            let world = try Worlds.open(session.playbook, directory: directory)
            let result: Result<[Cleanup.Outcome], any Error>
            do {
                let outcomes = try await Cleanup.perform(
                    run: directory.run,
                    recorder: journal,
                    access: world.access,
                    target: target,
                    report: { Output.note($0.title) }
                )
                try journal.saveCheckpoint()
                result = .success(outcomes)
            } catch {
                result = .failure(error)
            }
            await world.close()
            return tell(try result.get(), directory)
        }
    }

    private func tell(_ outcomes: [Cleanup.Outcome], _ directory: RunDirectory) -> Ending {
        if outcomes.isEmpty { Output.write("nothing of this run is left to undo") }
        var blocks: [FiveLines] = []
        var ending = Ending.done
        for outcome in outcomes {
            switch outcome {
            case .undone(let effect):
                Output.write("undone: \(effect.inverse.title)")
            case .notOurs(let effect):
                Output.write("left alone, changed by somebody else or gone: \(effect.title)")
            case .unsettled(let key, let error):
                ending = error.isUnreachable ? .unreachable : .paused
                blocks.append(
                    FiveLines(
                        error: "what \(key) had begun could not be waited for",
                        why: error.why,
                        ran: error.ran,
                        state: "it may still be under way on \(key.target)",
                        next: "\(error.next), then `upgrader cleanup \(directory.path)`"
                    )
                )
            case .failed(let effect, let error):
                ending = error.isUnreachable ? .unreachable : .paused
                blocks.append(
                    FiveLines(
                        error: "could not \(effect.inverse.title)",
                        why: error.why,
                        ran: error.ran,
                        state: effect.title,
                        next: "\(error.next), then `upgrader cleanup \(directory.path)`"
                    )
                )
            }
        }
        if !blocks.isEmpty { Output.complain(Complaint(blocks, ending)) }
        return ending
    }
}
