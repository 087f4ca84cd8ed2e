internal import Foundation
internal import UpgradeCore
internal import UpgradeKnowledge

/// The numbered sequence of a plan, with the commands that each step would run, for people and for programs.
struct Sequence {
    /// The form of the JSON, raised when it changes; documented in docs/reference/json-documents.md.
    static let schema = 1

    /// The plan.
    var plan: Plan
    /// What the rehearsal found.
    var script: Rehearsal.Script
    /// The playbook.
    var playbook: Playbook
    /// The steps.
    var steps: StepSet
    /// What is said of the path that the playbook states; `nil` where it moves neither Calico nor Helm.
    var path: StatedCheck?

    /// For people.
    var text: String {
        let first = plan.from?.description ?? ""
        let last = plan.to?.description ?? ""
        let counts = "\(plan.hops.count) \(plan.hops.count == 1 ? "hop" : "hops"), \(script.steps.count) steps"
        var lines = ["plan for \(plan.cluster): \(first) → \(last), \(counts)"] + (path?.lines ?? [])
        lines += playbook.versions.map { change in
            "by the playbook: \(change.fact) is \(change.value), because: \(change.reason) (\(change.source))"
        }
        if plan.takesBack == nil { lines.append(conffileRules) }
        if playbook.packageHolds == .keep {
            lines.append("packages on hold are installed all the same, and held again")
        }
        var place = ""
        for line in script.steps {
            let hop = line.key.hop
            let way = plan.takesBack == nil ? "\(hop.from) → \(hop.to)" : "\(hop.to) → \(hop.from)"
            let here = "\(way)  \(line.key.phase)"
            if here != place {
                lines += ["", here + rule(line.key)]
                place = here
            }
            let reach = line.isReached ? "" : "  (not rehearsed)"
            lines.append("\(number(line.number))  \(line.key)  \(line.title)\(reach)")
            for command in commands(line) {
                lines.append("         \(command)")
            }
        }
        if !points.isEmpty {
            lines += ["", "points of no return, from behind which `rollback` takes nothing before them back:"]
            lines += points.map { "\(number($0.number))  \($0.point.key)  \($0.point.why)" }
        }
        return lines.joined(separator: "\n")
    }

    private var points: [(number: Int, point: PointOfNoReturn)] {
        let numbers = Dictionary(script.steps.map { ($0.key, $0.number) }) { first, _ in first }
        return plan.pointsOfNoReturn(steps).compactMap { point in numbers[point.key].map { ($0, point) } }
    }

    /// Where each hop passes its points of no return, a line a hop, for whoever is about to begin.
    ///
    /// - Parameter until: the last hop that will be walked; `nil` for all.
    /// - Returns: none for a plan that takes another back.
    func pointLines(until: HopID?) -> [String] {
        plan.hops.map(\.id).filter { hop in until.map { hop <= $0 } ?? true }.compactMap { hop in
            let mine = points.filter { $0.point.key.hop == hop }
            let names = mine.map { "\($0.point.key.phase)/\($0.point.key.onTarget) (step \($0.number))" }
            guard !names.isEmpty else { return nil }
            return "\(hop): \(names.count == 1 ? "point" : "points") of no return: \(names.joined(separator: ", "))"
        }
    }

    /// For programs.
    var json: String {
        get throws {
            let value = Document(
                schema: Self.schema,
                cluster: plan.cluster,
                playbookDigest: plan.playbookDigest,
                versionsDigest: plan.versionsDigest,
                overrides: playbook.versions,
                pointsOfNoReturn: points.map {
                    Document.Point(number: $0.number, key: "\($0.point.key)", why: $0.point.why)
                },
                conffiles: .init(
                    otherwise: playbook.conffiles.standard.rawValue,
                    paths: playbook.conffiles.byPath.mapValues(\.rawValue)
                ),
                path: path.map(StatedDocument.init),
                steps: script.steps.map { line in
                    Document.Step(
                        number: line.number,
                        key: line.key.description,
                        title: line.title,
                        rehearsed: line.isReached,
                        commands: commands(line)
                    )
                }
            )
            return String(decoding: try JSON.pretty(value), as: UTF8.self).trimmingCharacters(in: .newlines)
        }
    }

    /// Says what the rehearsal refused, on standard error.
    ///
    /// - Returns: how the program ends.
    func complain(_ session: Session) -> Ending {
        let refusals = path?.blocks(session.path) ?? []
        guard !script.failures.isEmpty || !refusals.isEmpty else { return .done }
        let report = FailureReport(plan: plan, steps: session.steps, directory: nil, ledger: Ledger())
        Output.complain(Complaint(refusals + report.blocks(script.failures), .refused))
        if script.failures.isEmpty { return .refused }
        let ending = FailureReport.ending(script.failures)
        // There is no run that could go on.
        return ending == .paused ? .refused : ending
    }

    private struct Document: Encodable {
        var schema: Int
        var cluster: String
        var playbookDigest: String
        var versionsDigest: String
        var overrides: [FactOverride]
        var pointsOfNoReturn: [Point]
        var conffiles: Conffiles
        var path: StatedDocument?
        var steps: [Step]

        struct Conffiles: Encodable {
            var otherwise: String
            var paths: [String: String]
        }

        struct Point: Encodable {
            var number: Int
            var key: String
            var why: String
        }

        struct Step: Encodable {
            var number: Int
            var key: String
            var title: String
            var rehearsed: Bool
            var commands: [String]
        }
    }

    /// What becomes of conffiles; which ones it will be shows once the new packages are on the hosts.
    private var conffileRules: String {
        let rules = playbook.conffiles
        let own = rules.byPath.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.rawValue)" }
        return "conffiles that a host and a new package have both changed: "
            + (own + ["\(own.isEmpty ? "all" : "others"): \(rules.standard.rawValue)"]).joined(separator: ", ")
    }

    private func commands(_ line: Rehearsal.Line) -> [String] {
        line.actions.flatMap { CommandRendering.commands(for: $0, playbook: playbook) }.map(\.description)
    }

    private func number(_ number: Int) -> String {
        let width = String(script.steps.count).count
        let text = String(number)
        return String(repeating: " ", count: max(0, width + 2 - text.count)) + text
    }

    private func rule(_ key: StepKey) -> String {
        let hop = plan.hops.first { $0.id == key.hop }
        guard let phase = hop?.phases.first(where: { $0.id == key.phase }) else { return "" }
        let batch = phase.batch == 1 ? "one at a time" : "\(phase.batch) at a time"
        return phase.failureBudget == 0 ? "  (\(batch))" : "  (\(batch), \(phase.failureBudget) may fail)"
    }
}
