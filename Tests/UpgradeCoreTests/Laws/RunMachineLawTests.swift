import Testing
import UpgradeCore
import UpgradeTestSupport

/// Law: every state, every event, for a run as a whole: phases, batches, failure budgets.
@Suite("Law: every state, every event of a run")
struct RunMachineLawTests {
    @Test("a refused event leaves the state as it was")
    func refusalsChangeNothing() {
        #expect(RunExplorer.rows.count > 1000)
        for row in RunExplorer.rows where row.next == nil && !row.isUnchanged {
            Issue.record("\(row.event) in \(row.state.stage)")
        }
    }

    @Test("no more lanes are in hand than the phase's batch")
    func batch() {
        for row in RunExplorer.rows {
            guard let next = row.next, let phase = phase(next) else { continue }
            if next.lanes.count > phase.batch { Issue.record("\(next.lanes.count) lanes in \(phase.id)") }
        }
    }

    @Test("a lane is begun only while the failure budget lasts and nobody has wished to stop")
    func begins() {
        var isBudgetUsed = false
        for row in RunExplorer.rows where !row.begun.isEmpty {
            guard let next = row.next, let phase = phase(next) else { continue }
            if next.frozen.count > phase.failureBudget { Issue.record("\(row.begun) after \(next.frozen)") }
            if row.state.refused != nil { Issue.record("\(row.begun) after \(row.state.refused as Any)") }
            if next.isInterrupted { Issue.record("\(row.begun) after an interrupt") }
            isBudgetUsed = isBudgetUsed || !next.frozen.isEmpty
        }
        #expect(isBudgetUsed, "the phase with a failure to spare never spent it")
    }

    @Test("nothing is asked for once a lane was refused for want of time, or the run is to stop")
    func asks() {
        var isAsked = false
        for row in RunExplorer.rows {
            for case .mayBegin(let lane, _) in row.effects {
                isAsked = true
                guard let next = row.next, next.refused != nil || next.isInterrupted else { continue }
                Issue.record("lane \(lane) after \(next.refused as Any), interrupted: \(next.isInterrupted)")
            }
        }
        #expect(isAsked, "no lane was asked for")
    }

    @Test("a phase is left only when all its lanes were begun and have ended well")
    func phases() {
        for row in RunExplorer.rows {
            guard let next = row.next, let phase = phase(row.state) else { continue }
            guard (next.hop, next.phase) != (row.state.hop, row.state.phase) else { continue }
            if !next.frozen.isEmpty { Issue.record("\(phase.id) was left with \(next.frozen)") }
            if row.state.nextLane != phase.lanes.count { Issue.record("\(phase.id) was left at \(row.state.nextLane)") }
            guard case .lane(let index, .saved) = row.event, row.state.lanes.keys.allSatisfy({ $0 == index }) else {
                Issue.record("\(phase.id) was left with lanes in hand")
                continue
            }
        }
    }

    @Test("a run stops for the reason that there is, and saves it first")
    func stops() {
        var reasons: Set<StopReason> = []
        var isOutOfTime = false
        for row in RunExplorer.rows {
            guard let next = row.next, case .stopping(let reason) = next.stage, row.state.stage != next.stage else {
                continue
            }
            reasons.insert(reason)
            #expect(row.effects.last == .saveStop(reason))
            #expect(next.lanes.isEmpty)
            switch reason {
            case .completed: #expect(next.hop == RunExplorer.plan.hops.count && next.frozen.isEmpty)
            case .failed(let keys): #expect(keys == next.frozen && !keys.isEmpty)
            case .interrupted: #expect(next.isInterrupted)
            case .leaseLost(let loss): #expect(next.isInterrupted && next.loss == loss)
            case .outOfTime(let key, _):
                #expect(next.refused?.key == key && next.frozen.isEmpty && !next.isInterrupted)
                isOutOfTime = true
            case .reached(let hop): #expect(hop == row.until && next.frozen.isEmpty)
            }
        }
        #expect(isOutOfTime, "no time ran out")
        #expect(
            reasons.isSuperset(of: [
                .completed, .interrupted, .reached(RunExplorer.plan.hops[0].id), .leaseLost(RunExplorer.loss),
            ])
        )
    }

    @Test("nothing of a hop behind the one that was asked for is begun")
    func until() {
        for row in RunExplorer.rows {
            guard let until = row.until else { continue }
            for key in row.begun where key.hop > until { Issue.record("\(key) was begun") }
        }
    }

    @Test("while lanes are walked there is always one in hand or asked about, and what has stopped takes no event")
    func neverStuck() {
        for row in RunExplorer.rows {
            if row.next?.stage == .walking, row.next?.lanes.isEmpty == true, row.next?.asked == nil {
                Issue.record("\(row.event) is stuck")
            }
            if case .stopped = row.state.stage, row.next != nil { Issue.record("\(row.event) after the stop") }
        }
    }

    private func phase(_ state: RunMachine.State) -> PlannedPhase? {
        let hops = RunExplorer.plan.hops
        guard state.hop < hops.count, state.phase < hops[state.hop].phases.count else { return nil }
        return hops[state.hop].phases[state.phase]
    }
}
