internal import ArgumentParser
internal import UpgradeCore
internal import UpgradeKnowledge

/// `upgrader versions show`: one release, with every fact and its source.
struct VersionsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show what is known of a release, since when, and from where."
    )

    @Argument(help: "kubernetes, etcd, calico, helm or helmfile.")
    var component: String

    @Argument(help: "The release, such as a minor; or a version with its patch number.")
    var version: String

    @Option(help: "text or json.")
    var format = OutputFormat.text

    @OptionGroup var options: KnowledgeOptions

    mutating func run() async throws {
        try await complaining(json: format == .json) {
            let known = try VersionKnowledge.embedded()
            let rows = VersionSheet(known, on: options.date).rows.filter { $0.component == component }
            guard !rows.isEmpty else {
                throw Complaint(component: component, version: nil, known: VersionSheet.components)
            }
            let patch = PatchVersion(version)
            if let patch, let why = Self.never(component, patch, known) {
                throw Complaint(
                    FiveLines(
                        error: "\(component) \(patch) was never released",
                        why: why,
                        state: "nothing was changed",
                        next: "ask what runs for its version; `upgrader versions list \(component)` shows what there is"
                    ),
                    .usage
                )
            }
            let found = rows.filter { row in
                if component == "helmfile", let patch {
                    return known.helmfile.first { $0.contains(patch) }?.helmfile == row.version
                }
                return row.version == version || row.version == patch?.release.description
            }
            guard !found.isEmpty else {
                throw Complaint(component: component, version: version, known: rows.map(\.version))
            }
            let facts = try Self.facts(component, found[0].version)
            switch format {
            case .text:
                if version != found[0].version { Output.write("\(component) \(version) is of \(found[0].version):\n") }
                Output.write(Self.text(found, facts))
            case .json: Output.write(try JSON.text(Document(schema: 1, rows: found, facts: facts)))
            }
            return .done
        }
    }

    private struct Document: Encodable {
        var schema: Int
        var rows: [SheetRow]
        var facts: [KnownFact]
    }

    private static func never(_ component: String, _ version: PatchVersion, _ known: VersionKnowledge) -> String? {
        let existence: Existence =
            switch component {
            case "kubernetes": known.existence(kubernetes: version)
            case "calico": known.existence(calico: version)
            case "helm": known.existence(helm: version)
            default: .notKnown
            }
        if case .never(let why) = existence { return why }
        return nil
    }

    private static func facts(_ component: String, _ version: String) throws -> [KnownFact] {
        let book = try FactBook()
        switch component {
        case "etcd": return book.facts(below: "etcd")
        case "helmfile": return book.facts(below: "helmfile/compat/\(version)")
        default: return book.facts(below: "\(component)/\(version)")
        }
    }

    private static func text(_ rows: [SheetRow], _ facts: [KnownFact]) -> String {
        var lines: [String] = []
        for row in rows {
            for (title, value) in zip(SheetRow.titles, row.columns) where !value.isEmpty {
                lines.append("\(title + ":")".padded(to: 12) + value)
            }
            lines.append("")
        }
        let width = facts.map(\.fact.columns).max() ?? 0
        for fact in facts {
            let doubt = fact.isUncertain ? "  (uncertain)" : ""
            lines.append("\(fact.fact.padded(to: width))  \(fact.value)\(doubt)")
        }
        return lines.joined(separator: "\n")
    }
}
