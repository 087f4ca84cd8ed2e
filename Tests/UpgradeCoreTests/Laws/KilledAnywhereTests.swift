import Foundation
import Testing
import UpgradeCore
import UpgradeTestSupport

/// Law: killed before or after every effect, a resumed run reaches the same end, and nothing mutating is done twice.
@Suite("Law: killed anywhere")
struct KilledAnywhereTests {
    @Test(
        "killed once, before or after any effect of a hop, the run ends as if it had not been",
        arguments: KillSwitch.Moment.allCases
    )
    func once(moment: KillSwitch.Moment) async throws {
        let scene = try Scene(etcd: 1, controlPlane: 2, workers: 2)
        let plan = try await scene.plan()
        let whole = try await life(scene, plan, [KillSwitch(at: 0, .before)])
        for effect in 1...whole.effects {
            let found = try await life(scene, plan, [KillSwitch(at: effect, moment), KillSwitch(at: 0, .before)])
            try expectSame(found, whole, "killed \(moment) effect \(effect)")
        }
    }

    @Test("killed twice on a small plan, the run ends as if it had not been")
    func twice() async throws {
        let scene = try Scene(etcd: 1, controlPlane: 1, workers: 2).small()
        let plan = try await scene.plan()
        let whole = try await life(scene, plan, [KillSwitch(at: 0, .before)])
        for first in 1...whole.effects {
            for second in 1...whole.effects {
                for moment in KillSwitch.Moment.allCases {
                    let switches = [
                        KillSwitch(at: first, moment), KillSwitch(at: second, moment), KillSwitch(at: 0, .before),
                    ]
                    var found = try await life(scene, plan, switches)
                    // The small plan leaves the control plane as it is, so the skew of its worker means nothing.
                    found.violations = []
                    try expectSame(found, whole, "killed at \(first), then at \(second)")
                }
            }
        }
    }

    @Test("killed at sampled effects of four hops, the run ends as if it had not been")
    func path() async throws {
        let scene = try Scene(etcd: 3, controlPlane: 2, workers: 3, until: "1.16") { $0.workerBatch = 2 }
        let plan = try await scene.plan()
        let whole = try await life(scene, plan, [KillSwitch(at: 0, .before)])
        // A prime stride lands on every kind of effect; the exhaustive walk is that of one hop, above.
        for effect in stride(from: 1, through: whole.effects, by: 97) {
            let moment: KillSwitch.Moment = effect.isMultiple(of: 2) ? .before : .after
            let found = try await life(scene, plan, [KillSwitch(at: effect, moment), KillSwitch(at: 0, .before)])
            // Where pods land depends on which of two lanes drains first, so a node may have nothing left to drain.
            try expectSame(found, whole, exceptDrains: true, "killed \(moment) effect \(effect)")
        }
    }

    @Test("killed in the middle of any save, with any part of it on disk, the run ends as if it had not been")
    func inTheMiddleOfASave() async throws {
        let scene = try Scene(etcd: 1, controlPlane: 1, workers: 2).small()
        let plan = try await scene.plan()
        let whole = try await life(scene, plan, [KillSwitch(at: 0, .before)])
        var save = 1
        var wasTorn = true
        while wasTorn {
            // Nothing of the line; its first half; all but the newline.
            for part in TornRecorder.Part.allCases {
                let scratch = try ScratchDirectory()
                let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
                let torn = try TornRecorder(directory: scratch.path, at: save, part)
                let first = try? await scene.driver(plan, cluster).walk(recorder: torn)
                wasTorn = first == nil
                guard wasTorn else { continue }
                let journal = try Journal(directory: scratch.path, now: { 0 })
                let stop = try await scene.driver(plan, cluster).walk(recorder: journal)
                let what: Comment = "killed in save \(save), \(part) on disk"
                #expect(stop == .completed, what)
                #expect(journal.state.ledger.entries.isEmpty, what)
                #expect(await cluster.state.applied == whole.cluster.applied, what)
                #expect(try JournalReader.read(directory: scratch.path).state == journal.state, what)
            }
            save += 1
        }
        #expect(save > 12)
    }

