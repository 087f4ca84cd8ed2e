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
        /// For a terminal; of the profile alone.
        case text
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

    @Flag(help: "Only where the time went, by kind of step and by phase; text or json.")
    var profile = false

    @OptionGroup var state: StateOptions

    func validate() throws {
        if profile, format == .html || format == .markdown {
            throw ValidationError("--profile is text or json; `upgrader report` without it has the other forms")
        }
        if !profile, format == .text {
            throw ValidationError("only --profile is text; the report is html, markdown or json")
        }
    }

    mutating func run() async throws {
        try await complaining(json: (format ?? Self.format(of: output)) == .json && output == nil) {
            let record = try RunRecord(run ?? state.state)
            if profile {
                let profile = record.profile
                let isJSON = (format ?? Self.format(of: output)) == .json
                try OutputFile.write(isJSON ? try JSON.text(profile) : profile.text, to: output, as: "the profile")
                return .done
            }
            let report = record.report
            let text: String
            switch format ?? Self.format(of: output) {
            case .html, .text: text = try ReportPage.html(report)
            case .markdown: text = try ReportPage.markdown(report)
            case .json: text = try JSON.text(report)
            }
            try OutputFile.write(text, to: output, as: "the report")
            return .done
        }
    }

    private static func format(of file: String?) -> Format {
        guard let file else { return .html }
        if file.hasSuffix(".txt") { return .text }
        if file.hasSuffix(".md") || file.hasSuffix(".markdown") { return .markdown }
        return file.hasSuffix(".json") ? .json : .html
    }
}

extension RunRecord {
    /// Where the time of the run went.
    var profile: RunProfile {
        RunProfile(run: directory.run, story: story, plan: plan, transcript: transcript)
    }

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
