internal import Foundation
internal import UnixSignals
internal import UpgradeCore
internal import UpgradeSteps

/// Carries a run out from where its journal stands: the common part of `run` and `resume`.
struct Walk {
    /// The playbook and what belongs to it.
    var session: Session
    /// The run's directory.
    var directory: RunDirectory
    /// The last hop to do; `nil` for all.
    var until: HopID?
    /// Why, in the operator's words.
    var reason: String
    /// When all that is begun must be able to end; `nil` for no such time.
    var notAfter: NotAfter?
    /// Whether the run was begun by this process.
    var isNew = false
    /// Whether the operator has said that another holder of the lease is put out.
    var takesOver = false
    /// Whether the operator is asked about a step that fails, where somebody sits at the terminal.
    var asks = true
    /// Steps that are left out, or to be done after all; `nil` for none.
    var skips: SkipRequest?

    /// Walks until the run stops.
    ///
    /// - Returns: how the program ends.
    /// - Throws: `Complaint`, `JournalError` or `DriverError`.
    func perform() async throws -> Ending {
        Output.reader?.take(directory)
        let plan = try directory.plan()
        let journal = try directory.journal(now: { Date().timeIntervalSince1970 })
        for notice in journal.notices {
            Output.note("note: \(notice)")
        }
        // Before anything is dialed; what is recorded is judged again under the lease.
        _ = try skips?.records(journal.state, plan)
        if journal.state.stop == .completed {
            Output.end("the run \(directory.path) is complete; there is nothing left to do")
            OtherRuns.tell(besides: directory)
            return .done
        }
        if !isNew {
            Output.note("resuming \(directory.path): \(Self.done(journal.state, plan))")
        }
        if let warning = Terminal.lossWarning { Output.note(warning) }
        return try await Worlds.use(session.playbook, directory: directory, isBegun: journal.count > 1) { world in
            try await walk(plan, journal, world)
        }
    }

    private func walk(_ plan: Plan, _ journal: Journal, _ world: World) async throws -> Ending {
        // One that goes by marks undoes what it can, host by host: one that is gone for ever does not keep it.
        if !isNew, plan.recovers == nil {
            do {
                try await session.lookAtHosts(plan, journal.state, directory, world)
            } catch let complaint as Complaint {
                refused(complaint, journal)
                throw complaint
            }
        }
        // While the lease is waited for, a signal ends the process; a resume takes what it held at once.
        let lease = try await session.takeLease(
            run: directory.run,
            heirOf: plan.takesBack,
            reason: reason,
            takesOver: takesOver,
            world,
            again: "upgrader resume \(directory.path)",
            byFence: try Restores.fence(of: plan, directory, journal.state, session.playbook)
        )
        // Before anything is recorded: from here on a signal stops the run in good order.
        // A terminal that is closed, or whose connection is lost, is a wish to stop like another; under nohup it is none.
        let signals: [UnixSignal] = Terminal.isHangupIgnored ? [.sigint, .sigterm] : [.sigint, .sigterm, .sighup]
        let wishes = await UnixSignalsSequence(trapping: signals)
        let interruption = Interruption()
        return try await lease.whileKept(onLoss: interruption.lose) {
            try await carryOut(plan, journal, world, lease, interruption, wishes)
        }
    }

    /// Keeps for `status` and `why` what the hosts have answered: nothing is begun, so that the journal tells nothing of it.
    private func refused(_ complaint: Complaint, _ journal: Journal) {
        guard let block = complaint.blocks.first else { return }
        ResumeRefusal(
            time: Date().timeIntervalSince1970,
            by: Session.holder,
            code: Int(complaint.ending.rawValue),
            error: block.error,
            why: block.why,
            next: block.next,
            records: journal.count
        )
        .keep(in: directory)
    }

    /// Does what is left of the plan while the lease is held.
    private func carryOut(
        _ plan: Plan,
        _ journal: Journal,
        _ world: World,
        _ lease: LeaseHold,
        _ interruption: Interruption,
        _ wishes: UnixSignalsSequence
    ) async throws -> Ending {
        if !isNew, var header = journal.state.header {
            header.holder = Session.holder
            header.reason = reason
            try journal.append([.resumed(header)])
        }
        try journal.append([.leased(lease.claim)])
        let access = world.acting(under: lease)
        let finished = try await Cleanup.finish(
            run: directory.run,
            recorder: journal,
            access: access,
            machineIDs: plan.machineIDs,
            report: { Output.note($0.title) }
        )
        let ending = CleanupReport.tell(finished, directory, again: "upgrader resume")
        guard finished.allSatisfy(\.isSettled) else {
            if let loss = lease.loss { try journal.append([.stopped(.leaseLost(loss))]) }
            return ending
        }
        if let records = try skips?.records(journal.state, plan), !records.isEmpty { try journal.append(records) }
        let taking = try plan.takesBack.map { try TakingBack(plan, of: $0, rollback: directory) }
        try await taking?.begin(access)
        let times = StepTimes(try directory.history().records)
        let console = Consoles.make(plan: plan, record: journal.state, steps: session.steps, times: times)
        let company = try Company(session.playbook, plan, journal.state, isResumed: !isNew)
        let transcript = Transcript(directory: directory.path, now: { Date().timeIntervalSince1970 })
        let driver = Driver(
            run: directory.run,
            plan: plan,
            playbook: session.playbook,
            steps: session.steps,
            hops: session.hops,
            access: access,
            clock: ContinuousClock(),
            interruption: interruption,
            observer: Observers([console, transcript] + company.observers),
            window: notAfter?.window(times),
            asker: try asker(plan, console)
        )
        let availability = APILog(directory: directory.path)
        let watch = APIWatch(
            hosts: session.playbook.hosts(.controlPlane).map(\.name),
            every: session.playbook.api.watch,
            access: access,
            clock: ContinuousClock(),
            now: { Date().timeIntervalSince1970 },
            saw: { look in
                availability.take(look)
                company.saw(look)
            }
        )
        return await withTaskGroup(of: Void.self) { group in
            group.addTask { await watch.keep() }
            group.addTask {
                for await wish in wishes {
                    Output.outlet.hurry()
                    // The shell and the kernel both tell of one lost terminal.
                    if wish == .sighup { interruption.raiseOnce() } else { interruption.raise() }
                }
            }
            group.addTask { await company.keep() }
            let stop: Result<StopReason, DriverError>
            do throws(DriverError) {
                stop = .success(try await driver.walk(recorder: journal, until: until))
            } catch {
                stop = .failure(error)
            }
            if case .success(.completed) = stop { await taking?.end(access) }
            // Also when the run could not go on: the terminal is let go of before the error is printed.
            await console.finish()
            availability.finish()
            // Asked only where it is told: who holds the lease now.
            let stored = interruption.loss == nil ? nil : try? await world.leases.readLease()
            let ending = tell(stop, plan, journal.state, stored)
            if case .failure(let error) = stop { company.broke(Complaint(driver: error).blocks.first?.error ?? "") }
            await company.finish(interruption)
            // Here, where a signal still ends the wait for a reader that has stopped.
            await Output.flush()
            group.cancelAll()
            return ending
        }
    }

