extension LaneMachine {
    /// The whole table: what follows from an event, and what is to be done.
    func transition(_ event: LaneEvent) throws(IllegalTransition) -> (State, [LaneEffect]) {
        guard let key, !isSettled else { throw illegal(event) }
        if case .interrupted = event {
            return interrupted()
        }
        switch (state.stage, event) {
        case (.idle, .started):
            return (with(.beginning), [.save(.begun(key, attempt: state.attempt))])
        case (.settling(let action), .started), (.outwaiting(let action), .started):
            return (state, [.settle(key, action, attempt: state.attempt, index: state.nextIndex)])
        case (.deciding, .started):
            return (state, [look(key)])
        case (.beginning, .saved):
            return unlessInterrupted(.deciding(inDoubt: nil), [look(key)])
        case (.settling(let action), .settled):
            return unlessInterrupted(.deciding(inDoubt: action), [look(key)])
        case (.outwaiting, .settled):
            var next = state
            next.attempt = max(firstAttempts[state.step], state.attempt + 1)
            next.nextIndex = 0
            next.stage = state.isInterrupted ? .paused : .beginning
            return (next, state.isInterrupted ? [] : [.save(.begun(key, attempt: next.attempt))])
        case (.deciding(let inDoubt), .decided(let actions)):
            return decided(actions, inDoubt: inDoubt, key: key)
        case (.intending(let actions), .saved):
            guard let action = actions.first else { throw illegal(event) }
            return unlessInterrupted(
                .acting(actions),
                [.act(key, action, attempt: state.attempt, index: state.nextIndex)]
            )
        case (.acting(let actions), .acted):
            let record = Record.acted(key, attempt: state.attempt, index: state.nextIndex)
            return (with(.recording(actions)), [.save(record)])
        case (.recording(let actions), .saved):
            return recorded(actions, key: key)
        case (.verifying, .decided(let actions)):
            return actions.isEmpty
                ? unlessInterrupted(.waiting, [.wait(key)])
                : failing(.stillWrong(actions), key: key)
        case (.waiting, .gateOpened):
            return (with(.finishing), [.save(.done(key))])
        case (.finishing, .saved):
            return finished()
        case (.settling, .failed(let failure)), (.outwaiting, .failed(let failure)),
            (.deciding, .failed(let failure)), (.acting, .failed(let failure)), (.verifying, .failed(let failure)),
            (.waiting, .failed(let failure)):
            return failing(failure, key: key)
        case (.failing(let failure), .saved):
            return asks && !state.isInterrupted
                ? (with(.asking(failure)), [.ask(key, attempt: state.attempt, failure)])
                : (with(.frozen(failure)), [])
        case (.asking(let failure), .aborted):
            return (with(.frozen(failure)), [])
        case (.asking(let failure), .abandoned) where state.isInterrupted:
            return (with(.frozen(failure)), [])
        case (.asking(let failure), .retried), (.asking(let failure), .skipped):
            return state.isInterrupted ? (with(.frozen(failure)), []) : answered(event, key: key)
        case (.settling, .abandoned), (.outwaiting, .abandoned), (.deciding, .abandoned), (.acting, .abandoned),
            (.verifying, .abandoned),
            (.waiting, .abandoned):
            guard state.isInterrupted else { throw illegal(event) }
            return (with(.paused), [])
        default:
            throw illegal(event)
        }
    }

    private func interrupted() -> (State, [LaneEffect]) {
        var next = state
        next.isInterrupted = true
        if case .idle = state.stage {
            next.stage = .paused
        }
        return (next, [])
    }

    private func decided(_ actions: [Action], inDoubt: Action?, key: StepKey) -> (State, [LaneEffect]) {
        guard let first = actions.first else {
            return unlessInterrupted(.waiting, [.wait(key)])
        }
        var next = with(.intending(actions))
        // A job that was in doubt keeps its name when the step asks for the same action: if it was begun after all, it
        // is followed and not begun twice. Another action gets the next name.
        if let inDoubt, inDoubt.redacted != first.redacted {
            next.nextIndex += 1
        }
        let record = Record.intended(key, attempt: next.attempt, index: next.nextIndex, first)
        return state.isInterrupted ? (with(.paused), []) : (next, [.save(record)])
    }

    private func recorded(_ actions: [Action], key: StepKey) -> (State, [LaneEffect]) {
        let rest = Array(actions.dropFirst())
        var next = with(.verifying)
        next.nextIndex += 1
        guard !state.isInterrupted else {
            next.stage = .paused
            return (next, [])
        }
        guard let following = rest.first else {
            return (next, [.verify(key)])
        }
        next.stage = .intending(rest)
        return (next, [.save(.intended(key, attempt: state.attempt, index: next.nextIndex, following))])
    }

    private func finished() -> (State, [LaneEffect]) {
        var next = State(
            step: state.step + 1,
            attempt: state.step + 1 < keys.count ? firstAttempts[state.step + 1] : 1,
            nextIndex: 0,
            stage: .idle,
            isInterrupted: state.isInterrupted,
            isTakenUp: state.isTakenUp
        )
        guard next.step < keys.count else {
            next.stage = .ended
            return (next, [])
        }
        guard !state.isInterrupted else {
            next.stage = .paused
            return (next, [])
        }
        if let left = unsettled[next.step] {
            next.attempt = left.attempt
            next.nextIndex = left.index
            next.stage = .outwaiting(left.action)
            return (next, [.settle(keys[next.step], left.action, attempt: left.attempt, index: left.index)])
        }
        next.stage = .beginning
        return (next, [.save(.begun(keys[next.step], attempt: next.attempt))])
    }

    private func failing(_ failure: Failure, key: StepKey) -> (State, [LaneEffect]) {
        (with(.failing(failure)), [.save(.failed(key, attempt: state.attempt, failure))])
    }

    private func answered(_ answer: LaneEvent, key: StepKey) -> (State, [LaneEffect]) {
        var next = state
        // A question may stand for a night.
        next.isTakenUp = true
        switch answer {
        case .skipped(let skip):
            next.stage = .finishing
            return (next, [.save(.skipped(key, attempt: state.attempt, skip))])
        case .retried(let left?):
            next.stage = .outwaiting(left)
            return (next, [.settle(key, left, attempt: state.attempt, index: state.nextIndex)])
        default:
            // The index runs on: of attempt and index, names of jobs need only the one to differ.
            next.attempt += 1
            next.stage = .beginning
            return (next, [.save(.begun(key, attempt: next.attempt))])
        }
    }

    private func unlessInterrupted(_ stage: Stage, _ effects: [LaneEffect]) -> (State, [LaneEffect]) {
        state.isInterrupted ? (with(.paused), []) : (with(stage), effects)
    }

    private func with(_ stage: Stage) -> State {
        var next = state
        next.stage = stage
        return next
    }

    private func look(_ key: StepKey) -> LaneEffect { .observe(key, again: state.isTakenUp) }

    private func illegal(_ event: LaneEvent) -> IllegalTransition {
        IllegalTransition(state: "\(state.stage)", event: "\(event)")
    }
}
