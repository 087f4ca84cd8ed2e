extension RunMachine {
    /// The whole table: what follows from an event, and what is to be done.
    func transition(_ event: RunEvent) throws(IllegalTransition) -> (State, [RunEffect]) {
        switch (state.stage, event) {
        case (.ready, .started):
            var next = state
            next.stage = .walking
            return try advanced(next, [])
        case (.ready, .interrupted):
            var next = state
            next.stage = .stopping(.interrupted)
            next.isInterrupted = true
            return (next, [.saveStop(.interrupted)])
        case (.walking, .lane(let index, let event)):
            guard var lane = state.lanes[index] else { throw illegal(.lane(index, event)) }
            let effects = try lane.handle(event)
            var next = state
            keep(lane, at: index, in: &next)
            return try advanced(next, effects.map { .lane(index, $0) })
        case (.ready, .leaseLost(let loss)):
            var next = state
            next.loss = loss
            next.isInterrupted = true
            return stopping(next, .leaseLost(loss), [])
        case (.walking, .laneAllowed(let index)):
            guard state.asked == index else { throw illegal(event) }
            var next = state
            next.asked = nil
            // Meanwhile a lane may have failed, or somebody may have wished to stop.
            guard let phase = phase(of: next), mayBegin(next, phase) else { return try advanced(next, []) }
            let effects = try begin(lane(index, in: next), in: &next)
            return try advanced(next, effects)
        case (.walking, .laneRefused(let index, let needs)):
            let lane = self.lane(index, in: state)
            guard state.asked == index, let first = unfinished(lane).first else { throw illegal(event) }
            var next = state
            next.asked = nil
            next.refused = Refusal(key: first, needs: needs)
            return try advanced(next, [])
        case (.walking, .interrupted):
            return try interrupted(state)
        case (.walking, .leaseLost(let loss)):
            var given = state
            given.loss = state.loss ?? loss
            return try interrupted(given)
        case (.stopping(let reason), .stopSaved):
            var next = state
            next.stage = .stopped(reason)
            return (next, [.stop(reason)])
        case (.stopping, .interrupted), (.stopping, .leaseLost):
            return (state, [])
        default:
            throw illegal(event)
        }
    }

    private func interrupted(_ given: State) throws(IllegalTransition) -> (State, [RunEffect]) {
        var next = given
        next.isInterrupted = true
        var effects: [RunEffect] = []
        for (index, lane) in state.lanes.sorted(by: { $0.key < $1.key }) {
            var lane = lane
            effects += try lane.handle(.interrupted).map { .lane(index, $0) }
            keep(lane, at: index, in: &next)
        }
        return try advanced(next, effects)
    }

    /// Begins lanes while the batch has room, and leaves phases whose lanes have all ended.
    private func advanced(_ given: State, _ effects: [RunEffect]) throws(IllegalTransition) -> (State, [RunEffect]) {
        var next = given
        var effects = effects
        while let phase = phase(of: next) {
            if next.nextLane == 0, let until, plan.hops[next.hop].id > until {
                return stopping(next, .reached(until), effects)
            }
            while mayBegin(next, phase) {
                let lane = self.lane(next.nextLane, in: next)
                if lane.isSettled {
                    next.nextLane += 1
                } else if isTimed {
                    next.asked = next.nextLane
                    effects.append(.mayBegin(next.nextLane, unfinished(lane)))
                } else {
                    effects += try begin(lane, in: &next)
                }
            }
            guard next.lanes.isEmpty, next.asked == nil else { return (next, effects) }
            if let loss = next.loss {
                return stopping(next, .leaseLost(loss), effects)
            }
            if !next.frozen.isEmpty {
                return stopping(next, .failed(next.frozen), effects)
            }
            if next.isInterrupted {
                return stopping(next, .interrupted, effects)
            }
            if let refused = next.refused {
                return stopping(next, .outOfTime(refused.key, needs: refused.needs), effects)
            }
            next = following(next)
        }
        return stopping(next, .completed, effects)
    }

    private func mayBegin(_ state: State, _ phase: PlannedPhase) -> Bool {
        !state.isInterrupted && state.nextLane < phase.lanes.count && state.lanes.count < phase.batch
            && state.frozen.count + asking(state) <= phase.failureBudget
            && state.asked == nil && state.refused == nil
    }

    /// How many lanes have failed and wait for the operator's answer.
    private func asking(_ state: State) -> Int { state.lanes.values.count(where: \.isAsking) }

    /// The lane of this index as it goes on from what was recorded when the machine was made.
    private func lane(_ index: Int, in state: State) -> LaneMachine {
        LaneMachine(keys: keys(of: index, in: state), resuming: record, asks: asks)
    }

    /// Begins the next lane of the phase in hand.
    private func begin(_ given: LaneMachine, in next: inout State) throws(IllegalTransition) -> [RunEffect] {
        var lane = given
        let index = next.nextLane
        let effects = try lane.handle(.started)
        next.lanes[index] = lane
        next.nextLane += 1
        return effects.map { .lane(index, $0) }
    }

    private func unfinished(_ lane: LaneMachine) -> [StepKey] {
        lane.keys.filter { !record.done.contains($0) }
    }

    private func keep(_ lane: LaneMachine, at index: Int, in next: inout State) {
        next.lanes[index] = lane.isSettled ? nil : lane
        if case .frozen = lane.state.stage, let key = lane.key {
            next.frozen.append(key)
        }
    }

    private func following(_ state: State) -> State {
        var next = state
        next.nextLane = 0
        next.phase += 1
        if next.phase >= plan.hops[next.hop].phases.count {
            next.hop += 1
            next.phase = 0
        }
        return next
    }

    private func stopping(_ state: State, _ reason: StopReason, _ effects: [RunEffect]) -> (State, [RunEffect]) {
        var next = state
        next.stage = .stopping(reason)
        return (next, effects + [.saveStop(reason)])
    }

    private func illegal(_ event: RunEvent) -> IllegalTransition {
        IllegalTransition(state: "\(state.stage)", event: "\(event)")
    }
}
