internal import Foundation
internal import UpgradeCore
internal import UpgradeReport
internal import UpgradeSteps

/// Cleanup after a run whose state directory is lost: what the cluster itself tells is all there is to go by.
///
/// It is a run of its own, with a directory, a journal and the lease: killed it goes on when it is called again.
struct Recovery {
    /// The playbook, which names the hosts to look at.
    var playbook: String
    /// The directory in which runs are kept.
    var state: String
    /// Whether the operator has said that another holder of the lease is put out.
    var takesOver: Bool

    private var again: String {
        "upgrader cleanup --from-marks \(ShellQuoting.join([playbook]))"
            + RunPlace.stateOption(state)
    }

    /// Looks, tells what was found, and undoes it.
    ///
    /// - Throws: `Complaint`, `JournalError` or `DriverError`.
    func perform() async throws -> Ending {
        let session = try Session(playbook: playbook)
        let clusterDirectory = "\(state)/\(session.playbook.cluster)"
        let beginning = Beginning(session: session, yes: true, look: again)
        let lock = try beginning.lock(clusterDirectory, "cleanup by marks")
        defer { withExtendedLifetime(lock) {} }
        let runs = RunDirectory.all(clusterDirectory)
        let begun: RunDirectory?
        do {
            begun = try runs.last { try Self.isUnfinished($0) }
            try Beginning.refuseUnfinished(runs.filter { $0 != begun })
        } catch let error as JournalError {
            throw DamagedRun.refusal(error, again: "\(again) --takeover") ?? error
        }
        if let begun {
            Output.note("\(begun.path) was begun before and goes on")
            return try await walk(try Session(of: begun, try begun.plan()), begun, isNew: false)
        }
        guard let directory = try await prepare(session, beginning, clusterDirectory) else { return .done }
        return try await walk(session, directory, isNew: true)
    }

    /// Whether a run is a cleanup by marks that has not come to its end.
    private static func isUnfinished(_ directory: RunDirectory) throws -> Bool {
        // One that has lost its plan is refused by name, with the others.
        guard (try? directory.plan())?.recovers != nil else { return false }
        return try directory.history().state.stop != .completed
    }

    /// Looks at the cluster and writes the directory; `nil` where nothing is marked and every host has said so.
    private func prepare(
        _ session: Session,
        _ beginning: Beginning,
        _ clusterDirectory: String
    ) async throws -> RunDirectory? {
        let name = Session.newRunName()
        return try await Worlds.use(session.playbook, directory: RunDirectory(path: "\(clusterDirectory)/\(name)")) {
            world in
            let (stored, survey) = try await world.patience.during(session.looking) { try await look(session, world) }
            tell(survey, stored, session)
            if survey.found.isEmpty, survey.silent.isEmpty {
                Output.end("nothing of a run is marked on \(session.playbook.cluster)")
                return nil
            }
            try Restores.refuseMarks(survey)
            try await session.refuseHeld(world, takesOver: takesOver, again: again)
            let plan = survey.plan(
                session.playbook,
                digest: session.digest,
                versions: session.versionsDigest,
                hops: Array(session.hops.keys),
                holder: stored.record?.holder?.run
            )
            guard let plan else { return nil }
            return try beginning.create(state: state, run: name, plan, reason: "cleanup by marks")
        }
    }

    private func look(_ session: Session, _ world: World) async throws -> (StoredLease, MarkSurvey) {
        do throws(AccessError) {
            let stored = try await world.leases.readLease()
            let holder = stored.record?.holder?.run
            return (stored, try await MarkSurvey.look(at: session.playbook, world.access, holder: holder))
        } catch {
            throw Complaint(
                FiveLines(
                    error: "the cluster could not be looked at",
                    why: error.why,
                    ran: error.ran,
                    state: "nothing was changed",
                    next: "\(error.next), then `\(again)`"
                ),
                error.isUnreachable ? .unreachable : .paused
            )
        }
    }

    /// What was found, run by run, and whom the lease names.
    private func tell(_ survey: MarkSurvey, _ stored: StoredLease, _ session: Session) {
        Output.tell("the lease of \(session.playbook.cluster): \(stored.title)")
        for run in survey.runs {
            Output.tell("marked by run \(run):")
            for one in survey.found where one.run == run {
                let step = one.step.isEmpty ? "" : "   (\(one.step))"
                Output.tell("  \(one.effect.title)\(one.standing.remark)\(step)")
            }
        }
        for silent in survey.silent {
            Output.tell("\(silent.host) could not be asked: \(silent.error.why)")
        }
    }

    private func walk(_ session: Session, _ directory: RunDirectory, isNew: Bool) async throws -> Ending {
        var walk = Walk(session: session, directory: directory, until: nil, reason: "cleanup by marks")
        walk.isNew = isNew
        walk.takesOver = takesOver
        walk.asks = false
        return try await walk.perform()
    }
}

extension HostMark.Standing {
    /// What a person has to know besides.
    fileprivate var remark: String {
        switch self {
        case .ours: ""
        case .gone: ": it is not there any more, only the mark is taken away"
        case .theirs: ": somebody else has changed it since, only the mark is taken away"
        case .kept: ": it stays, for to undo it now would do harm"
        }
    }
}
