internal import ArgumentParser
internal import UpgradeCore
internal import UpgradeKnowledge

/// `upgrader versions check`: whether clusters are supported, from their playbooks alone.
struct VersionsCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say whether clusters are supported on a day, and every component in range of every other.",
        discussion:
            "Goes by what the playbooks state; no host is asked. The target, and what --at names, must be supported by upstream, and"
            + " Calico and Helm in range of Kubernetes all the way there. Ends with 10 where they are not: for cron."
    )

    @Argument(help: "The playbooks.", completion: .file(extensions: ["yaml", "yml"]))
    var playbooks: [String]

    @Option(
        name: .customLong("at"),
        help: "The release that the clusters run; the lowest of each playbook if not given.",
        transform: MinorRelease.argument
    )
    var start: MinorRelease?

    @Option(help: "text or json.")
    var format = OutputFormat.text

    @OptionGroup var options: KnowledgeOptions

    mutating func run() async throws {
        try await complaining(json: format == .json) {
            let day = options.date
            var checks: [(check: VersionCheck, overrides: [FactOverride])] = []
            for path in playbooks {
                let playbook = try Session(playbook: path).playbook
                let known = try VersionKnowledge.embedded(overriding: playbook.versions)
                checks.append((VersionCheck(playbook, knowledge: known, on: day, from: start), playbook.versions))
            }
            let asOf = try VersionKnowledge.embedded().asOf
            switch format {
            case .text:
                let blocks = checks.map { Self.text($0.check, $0.overrides) }
                Output.write((blocks + [Self.age(asOf, day)]).joined(separator: "\n\n"))
            case .json:
                let clusters = checks.map { Document.Cluster($0.check) }
                let document = Document(schema: 1, on: day, dataAsOf: asOf, clusters: clusters)
                Output.write(try JSON.text(document))
            }
            return checks.allSatisfy(\.check.isSupported) ? .done : .refused
        }
    }

    private static func text(_ check: VersionCheck, _ overrides: [FactOverride]) -> String {
        let bad = check.findings.count(where: \.isViolation)
        let verdict = bad == 0 ? "supported" : "not supported: \(bad) violation\(bad == 1 ? "" : "s")"
        var lines = ["\(check.cluster), to \(check.target), on \(check.day): \(verdict)"]
        // What is in order on the way is in the JSON; here it would hide what is not.
        // A version of which the day is not known is said where it comes first, and not at each place that it is.
        var unknown: Set<String> = []
        let told = check.findings.filter { finding in
            finding.isUncertain
                ? unknown.insert(finding.what).inserted : finding.isViolation || finding.at == "at \(check.target)"
        }
        let width = told.map(\.at.columns).max() ?? 0
        for finding in told {
            // Helm's age is told and not judged: "ok" would say that it is in support.
            let isTold = finding.fact == "helm/policy/maintenance"
            let mark = finding.isViolation ? "no" : finding.isUncertain ? "??" : isTold ? "--" : "ok"
            lines.append("  \(mark)  \(finding.at.padded(to: width))  \(finding.what)  [\(finding.fact)]")
        }
        lines += check.notJudged.map { "  --  \($0): not judged, as the playbook does not state it" }
        lines += overrides.map { "  by the playbook: \($0.fact) is \($0.value), because: \($0.reason) (\($0.source))" }
        return lines.joined(separator: "\n")
    }

    private static func age(_ asOf: CalendarDay, _ day: CalendarDay) -> String {
        let days = asOf.days(until: day)
        let head = "the data is of \(asOf)"
        return days > 0 ? "\(head), \(days) days before; `upgrader versions sync` looks for news" : head
    }

    private struct Document: Encodable {
        var schema: Int
        var on: CalendarDay
        var dataAsOf: CalendarDay
        var clusters: [Cluster]

        struct Cluster: Encodable {
            var cluster: String
            var target: String
            var supported: Bool
            var findings: [VersionCheck.Finding]
            var notJudged: [String]

            init(_ check: VersionCheck) {
                cluster = check.cluster
                target = check.target.description
                supported = check.isSupported
                findings = check.findings
                notJudged = check.notJudged
            }
        }
    }
}

extension MinorRelease {
    /// Reads a release of the command line.
    fileprivate static func argument(_ text: String) throws -> MinorRelease {
        guard let release = MinorRelease(text) else { throw ValidationError("`\(text)` is not a minor release.") }
        return release
    }
}