    /// Runs until the switch falls, resumes behind the next one, and so on.
    private func life(_ scene: Scene, _ plan: Plan, _ switches: [KillSwitch]) async throws -> Life {
        let clock = VirtualClock()
        let invariants = Invariants(scene.hops)
        let cluster = SimulatedCluster(scene.cluster, clock: clock, change: { invariants.look($0) })
        let memory = MemoryRecorder()
        let stop = try await scene.lives(plan, switches, on: cluster, memory, clock: clock)
        return Life(
            cluster: await cluster.state,
            record: memory.state,
            stop: stop,
            effects: switches[0].effects,
            violations: invariants.violations
        )
    }

    private func expectSame(
        _ found: Life,
        _ whole: Life,
        exceptDrains: Bool = false,
        _ what: @autoclosure () -> String
    ) throws {
        let differences = found.differences(from: whole, exceptDrains: exceptDrains)
        if !differences.isEmpty { Issue.record("\(what()): \(differences.joined(separator: "; "))") }
        try #require(found.stop == .completed)
    }
}

/// What became of a run that was killed and resumed.
private struct Life {
    var cluster: ClusterState
    var record: RunState
    var stop: StopReason?
    var effects: Int
    var violations: [String]

    /// How often each action was done; in which order does not matter.
    func counts(exceptDrains: Bool) -> [Action: Int] {
        var counts: [Action: Int] = [:]
        for action in cluster.applied {
            if exceptDrains, case .drain = action { continue }
            counts[action, default: 0] += 1
        }
        return counts
    }

    /// Values are compared and texts made only of what differs: this runs a thousand times.
    func differences(from whole: Life, exceptDrains: Bool) -> [String] {
        var found: [String] = violations
        if stop != .completed { found.append("it stopped: \(String(describing: stop)), \(record.failed)") }
        if !record.ledger.entries.isEmpty { found.append("left in the ledger: \(record.ledger.entries)") }
        let counts = counts(exceptDrains: exceptDrains)
        let expected = whole.counts(exceptDrains: exceptDrains)
        if counts != expected {
            for action in Set(counts.keys).union(expected.keys) where counts[action] != expected[action] {
                found.append("\(action) was done \(counts[action] ?? 0) times, not \(expected[action] ?? 0)")
            }
        }
        if cluster.nodes != whole.cluster.nodes { found.append("the nodes differ") }
        for (name, host) in cluster.hosts {
            let other = whole.cluster.hosts[name]
            if host.packages != other?.packages { found.append("the packages of \(name) differ") }
            if host.units != other?.units { found.append("the units of \(name) differ") }
        }
        return found
    }
}

/// A journal whose process dies in the middle of its n-th save: a part of what was written is on disk.
private final class TornRecorder: Recorder {
    /// What of the last line is on disk.
    enum Part: CaseIterable {
        case nothing
        case half
        case allButNewline
    }

    private let base: Journal
    private let path: String
    private let headPath: String
    private let part: Part
    private var left: Int

    init(directory: String, at save: Int, _ part: Part) throws {
        base = try Journal(directory: directory, now: { 0 })
        path = directory + "/journal.jsonl"
        headPath = directory + "/journal.head"
        self.part = part
        left = save
    }

    var state: RunState { base.state }

    func append(_ records: [Record]) throws(JournalError) {
        left -= 1
        guard left == 0, let last = records.last else {
            try base.append(records)
            return
        }
        // The stop is saved with a checkpoint; what a checkpoint knows of was never torn.
        if case .stopped = last {
            try base.append(records)
            return
        }
        try base.append(records.dropLast())
        let before = FileManager.default.contents(atPath: path)?.count ?? 0
        // The head follows the journal: a process that died in between has left that of the save before.
        let head = FileManager.default.contents(atPath: headPath)
        try base.append([last])
        let all = FileManager.default.contents(atPath: path) ?? Data()
        let kept =
            switch part {
            case .nothing: before
            case .half: (before + all.count) / 2
            case .allButNewline: all.count - 1
            }
        _ = FileManager.default.createFile(atPath: path, contents: all.prefix(kept))
        _ = FileManager.default.createFile(atPath: headPath, contents: head)
        throw .system(path: path, operation: "append", reason: "the process is dead")
    }
}
