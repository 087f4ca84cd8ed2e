internal import Foundation
internal import UpgradeCore
internal import UpgradeSteps

/// What is particular to runs that restore etcd: what they need, what they lose, and what they rule out.
enum Restores {
    /// The way back to the beginning of a hop.
    ///
    /// - Throws: `Complaint` that says why there is none.
    static func path(
        _ hop: HopID?,
        _ plan: Plan,
        _ directory: RunDirectory,
        _ history: JournalReader.History,
        _ playbook: Playbook
    ) throws -> RestorePath {
        guard plan.takesBack == nil else {
            throw refusal("the run \(directory.path) takes another back itself", "name the run of the upgrade", .usage)
        }
        try refuseRestored(directory)
        do throws(RestorePath.Refusal) {
            return try RestorePath(of: hop, plan, history.records, playbook)
        } catch {
            throw refusal(error, directory)
        }
    }

    /// The snapshot as it is on its host now, and as it was proven.
    ///
    /// - Throws: `Complaint` where it is gone, or another than was proven or copied.
    static func source(
        _ path: RestorePath,
        _ directory: RunDirectory,
        _ access: any ClusterAccess
    ) async throws -> EtcdRestoration {
        let copy = Probe.localFile(path: "snapshots/\(directory.run)-\(path.hop.id).db")
        let seen: Observation
        do throws(AccessError) {
            seen = try await access.answer([
                .snapshot(host: path.host, path: path.path), .file(host: path.host, path: path.path), copy,
            ])
        } catch {
            throw Complaint(plan: .access(error), playbook: directory.path)
        }
        let next =
            "compare it with its copy, \(directory.path)/snapshots; without a snapshot that is as it was proven there is no way back"
        let place = "\(path.path) on \(path.host)"
        guard let file = try seen.file(on: path.host, path: path.path) else { throw refusal("\(place) is gone", next) }
        guard let status = try seen.snapshot(on: path.host, path: path.path) else {
            throw refusal("\(place) does not verify: it is damaged, or no snapshot", next)
        }
        guard let proof = status.proof, proof.sha256 == file.sha256, proof.revision == status.revision else {
            throw refusal("\(place) is not the file that was restored and read back when it was saved", next)
        }
        if case .file(let known?) = seen.answers[copy], known.sha256 != file.sha256 {
            throw refusal("\(place) is not what was copied to \(directory.path)/snapshots when it was saved", next)
        }
        return EtcdRestoration(
            host: path.host,
            path: path.path,
            sha256: file.sha256,
            revision: status.revision,
            keys: proof.keys,
            saved: path.saved
        )
    }

    /// The survey as the cluster will answer once effects of the upgrade are undone, which is done before anything else.
    static func without(_ effects: [SideEffect], _ survey: Observation) -> Observation {
        var survey = survey
        for effect in effects {
            guard case .unit(var unit) = survey.answers[effect.probe] else { continue }
            unit.isMasked = false
            survey.record(.unit(unit), to: effect.probe)
        }
        return survey
    }

    /// What the operator has to know before saying yes.
    static func losses(_ plan: Plan, _ path: RestorePath) -> [String] {
        guard let source = plan.restores else { return [] }
        let time = Date(timeIntervalSince1970: source.saved).formatted(.iso8601)
        var lines = [
            "lost: everything written to the API since \(time), when the snapshot \(source.path) on \(source.host) was saved "
                + "(revision \(source.revision), \(source.keys) keys)",
            "away meanwhile: the API, from restore-stop until the first API server of \(path.hop.id.from) answers; pods run on",
            "restart afterwards what watches the API or etcd from pods, such as DNS, ingress and operators",
        ]
        if !path.stays.isEmpty { lines.append("stays as the hop has made it: \(path.stays.joined(separator: ", "))") }
        return lines
    }

    /// What a restore says at its end.
    static func ended(_ plan: Plan, _ directory: RunDirectory, _ done: String) -> String {
        "done: \(plan.cluster) is back on \(plan.to?.description ?? ""), with the data of the snapshot; \(done); the run "
            + "\(plan.takesBack ?? "") is over, `upgrader run` begins a new one"
    }

    /// What is known of the fence of the hosts; `nil` for a run that never keeps the API away.
    ///
    /// - Throws: `JournalError` where the journal of the upgrade is damaged.
    static func fence(
        of plan: Plan,
        _ directory: RunDirectory,
        _ record: RunState,
        _ playbook: Playbook
    ) throws -> KnownFence? {
        guard plan.restores != nil, let upgrade = plan.takesBack else { return nil }
        let before = try RunDirectory(path: "\(directory.clusterPath)/\(upgrade)").history().state.lease?.token ?? 0
        let hosts = playbook.hosts(.etcd) + playbook.hosts(.controlPlane)
        return KnownFence(token: max(before, record.lease?.token ?? 0), hosts: Set(hosts.map(\.name)))
    }

    /// The restore that has taken a run back, from when the first data was moved; `nil` for none.
    static func restored(_ upgrade: RunDirectory) -> RunDirectory? {
        RunDirectory.all(upgrade.clusterPath).first { directory in
            guard let plan = try? directory.plan(), plan.restores != nil, plan.takesBack == upgrade.run else {
                return false
            }
            return (try? directory.history()).map(hasSwapped) ?? true
        }
    }

