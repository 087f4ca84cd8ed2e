internal import UpgradeCore
internal import UpgradeKnowledge

extension Complaint {
    /// A request that no path answers.
    init(path error: PathRefusal, _ start: ClusterPoint) {
        let error =
            switch error {
            case .goesDown(_, let to): ("the path to \(to) goes down", error.text)
            case .unknownRelease(let release, _): ("there is no path to \(release)", error.text)
            case .unreleased(let release, _, _): ("Kubernetes \(release) is no end of a path yet", error.text)
            case .notThere: ("the end cannot be reached", error.text)
            case .startBreaks: ("no path begins where the cluster stands", error.text)
            case .noPath(let request, _):
                ("no path leads from \(start.kubernetes) to \(request.goal.kubernetes)", error.text)
            case .nothingSupported(let day, _):
                ("no release that upstream supports on \(day) is within reach", error.text)
            }
        self.init(
            FiveLines(
                error: error.0,
                why: error.1,
                state: "nothing was changed",
                next: "`upgrader path --from … --to …` tries other ends; mend what breaks a rule first"
            ),
            .refused
        )
    }

    /// A typed state that is none.
    init(point error: PointError, option: String) {
        self.init(
            FiveLines(
                error: "\(option) cannot be used",
                why: "\(error)",
                state: "nothing was looked at",
                next:
                    "write it as kubernetes=…,calico=…,helm=…; the cluster itself says what it runs: `upgrader plan PLAYBOOK --to …`"
            ),
            .usage
        )
    }
}

extension StatedCheck {
    /// What stands against carrying the path out; nothing where it is allowed.
    func blocks(_ playbook: String) -> [FiveLines] {
        broken.map { broken in
            FiveLines(
                error: broken.move.map { "\($0) breaks a rule, with Kubernetes at \(broken.kubernetes)" }
                    ?? "what runs breaks a rule",
                why: "\(broken.rule)" + (broken.rule.source.isEmpty ? "" : "; source: \(broken.rule.source)"),
                state: "nothing was changed; no `accept` lifts a rule",
                next: "mend `calico` and `helm` in \(playbook); \(hint)"
            )
        }
            + violations.filter { $0.acceptance == nil }.map { found in
                FiveLines(
                    error: "\(found.violation.id) is out of range by \(found.violation.distance), "
                        + "and \(playbook) does not say yes to it",
                    why: found.violation.reason + (found.isAvoidable ? "; a path without it exists" : ""),
                    state: "nothing was changed",
                    next: found.isAvoidable
                        ? hint
                        : "add `accept: [{violation: \(found.violation.id), reason: …}]`; no better path is known"
                )
            }
    }

    /// One line on what stands against the path; `nil` where nothing does.
    var summary: String? {
        let open = violations.count { $0.acceptance == nil }
        guard !isAllowed else { return nil }
        let rules =
            broken.isEmpty ? nil : "\(broken.count) of its moves \(broken.count == 1 ? "breaks" : "break") a rule"
        let states = open == 0 ? nil : "\(open) out of range without a yes"
        return "the path of Calico and Helm is refused: \([rules, states].compactMap { $0 }.joined(separator: ", "))"
    }

    /// The complaint, where the path is not allowed.
    func complaint(_ playbook: String) -> Complaint? {
        isAllowed ? nil : Complaint(blocks(playbook), .refused)
    }

    private var hint: String {
        guard let best else { return "`upgrader path` looks for another end" }
        let moves = best.steps.filter { $0.move.component != .kubernetes }
            .map { "\($0.move) at \($0.after.kubernetes)" }
        return moves.isEmpty ? "leave Calico and Helm as they are" : "the best path: \(moves.joined(separator: ", "))"
    }
}
