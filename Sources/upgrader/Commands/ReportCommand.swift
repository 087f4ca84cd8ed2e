internal import ArgumentParser
internal import Foundation
internal import UpgradeCore
internal import UpgradeReport

/// `upgrader report`: all that can be told of a run, in one file.
struct ReportCommand: AsyncParsableCommand {
    /// A form of the report.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        /// One self-contained file for a browser.
        case html
        /// For a ticket or a wiki.
        case markdown
        /// For programs; the schema is in docs/reference/json-documents.md.
        case json
    }

    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Tell a run afterwards: who, why, plan and actual, times, every command, what was accepted, digests.",
        discussion:
            "Reads the run's directory alone: no host is asked, nothing is changed. The HTML is one file without"
            + " scripts, and asks no network for anything."
    )

    @Argument(help: "The run's directory; the newest run when not given.", completion: .directory)
    var run: String?

    @Option(name: .short, help: "Write to this file instead of standard output.", completion: .file())
    var output: String?

    @Option(help: "html, markdown or json; by the name of the file when not given, else html.")
    var format: Format?

    @OptionGroup var state: StateOptions

    mutating func run() async throws {
        try await complaining(json: (format ?? Self.format(of: output)) == .json && output == nil) {
            let report = try RunRecord(run ?? state.state).report
            let text: String
            switch format ?? Self.format(of: output) {
            case .html: text = try ReportPage.html(report)
            case .markdown: text = try ReportPage.markdown(report)
            case .json: text = try JSON.text(report)
            }
            try OutputFile.write(text, to: output, as: "the report")
            return .done
        }
    }

    private static func format(of file: String?) -> Format {
        guard let file else { return .html }
        if file.hasSuffix(".md") || file.hasSuffix(".markdown") { return .markdown }
        return file.hasSuffix(".json") ? .json : .html
    }
}

extension RunRecord {
    /// All that can be told of the run.
    var report: RunReport {
        RunReport(
            story: story,
            plan: plan,
            playbook: session.playbook,
            titles: titles,
            holder: holder,
            transcript: transcript,
            availability: availability,
            notices: notices
        )
    }
}
