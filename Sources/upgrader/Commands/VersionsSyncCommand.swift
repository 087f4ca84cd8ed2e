internal import ArgumentParser
internal import Foundation
internal import UpgradeCore
internal import UpgradeKnowledge

/// `upgrader versions sync`: a change of the data files, proposed from upstream's pages.
struct VersionsSyncCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync",
        abstract: "Read upstream's lists and propose a change of the version data as a diff; change nothing.",
        discussion: "The diff is for `git apply` in the source of upgrader, after a person has read it. A page that is"
            + " not what it should be is refused by name, and nothing is proposed from it: then this ends with 10, or"
            + " with 15 where a page could not be had."
    )

    @Option(help: "The web proxy, such as http://webproxy.example.org:8080; without it what the environment says.")
    var proxy: String?

    @Option(help: "Read below this address instead: MIRROR/HOST/PATH.")
    var from: String?

    @Option(name: .short, help: "Write the diff to this file instead of standard output.", completion: .file())
    var output: String?

    @Option(help: "text, or json: what is proposed, as one document on standard output.")
    var format = OutputFormat.text

    @OptionGroup var options: KnowledgeOptions

    mutating func run() async throws {
        try await complaining(json: format == .json) {
            let curl = CurlPages(proxy: proxy)
            let report = try await VersionSync.run(day: options.date, mirror: from) { url async throws(PageError) in
                try await curl.read(url)
            }
            for line in report.changes { Output.note("change: \(line)") }
            for line in report.remarks { Output.note("note:   \(line)") }
            if report.diff.isEmpty { Output.note("no change to propose") }
            if format == .text || output != nil { try write(report.diff) }
            let ending: Ending =
                report.refused.isEmpty
                ? .done : report.refused.allSatisfy(\.isUnreachable) ? .unreachable : .refused
            let complaint = Complaint(refused: report.refused)
            if format == .json {
                let errors = complaint.blocks.map { CheckDocument.Trouble($0, ending) }
                let document = Document(
                    changes: report.changes,
                    remarks: report.remarks,
                    diff: report.diff,
                    errors: errors
                )
                Output.write(try JSON.text(document))
            }
            if ending != .done { Output.complain(complaint) }
            return ending
        }
    }

    /// What is proposed; documented in docs/reference/json-documents.md.
    private struct Document: Encodable {
        var schema = 1
        var changes: [String]
        var remarks: [String]
        var diff: String
        var errors: [CheckDocument.Trouble]
    }

    private func write(_ diff: String) throws {
        guard output != nil || !diff.isEmpty else { return }
        // The diff ends in a newline, and `write` adds one.
        try OutputFile.write(String(diff.dropLast()), to: output, as: "the diff")
    }
}

extension VersionSync.Refusal {
    /// Whether the page could not be had at all.
    fileprivate var isUnreachable: Bool {
        if case .unreachable = error { true } else { false }
    }
}

extension Complaint {
    /// Pages from which nothing is proposed, one block each.
    fileprivate init(refused: [VersionSync.Refusal]) {
        let blocks = refused.map { refusal in
            FiveLines(
                error: "the page \(refusal.page.rawValue) was refused",
                why: "\(refusal.error)",
                ran: "curl \(refusal.url)",
                state: "nothing is proposed from it; no file was changed",
                next: refusal.isUnreachable
                    ? "see that it can be had from here; --proxy and --from lead another way"
                    : "look at the page; if its form has changed, so must its parser"
            )
        }
        self.init(blocks, .refused)
    }
}
