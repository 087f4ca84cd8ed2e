internal import ArgumentParser
internal import Foundation
internal import UpgradeCore

/// `upgrader plan`: the numbered sequence, from a read-only survey of the real cluster.
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Print the numbered sequence of steps and commands that a run would perform.",
        discussion: "Looks at the cluster and changes nothing; the steps are then rehearsed on a simulation of it."
    )

    @Argument(help: "The playbook.")
    var playbook: String

    @Option(help: "text or json.")
    var format = OutputFormat.text

    @Option(name: .short, help: "Write to this file instead of standard output.")
    var output: String?

    @OptionGroup var state: StateOptions

    mutating func run() async throws {
        try await complaining {
            let session = try Session(playbook: playbook)
            let world = try Worlds.open(session.playbook, directory: nil)
            let run = Session.newRunName()
            let result: Result<Sequence, any Error>
            do {
                let (plan, survey) = try await session.plan(run: run, access: world.access)
                let script = try await session.rehearse(plan, survey, run: run, until: nil)
                result = .success(Sequence(plan: plan, script: script, playbook: session.playbook))
            } catch {
                result = .failure(error)
            }
            await world.close()
            return try show(try result.get(), session)
        }
    }

    private func show(_ sequence: Sequence, _ session: Session) throws -> Ending {
        let text: String
        switch format {
        case .text: text = sequence.text
        case .json: text = try sequence.json
        }
        if let output {
            try Data((text + "\n").utf8).write(to: URL(fileURLWithPath: output), options: .atomic)
        } else {
            Output.write(text)
        }
        return sequence.complain(session)
    }
}
