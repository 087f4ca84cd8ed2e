internal import Foundation
internal import UpgradeCore
internal import UpgradeSteps

/// What a rollback writes into the journal of its upgrade, and undoes of its ledger.
struct TakingBack {
    private let rollback: RunDirectory
    private let upgrade: RunDirectory
    private let taking: Cleanup.Taking

    /// Takes the plan of the rollback and the name of the upgrade.
    ///
    /// - Throws: `JournalError` where the plan of the upgrade cannot be read.
    init(_ plan: Plan, of name: String, rollback: RunDirectory) throws {
        self.rollback = rollback
        upgrade = RunDirectory(path: "\(rollback.clusterPath)/\(name)")
        let above = try upgrade.plan()
        taking = Cleanup.Taking(
            rollback: rollback.run,
            run: name,
            plan: above,
            undoesLedger: plan.takesBackTo != nil,
            isFinal: plan.restores != nil,
            isMeant: StepCatalog.isTakenBack(by: plan, of: above)
        )
    }

    /// Waits for what the upgrade may still do, undoes what is in its ledger, and lets its lanes begin anew.
    ///
    /// - Throws: `Complaint`, `JournalError`.
    func begin(_ access: any ClusterAccess) async throws {
        let journal = try upgrade.journal(now: { Date().timeIntervalSince1970 })
        let outcomes = try await Cleanup.takeBack(taking, recorder: journal, access: access) { Output.note($0.title) }
        try journal.saveCheckpoint()
        for outcome in outcomes { try tell(outcome) }
    }

    /// Undoes what was left for the rollback to work with; what it has undone itself is struck out of the ledger.
    func end(_ access: any ClusterAccess) async {
        guard let journal = try? upgrade.journal(now: { Date().timeIntervalSince1970 }) else { return }
        try? await Cleanup.endTaking(taking, recorder: journal, access: access)
        try? journal.saveCheckpoint()
    }

    private func tell(_ outcome: Cleanup.Outcome) throws {
        switch outcome {
        case .undone(let effect): Output.note("undone: \(effect.inverse.title)")
        case .notOurs(let effect): Output.note("left alone, changed by somebody else or gone: \(effect.title)")
        case .unsettled(let key, let error):
            throw complaint(
                "what the upgrade began on \(key.target) may still be under way",
                "\(key): \(error.why)",
                error
            )
        case .kept(let effect, let why, let next):
            throw Complaint(
                FiveLines(
                    error: "\(effect.title), and that cannot be taken back now",
                    why: why,
                    state: "the rollback has put no package back in this attempt",
                    next: next
                ),
                .paused
            )
        case .failed(let effect, let error):
            throw complaint("could not \(effect.inverse.title)", error.why, error)
        }
    }

    private func complaint(_ error: String, _ why: String, _ cause: AccessError) -> Complaint {
        Complaint(
            FiveLines(
                error: error,
                why: why,
                ran: cause.ran,
                state: "the rollback has put no package back in this attempt",
                next: "\(cause.next), then `upgrader resume \(rollback.path)`"
            ),
            cause.isUnreachable ? .unreachable : .paused
        )
    }
}
