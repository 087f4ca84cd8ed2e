import Testing
import UpgradeTestSupport

@testable import UpgradeCore

@Suite("What a run needs to go on, folded from its journal")
struct RunStateTests {
    private let cordon: StepKey
    private let drain: StepKey
    private let elsewhere: StepKey
    private let effect = SideEffect.cordon(node: "w1", mark: "run1")
    private let evict = Action.drain(node: "w1", options: DrainOptions(deadline: .seconds(300)))

    init() throws {
        cordon = try #require(StepKey("1.12-1.13/workers/cordon@w1"))
        drain = try #require(StepKey("1.12-1.13/workers/drain@w1"))
        elsewhere = try #require(StepKey("1.12-1.13/workers/drain@w2"))
    }

    /// The node is cordoned, and is being drained for the third time; so is another one.
    private func underWay() -> RunState {
        let mark = Action.cordon(node: "w1", mark: "run1")
        let records: [Record] = [
            .begun(cordon, attempt: 1), .intended(cordon, attempt: 1, index: 0, mark),
            .acted(cordon, attempt: 1, index: 0), .done(cordon),
            .begun(drain, attempt: 3), .intended(drain, attempt: 3, index: 0, evict),
            .begun(elsewhere, attempt: 3), .intended(elsewhere, attempt: 3, index: 0, evict),
        ]
        return MemoryRecorder(records).state
    }

    @Test(
        "a step in flight begins anew under another attempt when what it stood on is undone, and its job is waited for"
    )
    func struck() {
        var state = underWay()
        state.apply(.struck(effect, undone: true))
        #expect(state.done.isEmpty)
        #expect(state.again == [cordon: 2, drain: 4])
        #expect(state.unsettled == [drain: .init(attempt: 3, index: 0, action: evict)])
        #expect(Set(state.inFlight.keys) == [elsewhere], "another node's lane is left as it is")
        state.apply(.begun(drain, attempt: 4))
        #expect(state.again == [cordon: 2] && state.unsettled.isEmpty)
    }

    @Test("so it does when its lane was taken back by another run")
    func tookBack() {
        var state = underWay()
        state.apply(.tookBack(cordon, by: "back"))
        #expect(state.again == [cordon: 2, drain: 4])
        #expect(Set(state.inFlight.keys) == [elsewhere])
    }

    @Test("a run that was complete has stopped once one of its lanes is taken back, and can go on")
    func tookBackComplete() {
        var state = underWay()
        state.apply(.stopped(.completed))
        state.apply(.tookBack(cordon, by: "back"))
        #expect(state.stop == .interrupted && !state.done.contains(cordon))
        state.apply(.stopped(.failed([drain])))
        state.apply(.tookBack(cordon, by: "back"))
        #expect(state.stop == .failed([drain]), "why it stopped stays")
    }

    @Test("a lane may have taken something down once it was about to, whatever became of it, until it is taken back")
    func takenDown() throws {
        var state = underWay()
        #expect(!state.hasTakenDown(laneOf: drain), "a node that is emptied is as well as before")
        let install = try #require(StepKey("1.12-1.13/workers/install-node@w1"))
        let action = Action.install(host: "w1", packages: [])
        state.apply(.begun(install, attempt: 1))
        #expect(!state.hasTakenDown(laneOf: drain), "no action was intended yet")
        let hook = try #require(StepKey("1.12-1.13/workers/hook-before@w1"))
        let own = Action.hook(name: "before", host: "w1", words: ["reboot"], receipt: "", deadline: .seconds(9))
        state.apply(.intended(hook, attempt: 1, index: 0, own))
        #expect(!state.hasTakenDown(laneOf: drain), "what a hook leaves down is waited for")
        state.apply(.intended(install, attempt: 1, index: 0, action))
        state.apply(.failed(install, attempt: 1, .unmet(.mustBeCordoned(node: "w1"))))
        state.apply(.struck(effect, undone: true))
        #expect(state.hasTakenDown(laneOf: drain) && !state.hasTakenDown(laneOf: elsewhere))
        let checkpoint = try JSON.decode(RunState.self, from: JSON.pretty(state))
        #expect(checkpoint == state)
        state.apply(.tookBack(cordon, by: "back"))
        #expect(state.hasTakenDown(laneOf: drain), "the rollback may be given up half way")
        state.apply(.tookBack(cordon, by: "back", isEnded: true))
        #expect(!state.hasTakenDown(laneOf: drain))
    }

    @Test("a step that cleanup has let go begins anew under another attempt: its job keeps its name")
    func released() {
        var state = underWay()
        state.apply(.released(drain))
        #expect(state.again == [drain: 4])
        #expect(state.unsettled.isEmpty && Set(state.inFlight.keys) == [elsewhere])
        #expect(state.done == [cordon])
    }

    @Test("a mark that a step has taken away leaves nothing of its effect in the ledger")
    func dropped() throws {
        let uncordon = try #require(StepKey("1.12-1.13/workers/uncordon@w1"))
        var state = underWay()
        state.apply(.begun(uncordon, attempt: 1))
        state.apply(.intended(uncordon, attempt: 1, index: 0, .dropMark(effect)))
        #expect(state.ledger.entries.map(\.effect) == [effect])
        state.apply(.acted(uncordon, attempt: 1, index: 0))
        #expect(state.ledger.entries.isEmpty)
    }

    @Test("what a failed attempt may have done has happened once the next one finds nothing to do")
    func doubted() throws {
        let uncordon = try #require(StepKey("1.12-1.13/workers/uncordon@w1"))
        var state = underWay()
        let back = Action.uncordon(node: "w1", mark: "run1")
        let lost = Failure.access(
            .commandFailed(host: "cp1", command: "kubectl uncordon", status: "exit 1", output: "")
        )
        for record in [
            Record.begun(uncordon, attempt: 1), .intended(uncordon, attempt: 1, index: 0, back),
            .failed(uncordon, attempt: 1, lost), .begun(uncordon, attempt: 2),
        ] {
            state.apply(record)
        }
        #expect(state.ledger.entries.map(\.effect) == [effect])
        state.apply(.done(uncordon))
        #expect(state.ledger.entries.isEmpty)
    }
}
