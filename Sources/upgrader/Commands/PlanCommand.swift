internal import ArgumentParser
internal import Foundation
internal import UpgradeCore
internal import UpgradeKnowledge

/// `upgrader plan`: the numbered sequence, from a read-only survey of the real cluster.
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Print the numbered sequence of steps and commands that a run would perform.",
        discussion: "Looks at the cluster and changes nothing; the steps are then rehearsed on a simulation of it."
    )

    @Argument(help: "The playbook.", completion: .file(extensions: ["yaml", "yml"]))
    var playbook: String

    @Option(help: "text or json.")
    var format = OutputFormat.text

    @Option(name: .short, help: "Write to this file instead of standard output.", completion: .file())
    var output: String?

    @Option(help: "Print the best path to this end instead: a release, a state, or `supported`.")
    var to: String?

    @Option(help: "The day on which it is walked, such as 2020-11-15; today when not given.")
    var on: String?

    @OptionGroup var state: StateOptions

    mutating func run() async throws {
        if let to { return try await showPath(to) }
        try await Self.show(playbook, format: format, output: output, on: on)
    }

    /// Prints the best path from what the cluster runs.
    private func showPath(_ target: String) async throws {
        try await complaining(json: format == .json && output == nil) {
            let session = try Session(playbook: playbook)
            let day = try Session.day(on)
            let what = "looking for the best path from what \(session.playbook.cluster) runs"
            let report = try await Worlds.look(session, what) { world in
                try await session.bestPath(to: target, on: day, access: world.access)
            }
            try OutputFile.write(try report.render(format), to: output, as: "the plan")
            return .done
        }
    }

    /// Prints the sequence of a playbook: the whole of `plan`, and of a run that only shows what it would do.
    ///
    /// - Parameters:
    ///   - playbook: its path.
    ///   - format: of the sequence.
    ///   - output: a file; `nil` for standard output.
    ///   - until: the last hop; `nil` for all.
    ///   - on: the day that the path is judged on; `nil` for today.
    ///   - judge: what else stands in the way of a run; called once the sequence is printed.
    /// - Throws: `ExitCode`.
    static func show(
        _ playbook: String,
        format: OutputFormat,
        output: String?,
        until: String? = nil,
        on: String? = nil,
        judge: (Session, Plan, HopID?) throws -> Void = { _, _, _ in }
    )
        async throws
    {
        try await complaining(json: format == .json && output == nil) {
            let session = try Session(playbook: playbook)
            let day = try Session.day(on)
            let sequence = try await Worlds.look(session) { world in
                let run = Session.newRunName()
                let (plan, survey) = try await session.plan(run: run, access: world.access)
                let hop = try session.hop(until, of: plan)
                let script = try await session.rehearse(plan, survey, run: run, until: hop)
                var sequence = Sequence(plan: plan, script: script, playbook: session.playbook, steps: session.steps)
                sequence.path = try await session.statedCheck(plan, access: world.access, day: day)
                return sequence
            }
            try OutputFile.write(try sequence.render(format), to: output, as: "the plan")
            let ending = sequence.complain(session)
            try judge(session, sequence.plan, try session.hop(until))
            return ending
        }
    }
}

extension Sequence {
    /// The sequence in a form of output.
    func render(_ format: OutputFormat) throws -> String {
        switch format {
        case .text: text
        case .json: try json
        }
    }
}
