internal import ArgumentParser
internal import Foundation
internal import UpgradeCore
internal import UpgradeReport

/// `upgrader why`: why a run stands where it stands, and what can be done; no host is asked.
struct WhyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Say why a run stopped, what was in hand, what of it is on the cluster, and what can be done now.",
        discussion: "Reads the journal alone: no host is asked, nothing is changed."
    )

    @Argument(help: "The run's directory; the newest run when not given.", completion: .directory)
    var run: String?

    @Option(help: "text or json.")
    var format = OutputFormat.text

    @OptionGroup var state: StateOptions

    mutating func run() async throws {
        try await complaining(json: format == .json) {
            let record = try RunRecord(run ?? state.state)
            let report = record.why
            switch format {
            case .text:
                // What is to be copied and run stays in one piece.
                let commands = Set(report.commands)
                let width = Terminal.outputWidth
                let lines = report.lines.map(\.onePrintableLine).flatMap { line in
                    line.hanging(in: commands.contains(line.trimmingCharacters(in: .whitespaces)) ? nil : width)
                }
                Output.write(lines.joined(separator: "\n"))
            case .json: Output.write(try JSON.text(report))
            }
            OtherRuns.tell(besides: record.directory)
            return .done
        }
    }
}
