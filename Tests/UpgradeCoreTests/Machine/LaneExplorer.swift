import UpgradeCore

/// Walks every state that a lane can reach, with every event, and notes what it answers.
struct LaneExplorer {
    /// One row of the table.
    struct Row: Hashable {
        var state: LaneMachine.State
        var event: LaneEvent
        /// The next state and the effects; `nil` when the event is refused.
        var next: LaneMachine.State?
        var effects: [LaneEffect]
        /// Whether a refusal left the state as it was.
        var isUnchanged: Bool
    }

    static let keys: [StepKey] = ["cordon", "drain"].compactMap { StepKey("1.12-1.13/workers/\($0)@w1") }
    static let actions: [Action] = [.mask(host: "w1", unit: "a"), .restart(host: "w1", unit: "b")]
    static let failure = Failure.unmet(.nodeMissing(node: "w1"))

    static let events: [LaneEvent] = [
        .started, .saved, .settled, .decided([]), .decided([actions[0]]), .decided([actions[1]]), .decided(actions),
        .acted,
        .gateOpened,
        .failed(failure), .abandoned, .interrupted,
    ]

    /// Lanes that begin anew, go on from a step in doubt, and begin after a failure.
    static var beginnings: [LaneMachine] {
        let key = keys[0]
        let records: [[Record]] = [
            [],
            [.begun(key, attempt: 1)],
            [.begun(key, attempt: 1), .intended(key, attempt: 1, index: 0, actions[0])],
            [.begun(key, attempt: 1), .failed(key, attempt: 1, failure)],
            [.done(key)],
            keys.map { .done($0) },
        ]
        return records.map { records in
            LaneMachine(keys: keys, resuming: MemoryRecorder(records).state)
        }
    }

    /// Every reachable state with every event; indexes of actions are walked up to three.
    static let rows = explore()

    private static func explore() -> [Row] {
        var rows: [Row] = []
        var seen: Set<LaneMachine> = []
        var todo = beginnings
        while let machine = todo.popLast() {
            guard machine.state.nextIndex < 4, seen.insert(machine).inserted else { continue }
            for event in events {
                var next = machine
                do {
                    let effects = try next.handle(event)
                    rows.append(
                        Row(state: machine.state, event: event, next: next.state, effects: effects, isUnchanged: false)
                    )
                    todo.append(next)
                } catch {
                    rows.append(
                        Row(
                            state: machine.state,
                            event: event,
                            next: nil,
                            effects: [],
                            isUnchanged: next == machine
                        )
                    )
                }
            }
        }
        return rows
    }
}
