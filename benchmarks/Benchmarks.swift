import UpgradeCore

/// What recording, resuming and walking cost; `Scripts/bench` runs it in a release build.
///
/// Prints a table for people and, as its last line, one JSON object.
@main
enum Benchmarks {
    static func main() async throws {
        let isQuick = CommandLine.arguments.contains("--quick")
        var report = Report()
        // 670 workers over four hops: a little more than 100,000 transitions.
        let large = try await Walk.perform(workers: isQuick ? 64 : 670)
        let small = try await Walk.perform(workers: 50)
        let middle = try await Walk.perform(workers: isQuick ? 100 : 500)
        for walk in [small, middle, large] {
            report.add("walk \(walk.records.count) transitions, \(walk.workers) workers", walk.took / .seconds(1), "s")
            report.add("  processor time a transition", walk.cost, "us")
        }
        report.add("plan", Double(large.plan.keys.count), "steps")
        try Recording.measure(large.records, late: isQuick ? 5000 : 100_000, &report)
        try Resuming.measure(large, transitions: isQuick ? 5000 : 100_000, &report)
        try Foreseeing.measure(nodes: 1_000, pods: 10_000, &report)
        report.add("peak memory of all this", try Usage.peak(), "MiB")
        try report.printOut()
    }
}