    /// Who asks about a step that fails; `nil` where nobody can be asked, or is to be.
    private func asker(_ plan: Plan, _ console: any Console) throws -> (any Asker)? {
        guard asks, Keyboard.isManned else { return nil }
        let report = FailureReport(plan: plan, steps: session.steps, directory: directory, ledger: Ledger())
        return try QuestionDesk(report, console: console, notAfter: notAfter)
    }

    private func tell(
        _ stop: Result<StopReason, DriverError>,
        _ plan: Plan,
        _ record: RunState,
        _ stored: StoredLease?
    ) -> Ending {
        switch stop {
        case .success(let reason): return tell(reason, plan, record, stored)
        case .failure(let error):
            let complaint = Complaint(driver: error)
            Output.complain(complaint)
            return complaint.ending
        }
    }

    /// How far a run is.
    private static func done(_ record: RunState, _ plan: Plan) -> String {
        let skipped = record.skipped.count
        return "\(record.done.count) of \(plan.keys.count) steps are done"
            + (skipped == 0 ? "" : ", \(skipped) \(skipped == 1 ? "was" : "were") skipped")
    }

    private func tell(_ stop: StopReason, _ plan: Plan, _ record: RunState, _ stored: StoredLease?) -> Ending {
        let done = Self.done(record, plan)
        switch stop {
        case .completed where plan.restores != nil:
            OtherRuns.tell(besides: directory)
            Output.end(Restores.ended(plan, directory, done))
            return .done
        case .completed where plan.takesBack != nil:
            let upgrade = "\(directory.clusterPath)/\(plan.takesBack ?? "")"
            let workers = StepCatalog.workersTakenBack(by: plan).map(\.target.description)
            let back =
                "\(workers.joined(separator: ", ")) \(workers.count == 1 ? "is" : "are") back on "
                + "\(plan.to?.description ?? "")"
            OtherRuns.tell(besides: directory)
            if let step = plan.takesBackTo {
                Output.end(
                    "done: \(workers.isEmpty ? "" : "\(back); ")all from \(step) on is taken back; "
                        + "\(done); `upgrader resume \(upgrade)` goes on from there"
                )
            } else {
                Output.end("done: \(back); \(done); `upgrader resume \(upgrade)` upgrades it anew")
            }
            return .done
        case .completed where plan.recovers != nil:
            let runs = plan.recovers?.joined(separator: ", ") ?? ""
            Output.end(
                "done: nothing is marked on \(plan.cluster) any more\(runs.isEmpty ? "" : ", of \(runs)"); \(done); "
                    + "`upgrader log \(directory.path)` says what was undone"
            )
            return .done
        case .completed:
            Output.end("done: \(plan.cluster) runs \(plan.to?.description ?? ""); \(done)")
            return .done
        case .reached(let hop):
            Output.end("stopped after \(hop), as asked; \(done); `upgrader resume \(directory.path)` goes on")
            return .paused
        case .outOfTime(let key, let needs):
            let end = notAfter?.text ?? "the time that was given"
            Output.end(
                "paused: \(key.target) may take \(needs.text), which is more than is left before \(end); nothing is half done; "
                    + "\(done); `upgrader resume \(directory.path)` goes on"
            )
            return .paused
        case .interrupted:
            Output.end("interrupted; \(done); `upgrader resume \(directory.path)` goes on")
            return .interrupted
        case .leaseLost(let loss):
            Output.complain(Complaint(lost: loss, now: stored, token: record.lease?.token, done: done, directory))
            return .locked
        case .failed(let keys):
            let failures = record.failed.filter { keys.contains($0.key) }.mapValues(\.failure)
            let report = FailureReport(plan: plan, steps: session.steps, directory: directory, ledger: record.ledger)
            let ending = FailureReport.ending(failures, after: record.done)
            Output.complain(Complaint(report.blocks(failures), ending))
            return ending
        }
    }
}

extension Session {
    /// What the lock says of its holder.
    static func lockText(_ reason: String) -> String {
        "\(holder) (pid \(ProcessInfo.processInfo.processIdentifier))\(reason.isEmpty ? "" : ", \(Redaction.redact(reason))")"
    }
}
