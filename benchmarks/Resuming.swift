import Foundation
import UpgradeCore

/// What it costs to take up a long run again: plan, journal, checkpoint, and the first decision.
enum Resuming {
    /// Makes the directory of a run that has come so far.
    static func prepare(transitions: Int, at state: String) async throws {
        let walk = try await Walk.perform(transitions: transitions)
        let directory = try RunDirectory.create(
            state: state,
            cluster: "benchmark",
            name: "run",
            plan: walk.plan,
            playbook: "",
            playbookPath: "",
            holder: "",
            reason: "",
            now: { Date().timeIntervalSince1970 }
        )
        let journal = try Journal(directory: directory.path, now: { Date().timeIntervalSince1970 })
        let count = transitions - journal.count
        for start in stride(from: 0, to: count, by: 1000) {
            try journal.append(Array(walk.records[start..<min(start + 1000, count)]))
        }
    }

    static func measure(_ directory: RunDirectory, _ report: inout Report) throws {
        let rounds = 5
        var whole: [Duration] = []
        var parts: [[Duration]] = [[], [], []]
        var count = 0
        let before = try Usage.resident()
        let used = Usage.processorTime
        for _ in 0..<rounds {
            let began = ContinuousClock.now
            let plan = try directory.plan()
            _ = try directory.planDigest()
            let hasPlan = ContinuousClock.now
            let journal = try Journal(directory: directory.path, now: { 0 })
            let hasJournal = ContinuousClock.now
            var machine = RunMachine(plan: plan, resuming: journal.state)
            let effects = try machine.handle(.started)
            let ended = ContinuousClock.now
            count = journal.count
            guard !effects.isEmpty else { throw Walk.Impossible() }
            whole.append(ended - began)
            parts[0].append(hasPlan - began)
            parts[1].append(hasJournal - hasPlan)
            parts[2].append(ended - hasJournal)
        }
        report.add("resume \(count) transitions, median of \(rounds)", whole.quantile(0.5) / .seconds(1), "s")
        report.add("  processor time", (Usage.processorTime - used) / Double(rounds), "s")
        for (name, part) in zip(["read the plan", "read the journal and checkpoint", "first decision"], parts) {
            report.add("  \(name)", part.quantile(0.5) / .seconds(1), "s")
        }
        report.add("  more memory resident", try Usage.resident() - before, "MiB")
    }
}
