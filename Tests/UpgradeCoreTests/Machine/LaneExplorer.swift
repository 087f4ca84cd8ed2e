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
        /// How steps begin that were tried before, by their place in the lane.
        var starts: [Int: Start]
    }

    /// How a step begins that was tried before.
    struct Start: Hashable {
        /// The attempt that comes next.
        var attempt = 1
        /// The attempt and the index of an action whose job may still run.
        var unsettled: [Int] = []
    }

    static let keys: [StepKey] = ["cordon", "drain"].compactMap { StepKey("1.12-1.13/workers/\($0)@w1") }
    static let actions: [Action] = [.mask(host: "w1", unit: "a"), .restart(host: "w1", unit: "b")]
    static let failure = Failure.unmet(.nodeMissing(node: "w1"))

    static let events: [LaneEvent] = [
        .started, .saved, .settled, .decided([]), .decided([actions[0]]), .decided([actions[1]]), .decided(actions),
        .acted,
        .gateOpened,
        .failed(failure), .abandoned, .interrupted,
        .retried(after: nil), .retried(after: actions[0]), .skipped(skip), .aborted,
    ]

    static let skip = Skip(by: "op@desk", reason: "a reason", consequence: "a consequence")

    /// Lanes that begin anew, go on from a step in doubt, and begin after a failure: in the first step and in the second;
    /// with each, how steps begin that were tried before.
    private static var beginnings: [(lane: LaneMachine, starts: [Int: Start])] {
        let key = keys[0]
        let overdue = Failure.access(.jobOverdue(host: "w1", unit: "u", deadline: .seconds(1)))
        let left: (StepKey) -> [Record] = { key in
            [
                .begun(key, attempt: 2), .intended(key, attempt: 2, index: 1, actions[0]),
                .failed(key, attempt: 2, overdue),
            ]
        }
        let records: [([Record], [Int: Start])] = [
            ([], [:]),
            ([.begun(key, attempt: 1)], [:]),
            ([.begun(key, attempt: 1), .intended(key, attempt: 1, index: 0, actions[0])], [:]),
            ([.begun(key, attempt: 1), .failed(key, attempt: 1, failure)], [0: Start(attempt: 2)]),
            ([.begun(keys[1], attempt: 2), .failed(keys[1], attempt: 2, failure)], [1: Start(attempt: 3)]),
            (left(key), [0: Start(attempt: 3, unsettled: [2, 1])]),
            (left(keys[1]), [1: Start(attempt: 3, unsettled: [2, 1])]),
            ([.done(key)], [:]),
            (keys.map { .done($0) }, [:]),
        ]
        return [false, true].flatMap { asks in
            records.map { records, starts in
                (LaneMachine(keys: keys, resuming: MemoryRecorder(records).state, asks: asks), starts)
            }
        }
    }

    /// Every reachable state with every event; indexes of actions are walked up to three, attempts up to four.
    static let rows = explore()

    private static func explore() -> [Row] {
        var rows: [Row] = []
        var seen: Set<LaneMachine> = []
        var todo = beginnings
        while let (machine, starts) = todo.popLast() {
            guard machine.state.nextIndex < 4, machine.state.attempt < 5, seen.insert(machine).inserted else {
                continue
            }
            for event in events {
                var next = machine
                var row = Row(
                    state: machine.state,
                    event: event,
                    next: nil,
                    effects: [],
                    isUnchanged: false,
                    starts: starts
                )
                do {
                    row.effects = try next.handle(event)
                    row.next = next.state
                    var starts = starts
                    // From then on the step is one that was tried before.
                    if case .retried = event { starts[machine.state.step] = Start(attempt: machine.state.attempt + 1) }
                    todo.append((next, starts))
                } catch {
                    row.isUnchanged = next == machine
                }
                rows.append(row)
            }
        }
        return rows
    }
}
