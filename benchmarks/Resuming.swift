import Foundation
import UpgradeCore

/// What it costs to take up a long run again: plan, journal, checkpoint, and the first decision.
enum Resuming {
    static func measure(_ walk: Walk, transitions: Int, _ report: inout Report) throws {
        let scratch = try Scratch()
        let directory = try RunDirectory.create(
            state: scratch.path,
            cluster: "benchmark",
            name: "run",
            plan: walk.plan,
            playbook: "",
            playbookPath: "",
            holder: "",
            reason: "",
            now: { 0 }
        )
        let records = Array(walk.records.prefix(transitions))
        do {
            let journal = try Journal(directory: directory.path, now: { 0 })
            for start in stride(from: 0, to: records.count, by: 1000) {
                try journal.append(Array(records[start..<min(start + 1000, records.count)]))
            }
        }
        let rounds = 5
        var whole: [Duration] = []
        var parts: [[Duration]] = [[], [], []]
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
            guard !effects.isEmpty, journal.count == records.count + 1 else { throw Walk.Impossible() }
            whole.append(ended - began)
            parts[0].append(hasPlan - began)
            parts[1].append(hasJournal - hasPlan)
            parts[2].append(ended - hasJournal)
        }
        report.add("resume \(records.count) transitions, median of \(rounds)", whole.quantile(0.5) / .seconds(1), "s")
        report.add("  processor time", (Usage.processorTime - used) / Double(rounds), "s")
        for (name, part) in zip(["read the plan", "read the journal and checkpoint", "first decision"], parts) {
            report.add("  \(name)", part.quantile(0.5) / .seconds(1), "s")
        }
        report.add("  more memory resident", try Usage.resident() - before, "MiB")
    }
}