    /// Refuses to go on with an upgrade whose data has been led back.
    ///
    /// - Throws: `Complaint`.
    static func refuseRestored(_ upgrade: RunDirectory) throws {
        guard let restore = restored(upgrade) else { return }
        let isOver = (try? restore.history().state.stop) == .completed
        throw Complaint(
            FiveLines(
                error: "the run \(upgrade.path) is over",
                why: "\(restore.path) has led etcd back to before it: what its journal says is not so any more",
                state: "nothing was changed now",
                next: isOver
                    ? "`upgrader run` begins a new one" : "`upgrader resume \(restore.path)` ends the restore first"
            ),
            .drift
        )
    }

    /// Refuses a restore that was given up, once its upgrade has gone on or another run has been begun.
    ///
    /// - Throws: `Complaint`, `JournalError`.
    static func refuseOutrun(_ plan: Plan, _ directory: RunDirectory) throws {
        guard let name = plan.takesBack, let first = plan.takesBackTo else { return }
        if let later = RunDirectory.all(directory.clusterPath).last(where: { $0.run > directory.run }) {
            throw superseded(
                directory,
                "\(later.run) was begun since, and the snapshot is older than what it has done",
                later
            )
        }
        let own = try directory.history().state
        guard !own.done.isEmpty || !own.inFlight.isEmpty else { return }
        let upgrade = RunDirectory(path: "\(directory.clusterPath)/\(name)")
        let state = try upgrade.history().state
        guard
            let step = try upgrade.plan().keys.drop(while: { $0 != first }).first(where: {
                state.done.contains($0) || state.inFlight[$0] != nil
            })
        else { return }
        throw superseded(directory, "\(name) was resumed and has done \(step) since", upgrade)
    }

    /// Refuses to give up a restore that has moved data: only its end leads to a cluster that works.
    ///
    /// - Throws: `Complaint`, `JournalError`.
    static func refuseCleanup(_ plan: Plan, _ directory: RunDirectory) throws {
        guard plan.restores != nil else { return }
        let history = try directory.history()
        guard history.state.stop != .completed, hasSwapped(history) else { return }
        throw Complaint(
            FiveLines(
                error: "a restore of etcd that has moved data cannot be given up",
                why: EtcdRestoration.halfMoved,
                state: "nothing was changed now; API servers and etcd stay stopped and masked",
                next: "`upgrader resume \(directory.path)` goes on where it stopped"
            ),
            .refused
        )
    }

    /// Refuses to start by its marks what a restore has stopped whose directory is lost.
    ///
    /// - Throws: `Complaint`.
    static func refuseMarks(_ survey: MarkSurvey) throws {
        guard let one = survey.found.first(where: \.keepsRestoreStopped) else { return }
        throw Complaint(
            FiveLines(
                error: "what a restore of etcd has stopped cannot be started by its marks",
                why: EtcdRestoration.halfMoved,
                state: "nothing was changed now; API servers and etcd stay stopped and masked by the run \(one.run)",
                next:
                    "`upgrader resume` with a copy of its directory; where there is none, docs/how-to/restore-etcd.md says what to "
                    + "look at"
            ),
            .refused
        )
    }

    /// Whether a restore has begun to put other data in the place of a member's.
    static func hasSwapped(_ history: JournalReader.History) -> Bool {
        history.records.contains { entry in
            if case .intended(_, _, _, .swapEtcd) = entry.record { true } else { false }
        }
    }

    private static func refusal(_ refusal: RestorePath.Refusal, _ directory: RunDirectory) -> Complaint {
        let resume = "`upgrader resume \(directory.path)`"
        switch refusal {
        case .nothingBegun: return self.refusal("\(directory.run) has begun nothing", "\(resume) goes on")
        case .notReached(let hop):
            return self.refusal("\(directory.run) has begun nothing of \(hop)", "name a hop that was begun", .usage)
        case .laterHop(let step):
            return self.refusal(
                "\(step) has changed something since, and hosts keep the packages of one release only",
                "name the hop \(step.hop), or none"
            )
        case .noSnapshot(let hop, let why):
            return self.refusal(
                "there is no verified snapshot of \(hop): \(why)",
                "mend it on the newer release, then \(resume)"
            )
        case .changedForGood(let step, let why):
            return self.refusal(
                "no snapshot leads back from what \(step) has done: \(why)",
                "mend it on the newer release, then \(resume)"
            )
        case .runsAPIServer(let host):
            return self.refusal(
                "\(host) is a worker and runs an API server too: it cannot be emptied while that is away",
                "docs/how-to/restore-etcd.md names the steps by hand"
            )
        }
    }

    private static func superseded(_ restore: RunDirectory, _ why: String, _ later: RunDirectory) -> Complaint {
        Complaint(
            FiveLines(
                error: "the restore \(restore.path) is superseded",
                why: why,
                state: "nothing was changed",
                next:
                    "`upgrader status \(later.path)` says how far that is; a restore is begun anew, on what is there now"
            ),
            .refused
        )
    }

    private static func refusal(_ why: String, _ next: String, _ ending: Ending = .refused) -> Complaint {
        Complaint(
            FiveLines(error: "etcd cannot be restored", why: why, state: "nothing was changed", next: next),
            ending
        )
    }
}

extension RestorePath {
    /// Whether an entry of the upgrade's ledger is undone before the first step of the restore.
    func undoes(_ entry: Ledger.Entry) -> Bool { !entry.staysForRollback }
}
