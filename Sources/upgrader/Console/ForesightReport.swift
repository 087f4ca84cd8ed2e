internal import UpgradeCore
internal import UpgradeKnowledge

/// What foresight found, as people read it: by hop, the worst first.
struct ForesightReport {
    /// The hops to come.
    var path: [HopID]
    /// Everything found, accepted or not.
    var found: [Finding]
    /// What only a person can look at.
    var byHand: [Finding]
    /// What the playbook accepts.
    var accepted: [AcceptedFinding]
    /// The time that decides whether an acceptance still holds.
    var clock: Double

    /// How many places of a finding are named; `--format json` has all.
    private static let placesShown = 3

    /// The findings that are not accepted.
    var findings: [Finding] { Foresight.open(found, accepted: accepted, clock: clock) }

    /// Whether a run would be refused for one of them.
    var refuses: Bool { findings.contains(where: \.severity.refuses) }

    /// The error of a check whose findings stop a run; `nil` where none does.
    var complaint: FiveLines? {
        let stopping = findings.filter(\.severity.refuses)
        guard let first = stopping.first else { return nil }
        return FiveLines(
            error: "\(stopping.count) \(stopping.count == 1 ? "finding stops" : "findings stop") an upgrade",
            why: first.title + (Self.places(first).map { " (\($0))" } ?? ""),
            state: "nothing was changed",
            next: "\(first.cure); or accept \(first.id) under `accepted-findings`"
        )
    }

    /// Lines for a terminal.
    func text(explain: Bool) -> String {
        var lines = [summary]
        for (hop, severity, group) in groups(explain: explain) {
            lines.append("")
            lines.append("\(hop.from) → \(hop.to): \(severity.title)")
            for finding in group {
                lines.append("  \(finding.title)")
                if let places = Self.places(finding) { lines.append("    where:  \(places)") }
                lines.append("    cure:   \(finding.cure)")
                if explain {
                    if let reason = Self.reason(finding) {
                        lines.append("    \(reason.title.padded(to: 7)) \(reason.text)")
                    }
                    lines.append("    source: \(finding.source)")
                }
                lines.append("    id:     \(finding.id)")
            }
        }
        return (lines + notices).map(\.onOneLine).joined(separator: "\n")
    }

    /// The same for a ticket or a wiki.
    ///
    /// - Parameters:
    ///   - explain: whether each finding has its reason and source.
    ///   - failures: of the preflight.
    ///   - plan: the preflight.
    ///   - stated: what is said of the path that the playbook states, and what stands against it.
    /// - Returns: the document.
    func markdown(
        explain: Bool,
        failures: [StepKey: Failure],
        plan: Plan,
        stated: (summary: String?, blocks: [FiveLines], warnings: [String]) = (nil, [], [])
    ) -> String {
        let count = plan.keys.count
        var lines = ["# Check of \(plan.cluster)", ""]
        lines.append("\(count - failures.count) of \(count) preflight checks passed; \(summary)")
        if let line = stated.summary { lines += ["", line] }
        if !stated.blocks.isEmpty || !stated.warnings.isEmpty {
            lines += ["", "## Calico and Helm", ""]
            lines += stated.blocks.map {
                "- **\(Self.escaped($0.error))**: \(Self.escaped($0.why)); \(Self.escaped($0.next))"
            }
            lines += stated.warnings.map { "- \(Self.escaped($0))" }
        }
        let failed = plan.keys.compactMap { key in failures[key].map { (key, $0) } }
        if !failed.isEmpty {
            lines += ["", "## Preflight", ""]
            lines += failed.map {
                "- **\($0.0.step) on \($0.0.target)**: \(Self.escaped($0.1.why)); \(Self.escaped($0.1.next))"
            }
        }
        var last: HopID?
        for (hop, severity, group) in groups(explain: explain) {
            if hop != last { lines += ["", "## \(hop.from) → \(hop.to)"] }
            last = hop
            lines += ["", "### \(severity.title)", ""]
            for finding in group {
                lines.append("- **\(Self.escaped(finding.title))** (`\(finding.id)`)")
                if let places = Self.places(finding) { lines.append("  - where: \(Self.escaped(places))") }
                lines.append("  - cure: \(Self.escaped(finding.cure))")
                if explain {
                    if let reason = Self.reason(finding) {
                        lines.append("  - \(reason.title) \(Self.escaped(reason.text))")
                    }
                    lines.append("  - source: \(Self.escaped(finding.source))")
                }
            }
        }
        return (lines + notices).map(\.onOneLine).joined(separator: "\n")
    }

    private var summary: String {
        let shown = findings.filter { !$0.isFootnote }
        let stops = shown.filter(\.severity.refuses).count
        let way = path.first.map { first in "\(first.from) to \(path.last?.to.description ?? "")" } ?? ""
        guard !shown.isEmpty else { return "nothing is known to break on the way from \(way)" }
        return "\(shown.count) \(shown.count == 1 ? "finding" : "findings") on the way from \(way), "
            + (stops == 0 ? "none stops a run" : "\(stops) stop\(stops == 1 ? "s" : "") a run")
    }

    private func groups(explain: Bool) -> [(HopID, Finding.Severity, [Finding])] {
        let shown = findings.filter { explain || !$0.isFootnote } + (explain ? byHand : [])
        return path.flatMap { hop in
            Finding.Severity.allCases.compactMap { severity in
                let group = shown.filter { $0.hop == hop && $0.severity == severity }
                return group.isEmpty ? nil : (hop, severity, group)
            }
        }
    }

    /// Acceptances that hold, that have ended, and that nothing needs any more.
    private var notices: [String] {
        let ids = Set(found.map(\.id))
        let lines = accepted.map { entry in
            if !ids.contains(entry.id) { return "accepted finding \(entry.id) was not found; take it out" }
            return entry.holds(at: clock)
                ? "accepted until \(entry.until): \(entry.id) (\(entry.reason))"
                : "accepted until \(entry.until), and no longer: \(entry.id)"
        }
        return lines.isEmpty ? [] : [""] + lines
    }

    /// Why it breaks, or where a person has to look; `nil` where the title says it all.
    private static func reason(_ finding: Finding) -> (title: String, text: String)? {
        finding.reason.isEmpty ? nil : (finding.id.hasPrefix("by-hand/") ? "look:" : "why:", finding.reason)
    }

    private static func places(_ finding: Finding) -> String? {
        guard !finding.places.isEmpty else { return nil }
        let more = finding.places.count - placesShown
        return finding.places.prefix(placesShown).map(\.description).joined(separator: "; ")
            + (more > 0 ? "; and \(more) more" : "")
    }

    /// Text of hosts and objects must not become Markdown.
    private static func escaped(_ text: String) -> String {
        text.replacing(/[\\`*_<>\[\]|#]/) { "\\\($0.output)" }
    }
}

extension Finding {
    /// Whether it is a note that concerns the cluster and asks for nothing now; shown with `--explain` only.
    var isFootnote: Bool { severity == .worthKnowing && id.hasPrefix("note/") }
}

extension Finding.Severity {
    /// The severity in words.
    var title: String {
        switch self {
        case .killsDaemon: "kills a daemon"
        case .refusedByAPI: "refused by the API"
        case .ignored: "silently ignored"
        case .changesBehaviour: "changes behavior"
        case .worthKnowing: "worth knowing"
        }
    }
}
