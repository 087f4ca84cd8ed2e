import UpgradeCore
import UpgradeTestSupport

/// Walks every state that a run of a small plan can reach, with every event, and notes what it answers.
struct RunExplorer {
    /// One row of the table.
    struct Row {
        var until: HopID?
        var state: RunMachine.State
        var event: RunEvent
        /// The next state and the effects; `nil` when the event is refused.
        var next: RunMachine.State?
        var effects: [RunEffect]
        /// Whether a refusal left the state as it was.
        var isUnchanged: Bool

        /// The steps that are begun in lanes that were not in hand before.
        var begun: [StepKey] {
            effects.compactMap { effect in
                guard case .lane(let index, .save(.begun(let key, _))) = effect else { return nil }
                let isGoingOn = state.lanes[index] != nil && state.phase == next?.phase && state.hop == next?.hop
                return isGoingOn ? nil : key
            }
        }
    }

    /// A phase with a batch and no failure to spare, one with a failure to spare, and another hop.
    static let plan: Plan = {
        var plan = Plan(
            cluster: "test",
            playbookDigest: "",
            versionsDigest: "",
            machineIDs: [:],
            baseline: Baseline(readyNodes: [], foreignCordons: [], etcdMembers: 1),
            hops: []
        )
        let hops = ["1.12-1.13", "1.13-1.14"].compactMap { HopID($0) }
        plan.hops = [
            PlannedHop(
                id: hops[0],
                phases: [
                    PlannedPhase(id: "together", batch: 2, failureBudget: 0, lanes: lanes(3)),
                    PlannedPhase(id: "tolerant", batch: 1, failureBudget: 1, lanes: lanes(3)),
                ]
            ),
            PlannedHop(
                id: hops[1],
                phases: [PlannedPhase(id: "last", batch: 1, failureBudget: 0, lanes: lanes(1))]
            ),
        ]
        return plan
    }()

    private static func lanes(_ count: Int) -> [PlannedLane] {
        (1...count).map { PlannedLane(target: .host("w\($0)"), steps: ["node-ready"]) }
    }

    /// A lease that is lost.
    static let loss = LeaseLoss.lapsed(after: .seconds(120))

    private static let failure = Failure.unmet(.nodeMissing(node: "w1"))

    private static func events(_ state: RunMachine.State, asks: Bool) -> [RunEvent] {
        // A lane's own table is another law's; here the walk through a step without actions is enough.
        let answers: [LaneEvent] = asks ? [.retried(after: nil), .skipped(LaneExplorer.skip), .aborted] : []
        let events: [LaneEvent] = [.saved, .decided([]), .gateOpened, .failed(failure), .abandoned] + answers
        let lanes = Set(state.lanes.keys).union([0])
        let asked = [state.asked ?? 0].flatMap { [RunEvent.laneAllowed($0), .laneRefused($0, needs: .seconds(60))] }
        return [.started, .interrupted, .leaseLost(loss), .stopSaved] + asked
            + lanes.sorted().flatMap { lane in events.map { .lane(lane, $0) } }
    }

    /// Every reachable state with every event, for all hops, for the first only, with a time after which nothing is begun,
    /// and with somebody to ask.
    static let rows: [Row] =
        explore(until: nil) + explore(until: plan.hops[0].id) + explore(until: nil, isTimed: true) + askingRows

    /// Those with somebody to ask; steps are tried twice.
    static let askingRows = explore(until: nil, asks: true)

    private static func explore(until: HopID?, isTimed: Bool = false, asks: Bool = false) -> [Row] {
        var rows: [Row] = []
        var seen: Set<RunMachine.State> = []
        var todo = [RunMachine(plan: plan, until: until, isTimed: isTimed, asks: asks)]
        while let machine = todo.popLast() {
            guard machine.state.lanes.values.allSatisfy({ $0.state.attempt < 3 }), seen.insert(machine.state).inserted
            else { continue }
            for event in events(machine.state, asks: asks) {
                var next = machine
                var row = Row(
                    until: until,
                    state: machine.state,
                    event: event,
                    next: nil,
                    effects: [],
                    isUnchanged: false
                )
                do {
                    row.effects = try next.handle(event)
                    row.next = next.state
                    todo.append(next)
                } catch {
                    row.isUnchanged = next.state == machine.state
                }
                rows.append(row)
            }
        }
        return rows
    }
}
