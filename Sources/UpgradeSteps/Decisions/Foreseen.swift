import UpgradeCore
import UpgradeKnowledge

/// What of the findings a step must not go on with.
enum Foreseen {
    /// The findings that stop a daemon or a request and that the playbook does not accept; `nil` where there is none.
    static func unmet(_ findings: [Finding], _ facts: ClusterFacts) -> Unmet? {
        let open = Foresight.open(findings, accepted: facts.playbook.acceptedFindings, clock: facts.clock)
        let refusing = open.filter(\.severity.refuses)
        guard let first = refusing.first else { return nil }
        return .foreseen(
            findings: refusing.map { finding in
                let more = finding.places.count > 1 ? " and \(finding.places.count - 1) more" : ""
                return finding.title + (finding.places.first.map { " (\($0)\(more))" } ?? "")
            },
            ids: refusing.map(\.id),
            cure: first.cure
        )
    }
}

/// What is known to break, for steps, with what the playbook says otherwise.
enum BreakageData {
    /// - Throws: `StepError.notObserved` where the data of this program cannot be read: a mistake of its makers.
    static func known(_ playbook: Playbook) throws(StepError) -> Breakage {
        do {
            return try Breakage.all(overriding: playbook.versions)
        } catch {
            throw .notObserved("version data: \(error)")
        }
    }
}
