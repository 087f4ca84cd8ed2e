internal import ArgumentParser
internal import UpgradeCore
internal import UpgradeKnowledge

/// `upgrader versions list`: the releases of a component.
struct VersionsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the releases of a component, or of all."
    )

    @Argument(help: "kubernetes, etcd, calico, helm or helmfile; all when not given.")
    var component: String?

    @Option(help: "text or json.")
    var format = OutputFormat.text

    @OptionGroup var options: KnowledgeOptions

    mutating func run() async throws {
        try await complaining(json: format == .json) {
            var sheet = VersionSheet(try VersionKnowledge.embedded(), on: options.date)
            if let component {
                guard VersionSheet.components.contains(component) else {
                    throw Complaint(component: component, version: nil, known: VersionSheet.components)
                }
                sheet.rows = sheet.rows.filter { $0.component == component }
            }
            switch format {
            case .text: Output.write(Self.text(sheet))
            case .json: Output.write(try sheet.json)
            }
            return .done
        }
    }

    private static func text(_ sheet: VersionSheet) -> String {
        let titles = ["component", "version", "released", "support", "last patch", "works with", ""]
        let rows =
            [titles]
            + sheet.rows.map { row in
                [row.component, row.version, row.released, row.support, row.lastPatch, row.worksWith]
                    + [row.isUncertain ? "(uncertain)" : ""]
            }
        let widths = (0..<6).map { column in rows.map { $0[column].columns }.max() ?? 0 }
        return rows.map { row in
            var line = zip(row, widths).map { $0.padded(to: $1) }.joined(separator: "  ") + "  " + row[6]
            while line.last == " " { line.removeLast() }
            return line
        }.joined(separator: "\n")
    }
}
