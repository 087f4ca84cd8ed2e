extension Driver {
    /// What an effect is carried out by: a part of the record, which goes on meanwhile.
    struct Known: Sendable {
        /// What is ours on the cluster.
        var ledger: Ledger
        /// Steps that the operator has left out.
        var skipped: [StepKey: RunState.Skipped]
        /// Whether the lane may have taken something of its host down.
        var isUnderWay: Bool
    }

    /// What the record says for an effect.
    func known(_ record: RunState, _ effect: LaneEffect) -> Known {
        Known(
            ledger: record.ledger,
            skipped: record.skipped,
            isUnderWay: effect.key.map(record.hasTakenDown) ?? false
        )
    }

    /// Performs one effect of a lane and says what happened.
    func perform(_ effect: LaneEffect, _ known: Known) async -> LaneEvent {
        switch effect {
        case .save:
            .failed(.bug("a save is not performed here"))
        case .ask:
            .failed(.bug("a question is not put here"))
        case .settle(let key, let action, let attempt, let index):
            await settle(key, action, job(key, action, attempt, index))
        case .observe(let key, let again):
            await unlessInterrupted(1) { await observe(key, again: again, known) }
        case .act(let key, let action, let attempt, let index):
            await act(key, action, job(key, action, attempt, index))
        case .verify(let key):
            await unlessInterrupted(1) { await verify(key, known) }
        case .wait(let key):
            await unlessInterrupted(1) { await wait(key, known) }
        }
    }

    private func job(_ key: StepKey, _ action: Action, _ attempt: Int, _ index: Int) -> JobID {
        let machine = action.host.flatMap { plan.machineIDs[$0] }
        return JobID(run: run, key: key, attempt: attempt, index: index, machine: machine)
    }

    /// Takes away the marks of what is still in the ledger at the end: somebody else has undone it, or made it theirs.
    ///
    /// A host that is away keeps a mark that has no effect any more; the run is complete all the same.
    func dropMarks(_ record: RunState) async {
        guard record.skipped.isEmpty else { return }
        for entry in record.ledger.entries where entry.effect.leavesMark {
            let drop = Action.dropMark(entry.effect)
            try? await access.perform(drop, as: job(entry.key, drop, 0, 0)) { _ in }
        }
    }

    /// What is asked about a step that has failed: from the record, where its failure is durable already.
    func question(
        _ key: StepKey,
        attempt: Int,
        _ failure: Failure,
        _ record: RunState,
        _ machine: RunMachine.State
    ) -> FailureQuestion {
        FailureQuestion(
            key: key,
            attempt: attempt,
            failure: failure,
            left: record.unsettled[key]?.action,
            hindrance: record.skipHindrance(key),
            standing: standing(record, machine)
        )
    }

    /// What an operator who is asked has to know of the rest of the run.
    func standing(_ record: RunState, _ machine: RunMachine.State) -> FailureQuestion.Standing {
        let lanes = machine.lanes.sorted { $0.key < $1.key }.map(\.value)
        return FailureQuestion.Standing(
            ledger: record.ledger,
            inHand: lanes.compactMap { $0.isAsking ? nil : $0.key },
            asked: lanes.compactMap { $0.isAsking ? $0.key : nil }
        )
    }

    /// Puts a question; the wish to stop takes it back.
    func ask(_ question: FailureQuestion, _ standing: Standing) async -> LaneEvent {
        guard let asker else { return .aborted }
        observer.notice(.asking(question.key, question.failure))
        return await unlessInterrupted(1) {
            let answer = await asker.ask(question) { standing.now }
            observer.notice(.answered(question.key, answer))
            return switch answer {
            case .retry: .retried(after: question.left)
            case .skip(let skip): question.hindrance == nil ? .skipped(skip) : .aborted
            case .abort: .aborted
            }
        }
    }

    private func settle(_ key: StepKey, _ action: Action, _ job: JobID) async -> LaneEvent {
        guard action.isJob else { return .settled }
        observer.notice(.settling(key, action))
        return await unlessInterrupted(1) {
            do throws(AccessError) {
                try await access.settle(action, as: job) { observer.notice(.progress(key, $0)) }
                return .settled
            } catch {
                return .failed(.access(error))
            }
        }
    }

    private func act(_ key: StepKey, _ action: Action, _ job: JobID) async -> LaneEvent {
        observer.notice(.actionBegan(key, action))
        let start = clock.now
        return await unlessInterrupted(2) {
            do throws(AccessError) {
                try await access.perform(action, as: job) { observer.notice(.progress(key, $0)) }
                observer.notice(.actionEnded(key, action, took: start.duration(to: clock.now)))
                return .acted
            } catch .leaseLost(let loss) {
                // Not a failure of the step: it was not begun, stays in doubt, and a resume looks again.
                interruption.lose(loss)
                return .abandoned
            } catch {
                return .failed(.access(error))
            }
        }
    }

    /// Looks and decides; what was to be known of the cluster before it acts is looked at again where that is long ago.
    private func observe(
        _ key: StepKey,
        again: Bool,
        _ known: Known
    ) async -> LaneEvent {
        do throws(Failure) {
            let actions = try await decide(key, known)
            guard !actions.isEmpty, let look = try step(key).renews.map(key.with),
                again || looks.isOld(look, at: clock.now), let gate = try renewal(look, key, known)
            else { return .decided(actions) }
            guard try await isOpened(gate, key) else { return .abandoned }
            return .decided(try await decide(key, known))
        } catch {
            return .failed(error)
        }
    }

    /// The gate of the look that the step renews; `nil` where the operator has left that look out.
    private func renewal(_ look: StepKey, _ key: StepKey, _ known: Known) throws(Failure) -> Gate? {
        guard known.skipped[look] == nil else { return nil }
        return try steps.steps[look.step]?.gate(context(key, known))
    }

    /// Looks until nothing is left to do: a daemon that was just started may not have become itself yet.
    private func verify(_ key: StepKey, _ known: Known) async -> LaneEvent {
        // Between fork and exec /proc/PID/exe still is the service manager; a few seconds cover that on a busy host.
        let looks = 10
        for look in 1...looks {
            do throws(Failure) {
                let actions = try await decide(key, known)
                if actions.isEmpty || look == looks { return .decided(actions) }
            } catch {
                return .failed(error)
            }
            try? await clock.sleep(for: .milliseconds(500))
        }
        return .failed(.bug("no look was taken"))
    }

    private func wait(_ key: StepKey, _ known: Known) async -> LaneEvent {
        do throws(Failure) {
            guard let gate = try step(key).gate(context(key, known)) else { return .gateOpened }
            guard try await isOpened(gate, key) else { return .abandoned }
            looks.found(key, at: clock.now)
            return .gateOpened
        } catch {
            return .failed(error)
        }
    }

    /// Looks at a gate until it opens, or its deadline has passed.
    ///
    /// At most a tenth of what it took is lost before an open gate is seen, and no more of the time is spent on looks than
    /// between them, up to the gate's own interval.
    /// - Returns: false when it is not waited for any more.
    /// - Throws: `.gateClosed` behind the deadline.
    private func isOpened(_ gate: Gate, _ key: StepKey) async throws(Failure) -> Bool {
        let start = clock.now
        while !Task.isCancelled {
            let asked = start.duration(to: clock.now)
            let (verdict, readings) = try await look(gate, key)
            guard case .waiting(let unmet) = verdict else {
                observer.notice(.gateOpened(key, measured: readings))
                return true
            }
            let elapsed = start.duration(to: clock.now)
            observer.notice(
                .gateWaiting(key, unmet, measured: readings, elapsed: elapsed, deadline: gate.deadline)
            )
            if elapsed >= gate.deadline { throw .gateClosed(unmet, deadline: gate.deadline) }
            // A cancelled sleep ends early; whoever cancelled it does not wait for the answer.
            try? await clock.sleep(for: min(gate.interval, max(elapsed / 10, elapsed - asked, .milliseconds(250))))
        }
        return false
    }

    private func look(_ gate: Gate, _ key: StepKey) async throws(Failure) -> (Verdict, [GateReading]) {
        if let early = gate.early, let verdict = try await judge(early.probes, key, early.verdict) {
            return (verdict, [])
        }
        return try await judge(gate.probes, key) { seen throws(StepError) in
            (try gate.verdict(seen), readings(gate, seen))
        }
    }

    /// Asks for a step, and judges the answers.
    private func judge<Judgement>(
        _ probes: [Probe],
        _ key: StepKey,
        _ judgement: (Observation) throws(StepError) -> Judgement
    ) async throws(Failure) -> Judgement {
        let seen: Observation
        do {
            seen = try await answer(probes, key)
        } catch {
            throw .access(error)
        }
        do {
            return try judgement(seen)
        } catch {
            throw Failure(error)
        }
    }

    /// Asks for a step; what is waited for is told as that of an action is.
    private func answer(_ probes: [Probe], _ key: StepKey) async throws(AccessError) -> Observation {
        let start = clock.now
        defer { observer.notice(.looked(key, took: start.duration(to: clock.now))) }
        return try await access.answer(probes) { observer.notice(.progress(key, $0)) }
    }

    /// Figures are for people: without them the gate still says what it says.
    private func readings(_ gate: Gate, _ seen: Observation) -> [GateReading] {
        do { return try gate.measured(seen) } catch { return [] }
    }

    private func decide(_ key: StepKey, _ known: Known) async throws(Failure) -> [Action] {
        let step = try step(key)
        let context = try context(key, known)
        return try await judge(step.probes(context), key) { seen throws(StepError) in try step.actions(seen, context) }
    }

    private func step(_ key: StepKey) throws(Failure) -> any Step {
        guard let step = steps.steps[key.step] else {
            throw .bug("the plan has a step \(key.step) that does not exist")
        }
        return step
    }

    private func context(_ key: StepKey, _ known: Known) throws(Failure) -> StepContext {
        guard let hop = hops[key.hop] else { throw .bug("no facts for the hop \(key.hop)") }
        return StepContext(
            key: key,
            run: run,
            hop: hop,
            playbook: playbook,
            plan: plan,
            ledger: known.ledger,
            isUnderWay: known.isUnderWay
        )
    }

    /// Runs `body`; when the wish to stop is told `level` times before it ends, it is cancelled and left in doubt.
    private func unlessInterrupted(_ level: Int, _ body: @escaping @Sendable () async -> LaneEvent) async -> LaneEvent {
        await withTaskGroup(of: LaneEvent?.self) { group in
            group.addTask { await body() }
            group.addTask {
                await interruption.reached(level)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first ?? .abandoned
        }
    }
}

extension Failure: Error {
    /// The failure of a step that could not decide.
    init(_ error: StepError) {
        switch error {
        case .notObserved(let what): self = .bug("a step did not ask for \(what)")
        case .unmet(let unmet): self = .unmet(unmet)
        }
    }
}
