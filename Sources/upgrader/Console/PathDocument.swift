internal import UpgradeCore
internal import UpgradeKnowledge

/// A path for programs; documented in docs/reference/json-documents.md.
struct PathDocument: Encodable {
    /// The form, raised when it changes.
    var schema = 1
    /// The day of the data.
    var asOf: CalendarDay
    /// The day on which the path is walked.
    var day: CalendarDay?
    /// Whether nothing is out of range or out of support.
    var isFullySupported: Bool
    /// The path.
    var path: Path
    /// What a playbook says for it to be walked; absent where it leaves Calico and Helm alone.
    var playbook: PathSections?
    /// What is out of range.
    var violations: [Violation]
    /// The releases that upstream does not support on the day.
    var unsupported: [Unsupported]
    /// The components that it says something of, and those it does not.
    var judged: [String]
    var notJudged: [String]
    /// The releases of which the data is not sure.
    var uncertain: [String]
    /// Versions of which nobody knows whether they are out on the day.
    var undated: [String]
    /// Other ways.
    var alternatives: [Alternative]

    struct Path: Encodable {
        var distance: Int
        var states: Int
        var moves: Int
        var start: String
        var steps: [Step]

        struct Step: Encodable {
            var component: String
            var move: String
            var after: String
        }

        init(_ path: UpgradePath) {
            distance = path.cost.distance
            states = path.cost.states
            moves = path.cost.moves
            start = path.start.description
            steps = path.steps.map { step in
                Step(
                    component: step.move.component.rawValue,
                    move: step.move.description,
                    after: step.after.description
                )
            }
        }
    }

    struct Violation: Encodable {
        var id: String
        var component: String
        var version: String
        var place: String
        var distance: Int
        var states: Int?
        var reason: String
        var proof: String?
        var accepted: String?
        var isAvoidable: Bool?
    }

    struct Unsupported: Encodable {
        var release: String
        var maintenance: String

        init(_ unsupported: UnsupportedRelease) {
            release = unsupported.release.description
            maintenance = unsupported.maintenance.description
        }
    }

    struct Alternative: Encodable {
        var id: String
        var summary: String
        var path: Path?
        var end: String?
    }

    /// Makes the document.
    init(_ report: PathReport) {
        asOf = report.asOf
        day = report.request.day
        isFullySupported = report.isFullySupported
        path = Path(report.path)
        playbook = PathPlaybook(report.path).map(PathSections.init)
        violations = report.violations.map { charged in
            var violation = Violation(charged.violation)
            violation.states = charged.states
            violation.proof = charged.proof.text(than: report.path.cost)
            return violation
        }
        unsupported = report.unsupported.map(Unsupported.init)
        judged = report.path.components.judged.map(\.rawValue)
        notJudged = report.path.components.notJudged.map(\.rawValue)
        uncertain = report.uncertain.map(\.description)
        undated = report.undated
        alternatives = report.alternatives.map { other in
            Alternative(
                id: other.id,
                summary: other.summary,
                path: other.path.map(Path.init),
                end: other.end?.description
            )
        }
    }

    /// The JSON text.
    var text: String {
        get throws { try JSON.text(self) }
    }
}

extension PathDocument.Violation {
    init(_ violation: PathViolation) {
        id = violation.id
        component = violation.component.rawValue
        version = violation.version.description
        place = violation.place.description
        distance = violation.distance
        reason = violation.reason
    }
}

/// What a plan says of the path that its playbook states, for programs.
struct StatedDocument: Encodable {
    /// The day of the data.
    var asOf: CalendarDay
    /// Each move with the release that Kubernetes runs after it.
    var moves: [String]
    /// What is out of range.
    var violations: [PathDocument.Violation]
    /// What breaks a rule.
    var broken: [String]
    /// What else there is to say.
    var notes: [String]
    /// The releases out of support.
    var unsupported: [PathDocument.Unsupported]
    /// The components that it says something of, and those it does not.
    var judged: [String]
    var notJudged: [String]

    /// Makes the document.
    init(_ check: StatedCheck) {
        asOf = check.asOf
        moves = check.path.moves.map { "\($0.after.kubernetes): \($0.move)" }
        violations = check.violations.map { found in
            var violation = PathDocument.Violation(found.violation)
            violation.states = found.states
            violation.accepted = found.acceptance?.reason
            violation.isAvoidable = found.isAvoidable
            return violation
        }
        broken = check.broken.map(\.rule.description)
        notes = check.path.notes + check.warnings
        unsupported = check.unsupported.map(PathDocument.Unsupported.init)
        judged = check.path.components.judged.map(\.rawValue)
        notJudged = check.path.components.notJudged.map(\.rawValue)
    }
}
