internal import ArgumentParser
internal import Foundation
internal import UpgradeCore

/// `upgrader status`: how far a run is, what it left on the cluster, why it stopped; reads the state directory only, and asks its lock.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Say how far a run is, what of it is on the cluster, and why it stopped."
    )

    @Argument(help: "The run's directory; the newest run when not given.", completion: .directory)
    var run: String?

    @Option(help: "text or json.")
    var format = OutputFormat.text

    @OptionGroup var state: StateOptions

    mutating func run() async throws {
        try await complaining(json: format == .json) {
            let directory = try RunDirectory.find(run ?? state.state)
            let document = try StatusDocument(reading: directory)
            switch format {
            case .text:
                let width = Terminal.outputWidth
                Output.write(document.lines.flatMap { $0.hanging(in: width) }.joined(separator: "\n"))
            case .json: Output.write(try document.text)
            }
            OtherRuns.tell(besides: directory)
            return .done
        }
    }
}
