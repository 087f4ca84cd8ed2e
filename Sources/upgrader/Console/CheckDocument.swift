internal import UpgradeCore
internal import UpgradeKnowledge

/// The outcome of preflight for programs; documented in docs/reference/json-documents.md.
struct CheckDocument: Encodable {
    /// The form, raised when it changes.
    var schema = 1
    /// The cluster; absent where the playbook could not be read.
    var cluster: String?
    /// Each check.
    var checks: [Check]
    /// What foresight found on the whole path and the playbook does not accept.
    var findings: [Finding]
    /// What is said of the path that the playbook states; absent where it moves neither Calico nor Helm.
    var path: StatedDocument?
    /// Why nothing could be checked; absent where it could.
    var error: Trouble?

    /// What kept the check from being made.
    struct Trouble: Encodable {
        /// What went wrong.
        var error: String
        /// Why.
        var why: String
        /// The command that ran, with its result; absent when none did.
        var ran: String?
        /// What to do about it.
        var next: String
        /// How the program ends.
        var code: Int32
    }

    /// One check.
    struct Check: Encodable {
        /// The step's key.
        var key: String
        /// What it looks for.
        var title: String
        /// Whether it found nothing.
        var passed: Bool
        /// Why not; absent when it passed.
        var why: String?
        /// What to do about it; absent when it passed.
        var next: String?
    }

    /// Makes the document.
    init(_ plan: Plan, _ steps: StepSet, _ failures: [StepKey: Failure], _ findings: [Finding]) {
        self.findings = findings
        cluster = plan.cluster
        checks = plan.keys.map { key in
            Check(
                key: key.description,
                title: steps.steps[key.step]?.title ?? "",
                passed: failures[key] == nil,
                why: failures[key]?.why,
                next: failures[key]?.next
            )
        }
    }

    /// Makes the document of a check that could not be made.
    init(cluster: String?, _ complaint: Complaint) {
        self.cluster = cluster
        checks = []
        findings = []
        error = Trouble(complaint)
    }

    /// The JSON text.
    var text: String {
        get throws { try JSON.text(self) }
    }
}
