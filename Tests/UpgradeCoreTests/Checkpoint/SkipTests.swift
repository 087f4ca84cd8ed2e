import Foundation
import Testing
import UpgradeCore
import UpgradeTestSupport

@Suite("Skips in the fold of a journal")
struct SkipTests {
    private static let keys = ["cluster-health", "cordon"].compactMap { StepKey("1.12-1.13/workers/\($0)@w1") }
    private static let failure = Failure.unmet(.nodeMissing(node: "w1"))
    private static let skip = Skip(by: "op@desk", reason: "ticket 7", consequence: "something follows")
    private static let effect = SideEffect.cordon(node: "w1", mark: "run")

    private func fold(_ records: [Record]) -> RunState { MemoryRecorder(records).state }

    private static let failed: [Record] = [.begun(keys[0], attempt: 2), .failed(keys[0], attempt: 2, failure)]

    @Test("a skipped step is behind the run without being done, and has not failed any more")
    func skipped() {
        let state = fold(Self.failed + [.skipped(Self.keys[0], attempt: 2, Self.skip)])
        #expect(state.isBehind(Self.keys[0]) && !state.isBehind(Self.keys[1]))
        #expect(!state.done.contains(Self.keys[0]) && state.failed.isEmpty)
        #expect(state.skipped[Self.keys[0]]?.skip == Self.skip)
    }

    @Test("a lane passes over it, also where it begins anew")
    func passedOver() {
        let state = fold(Self.failed + [.skipped(Self.keys[0], attempt: 2, Self.skip)])
        #expect(LaneMachine(keys: Self.keys, resuming: state).key == Self.keys[1])
        let anew = fold(
            Self.failed + [.skipped(Self.keys[0], attempt: 2, Self.skip), .tookBack(Self.keys[1], by: "back")]
        )
        #expect(LaneMachine(keys: Self.keys, resuming: anew).key == Self.keys[1])
        let all = fold(Self.failed + [.skipped(Self.keys[0], attempt: 2, Self.skip), .done(Self.keys[1])])
        #expect(LaneMachine(keys: Self.keys, resuming: all).state.stage == .ended)
    }

    @Test("withdrawn, it stands again as it had failed, and the next attempt has a new name")
    func withdrawn() {
        let before = fold(Self.failed)
        let state = fold(
            Self.failed
                + [
                    .skipped(Self.keys[0], attempt: 2, Self.skip),
                    .withdrawn(Self.keys[0], by: "op@desk", reason: "mended"),
                ]
        )
        #expect(state == before)
        #expect(LaneMachine(keys: Self.keys, resuming: state).state.attempt == 3)
    }

    @Test("what a step has left in the ledger, or a job of it that may still run, hinders its skip")
    func hindrance() {
        let cordon = Action.cordon(node: "w1", mark: "run")
        let key = Self.keys[1]
        let left = fold([
            .begun(key, attempt: 1), .intended(key, attempt: 1, index: 0, cordon),
            .failed(key, attempt: 1, Self.failure),
        ])
        #expect(left.skipHindrance(key) == .leftOnCluster(Self.effect))
        let hook = Action.hook(name: "h", host: "w1", words: ["true"], receipt: "/r", deadline: .seconds(1))
        let overdue = Failure.access(.jobOverdue(host: "w1", unit: "u", deadline: .seconds(1)))
        let ended = Failure.access(.commandFailed(host: "w1", command: "true", status: "exit 1", output: ""))
        let begun: [Record] = [.begun(key, attempt: 1), .intended(key, attempt: 1, index: 0, hook)]
        #expect(fold(begun + [.failed(key, attempt: 1, overdue)]).skipHindrance(key) == .mayStillRun(hook))
        #expect(fold(begun + [.failed(key, attempt: 1, ended)]).skipHindrance(key) == nil)
    }

    @Test("a run that is complete but for a skip keeps its ledger, and cleanup does not make it begin anew")
    func completed() {
        let cordoned: [Record] = [
            .begun(Self.keys[1], attempt: 1),
            .intended(Self.keys[1], attempt: 1, index: 0, .cordon(node: "w1", mark: "run")),
            .acted(Self.keys[1], attempt: 1, index: 0), .done(Self.keys[1]),
        ]
        let skipped = Self.failed + [Record.skipped(Self.keys[0], attempt: 2, Self.skip)]
        #expect(fold(cordoned + [.stopped(.completed)]).ledger.entries.isEmpty)
        let state = fold(skipped + cordoned + [.stopped(.completed)])
        #expect(state.ledger.contains(Self.effect) && state.mayHaveLeftSomething)
        let cleaned = fold(skipped + cordoned + [.stopped(.completed), .struck(Self.effect, undone: true)])
        #expect(cleaned.ledger.entries.isEmpty && cleaned.done.contains(Self.keys[1]))
    }

    @Test("a checkpoint without skips is as it was before there were any, and is read back")
    func old() throws {
        let state = fold(Self.failed)
        let text = String(decoding: try JSONEncoder().encode(state), as: UTF8.self)
        #expect(!text.contains("skip"))
        #expect(try JSONDecoder().decode(RunState.self, from: Data(text.utf8)) == state)
        let skipped = fold(Self.failed + [.skipped(Self.keys[0], attempt: 2, Self.skip)])
        #expect(try JSONDecoder().decode(RunState.self, from: try JSONEncoder().encode(skipped)) == skipped)
    }

    @Test("the journal has who, why and what follows, without secrets")
    func journal() throws {
        let scratch = try ScratchDirectory()
        let journal = try Journal(directory: scratch.path, now: { 0 })
        let skip = Skip(by: "op@desk", reason: "ticket 7, password=hunter2", consequence: "something follows")
        try journal.append(Self.failed + [.skipped(Self.keys[0], attempt: 2, skip)])
        let text = try String(contentsOfFile: scratch.path + "/journal.jsonl", encoding: .utf8)
        #expect(text.contains("ticket 7") && text.contains("op@desk") && !text.contains("hunter2"))
        let history = try JournalReader.read(directory: scratch.path)
        #expect(history.state.skipped[Self.keys[0]]?.skip.by == "op@desk")
    }
}
