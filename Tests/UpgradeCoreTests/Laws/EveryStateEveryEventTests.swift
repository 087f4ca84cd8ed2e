import Testing
import UpgradeCore
import UpgradeTestSupport

/// Law: every reachable state with every event is legal, or refused with the state unchanged.
@Suite("Law: every state, every event")
struct EveryStateEveryEventTests {
    @Test("a refused event leaves the state as it was")
    func refusalsChangeNothing() {
        let rows = LaneExplorer.rows
        #expect(rows.count > 200)
        #expect(rows.allSatisfy { $0.next != nil || $0.isUnchanged })
    }

    @Test("an action is only ever asked for in answer to what was saved")
    func actsOnlyWhenSaved() {
        for row in LaneExplorer.rows where row.effects.contains(where: \.isAct) {
            #expect(row.event == .saved, "\(row)")
            guard case .intending(let actions) = row.state.stage else {
                Issue.record("an act out of \(row.state.stage)")
                continue
            }
            #expect(row.effects == [.act(row.key, actions[0], attempt: row.state.attempt, index: row.state.nextIndex)])
            #expect(row.next?.stage == .acting(actions))
        }
    }

    @Test("after an interrupt no action is asked for, and no step is begun")
    func nothingAfterInterrupt() {
        for row in LaneExplorer.rows where row.state.isInterrupted || row.event == .interrupted {
            let begins = row.effects.contains(where: \.beginsSomething)
            #expect(!begins, "\(row)")
        }
    }

    @Test("a lane that has settled takes no event")
    func settledIsFinal() {
        for row in LaneExplorer.rows where row.state.stage.isSettled {
            #expect(row.next == nil, "\(row)")
        }
    }

    @Test("every lane in hand always has something under way")
    func neverStuck() {
        for row in LaneExplorer.rows {
            guard let next = row.next, row.event != .interrupted, !next.stage.isSettled else { continue }
            #expect(row.effects.count == 1, "\(row)")
        }
    }

    @Test("the step counts on only when its end is saved, and then by one")
    func countsLast() {
        for row in LaneExplorer.rows {
            guard let next = row.next else { continue }
            if row.state.stage == .finishing, row.event == .saved {
                #expect(next.step == row.state.step + 1)
                // A step that was tried before begins with the next attempt, after what that had left running has ended.
                let start = row.starts[next.step] ?? LaneExplorer.Start()
                let expected = next.stage == .paused || start.unsettled.isEmpty ? [start.attempt, 0] : start.unsettled
                #expect([next.attempt, next.nextIndex] == expected, "\(row)")
            } else {
                #expect(next.step == row.state.step, "\(row)")
            }
        }
    }

    @Test("the index of an action counts on when its end is saved, so that no two actions share a job name")
    func indexes() {
        for row in LaneExplorer.rows {
            guard let next = row.next, next.step == row.state.step else { continue }
            if case .outwaiting = row.state.stage, row.event == .settled {
                #expect(next.nextIndex == 0, "\(row)")
                #expect(next.attempt == row.starts[next.step]?.attempt, "\(row)")
            } else if case .recording = row.state.stage, row.event == .saved {
                #expect(next.nextIndex == row.state.nextIndex + 1, "\(row)")
            } else if case .deciding(.some) = row.state.stage, case .decided(let actions) = row.event,
                let first = actions.first, first != LaneExplorer.actions[0], !row.state.isInterrupted
            {
                #expect(next.nextIndex == row.state.nextIndex + 1, "\(row)")
            } else {
                #expect(next.nextIndex == row.state.nextIndex, "\(row)")
            }
        }
    }

    @Test("the table of the machine is the page of the docs")
    func table() throws {
        let rows = LaneExplorer.rows.filter { row in
            row.next != nil && !row.state.isInterrupted && row.event != .interrupted
        }
        var lines: Set<String> = []
        for row in rows {
            let effects = row.effects.map(\.name).joined(separator: ", ")
            lines.insert(
                "| \(row.state.stage.name) | \(row.event.name) | \(row.next?.stage.name ?? "") | \(effects) |"
            )
        }
        let page = """
            # The table of LaneMachine

            Every legal transition of one target's walk through its steps, as the law `EveryStateEveryEvent` finds it by
            walking all reachable states. Everything else is refused and changes nothing. `interrupted` is legal everywhere:
            the lane then ends in `paused` instead of beginning anything.

            | state | event | next | effects |
            |---|---|---|---|
            \(lines.sorted().joined(separator: "\n"))

            """
        try Golden.expect(page, matches: "docs/machine-table.md")
    }
}

extension LaneExplorer.Row {
    fileprivate var key: StepKey { LaneExplorer.keys[state.step] }
}

extension LaneEffect {
    fileprivate var isAct: Bool {
        if case .act = self { true } else { false }
    }

    fileprivate var beginsSomething: Bool {
        switch self {
        case .act, .save(.begun), .save(.intended): true
        default: false
        }
    }

    fileprivate var name: String {
        switch self {
        case .save(let record): "save \("\(record)".prefix { $0 != "(" })"
        case .settle: "settle"
        case .observe: "observe"
        case .act: "act"
        case .verify: "verify"
        case .wait: "wait"
        case .ask: "ask"
        }
    }
}

extension LaneEvent {
    fileprivate var name: String {
        switch self {
        case .decided(let actions): actions.isEmpty ? "decided: nothing left" : "decided: actions left"
        default: "\("\(self)".prefix { $0 != "(" })"
        }
    }
}

extension LaneMachine.Stage {
    fileprivate var isSettled: Bool {
        switch self {
        case .ended, .frozen, .paused: true
        default: false
        }
    }

    fileprivate var name: String { "\("\(self)".prefix { $0 != "(" })" }
}
