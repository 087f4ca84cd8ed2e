internal import ArgumentParser
internal import UpgradeCore
internal import UpgradeKnowledge

/// `upgrader versions export`: the whole sheet.
struct VersionsExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the sheet of all components: which release works with which, since when, from where."
    )

    @Option(help: "csv, json, markdown or html.")
    var format: SheetFormat

    @Option(help: "A playbook whose own facts hold.", completion: .file(extensions: ["yaml", "yml"]))
    var playbook: String?

    @OptionGroup var options: KnowledgeOptions

    mutating func run() async throws {
        try await complaining(json: format == .json) {
            let overrides = try playbook.map { try Session(playbook: $0).playbook.versions } ?? []
            let sheet = VersionSheet(try VersionKnowledge.embedded(overriding: overrides), on: options.date)
            switch format {
            case .csv: Output.write(sheet.csv)
            case .json: Output.write(try sheet.json)
            case .markdown: Output.write(sheet.markdown)
            case .html: Output.write(sheet.html)
            }
            return .done
        }
    }
}

/// The forms of the sheet.
enum SheetFormat: String, ExpressibleByArgument, CaseIterable {
    case csv, json, markdown, html
}
