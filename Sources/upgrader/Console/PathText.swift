internal import UpgradeCore
internal import UpgradeKnowledge

/// A path for people: each state with what is out of range marked `!!`.
struct PathText {
    /// What the planner says.
    var report: PathReport

    /// The lines.
    var text: String {
        let path = report.path
        let head = "path: \(path.start.kubernetes) → \(path.end.kubernetes), \(path.cost)"
        let day = report.request.day.map { ", walked on \($0)" } ?? ""
        var lines = [head, "as of \(report.asOf)\(day)"]
        lines += report.uncertain.map {
            "the data is not sure of Kubernetes \($0): `upgrader explain kubernetes/\($0)`"
        }
        lines += [verdict] + [path.components.notJudgedLine].compactMap { $0 }
        if !report.undated.isEmpty, let day = report.request.day {
            let verb = report.undated.count == 1 ? "is" : "are"
            lines.append("whether \(report.undated.listed) \(verb) out on \(day) is not known")
        }
        lines += ["", "      \(marked(path.start))"]
        for (number, step) in path.steps.enumerated() {
            lines.append("\(Self.number(number + 1))  \(step.move)")
            lines.append("      \(marked(step.after))")
        }
        lines += playbook + violations + Self.unsupported(report.unsupported) + alternatives
        return lines.joined(separator: "\n")
    }

    private var verdict: String {
        if report.violations.isEmpty {
            return report.unsupported.isEmpty
                ? report.path.components.inRange
                : "\(report.path.components.inRange), on releases out of upstream support"
        }
        let least = "no fully supported path exists; this is the least bad one"
        // The best path keeps Helm as it was asked to be; another way may do without.
        let cost = report.path.cost.distance
        let better = report.alternatives.filter { $0.path.map { $0.cost.distance < cost } ?? false }.map(\.id)
        guard !better.isEmpty else { return least }
        return "\(least) with Helm in use; less out of range, below: \(better.joined(separator: ", "))"
    }

    /// What of it a playbook says, to be copied from here.
    private var playbook: [String] {
        guard let section = PathPlaybook(report.path) else { return [] }
        let names = section.components.map(\.title).listed
        return ["", "\(names) in a playbook; revisions of packages (-1) and tags are to be mended to yours:"]
            + section.text.split(separator: "\n").map(String.init)
    }

    private var violations: [String] {
        let frozen =
            report.whileFrozen.isEmpty
            ? []
            : ["", "while Helm is frozen; a playbook, which has no word for that, says yes to:"]
                + report.whileFrozen.map { "  \($0)" }
        guard !report.violations.isEmpty else { return frozen }
        return frozen + ["", "out of range; a playbook says yes to each by its id under `accept`:"]
            + report.violations.flatMap { charged in
                let count = charged.states == 1 ? "1 state" : "\(charged.states) states"
                return [
                    "  \(charged.violation.id)  \(charged.violation.distance) out, \(count): \(charged.violation.reason);",
                    "      \(charged.proof.text(than: report.path.cost))",
                ]
            }
    }

    /// The releases out of support, and since when.
    static func unsupported(_ releases: [UnsupportedRelease]) -> [String] {
        guard !releases.isEmpty else { return [] }
        return ["", "Kubernetes releases on it that upstream does not support:"]
            + releases.map { "  \($0.release)  \($0.maintenance)" }
    }

    private var alternatives: [String] {
        ["", "other ways:"]
            + report.alternatives.flatMap { other -> [String] in
                let head = "  \(other.id): \(other.summary)"
                if let path = other.path { return [head, "      \(path.cost)"] + Self.moves(of: path) }
                return [head, "      \(other.end.map { "ends at \($0) with no state between" } ?? "no path")"]
            }
    }

    /// What is moved besides Kubernetes, a line for each release at which anything is.
    private static func moves(of path: UpgradePath) -> [String] {
        let steps = path.steps.filter { $0.move.component != .kubernetes }
        return Dictionary(grouping: steps) { $0.after.kubernetes }.sorted { $0.key < $1.key }.map { release, steps in
            "      at \(release): \(steps.map { "\($0.move)" }.joined(separator: "; "))"
        }
    }

    /// The state with `!!` behind what is out of range there.
    private func marked(_ point: ClusterPoint) -> String {
        let ids = Set(
            report.violations.filter { $0.violation.place == .at(point.kubernetes) }.map { charged in
                "\(charged.violation.component.title) \(charged.violation.version)"
            }
        )
        return point.description.split(separator: "|").map { part in
            let words = part.split(separator: " ")
            let isOut = ids.contains(words.prefix(2).joined(separator: " "))
            return words.joined(separator: " ") + (isOut ? " !!" : "")
        }
        .joined(separator: " | ")
    }

    private static func number(_ number: Int) -> String {
        String(repeating: " ", count: max(0, 4 - String(number).count)) + "\(number)"
    }
}

extension StatedCheck {
    /// Whether there is anything to say: a component that moves or runs, or something against the path.
    private var isTold: Bool {
        let judged = path.components.judged
        return judged.contains(.calico) || judged.contains(.helm) || !isAllowed || !violations.isEmpty
            || !path.notes.isEmpty || !idle.isEmpty
    }

    /// What the path of a plan violates and what is said of it, for people; nothing where there is nothing to say.
    var lines: [String] {
        guard isTold else { return [] }
        var lines = ["path of Calico and Helm, as of \(asOf):"]
        for move in path.moves { lines.append("  \(move.after.kubernetes)  \(move.move)") }
        for found in violations {
            let answer = found.acceptance.map { "accepted: \($0.reason)" } ?? "not accepted"
            lines.append("  out of range: \(found.violation.id) by \(found.violation.distance); \(answer)")
        }
        if violations.isEmpty, broken.isEmpty { lines.append("  \(path.components.inRange)") }
        lines += [path.components.notJudgedLine].compactMap { $0 }.map { "  \($0)" }
        for found in broken { lines.append("  breaks a rule: \(found.rule)") }
        lines += path.notes.map { "  note: \($0)" }
        lines += warnings.map { "  \($0)" }
        if !unsupported.isEmpty {
            let releases = unsupported.map { "\($0.release)" }.joined(separator: ", ")
            lines.append("  out of upstream support: \(releases)")
        }
        return lines
    }
}

extension StatedCheck {
    /// What the playbook says yes to in vain, each with its line: of an id that was mistyped nobody would hear otherwise.
    var warnings: [String] {
        idle.map { one in
            let place = one.place.map { "\($0.file):\($0.line): " } ?? ""
            return "warning: \(place)`accept` names \(one.violation), which the path from here does not have: it is "
                + "mistyped, or behind already"
        }
    }
}

extension JudgedComponents {
    /// Who is in range, where nothing is out of it.
    var inRange: String {
        guard !judged.isEmpty else { return "nothing but Kubernetes is on it" }
        let names = judged.map(\.title)
        return "\(names.listed) \(names.count == 1 ? "is" : "are") in range all the way"
    }

    /// Who is not judged; `nil` where all are.
    var notJudgedLine: String? {
        guard !notJudged.isEmpty else { return nil }
        return "not judged, as no version is known: \(notJudged.map(\.title).joined(separator: ", "))"
    }
}

extension [String] {
    /// `a, b and c`.
    fileprivate var listed: String {
        guard count > 1, let last else { return first ?? "" }
        return "\(dropLast().joined(separator: ", ")) and \(last)"
    }
}
