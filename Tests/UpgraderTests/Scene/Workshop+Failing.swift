import UpgradeTestSupport

extension Workshop {
    /// A simulated cluster in which attempts at a step fail, with a hook before the workers and two of them at a time.
    ///
    /// Of five workers, so that the pods of two that are emptied at once find room.
    static func failing(_ step: String, on host: String = "w1", attempts: Int, pace: String = "2ms") -> String {
        small(
            pace: pace,
            extra: """
                workers: {batch: 2}
                lease: {heartbeat: 1s, ttl: 60s}
                hooks:
                  - {name: smoke, phase: workers, when: before, command: ["true"]}
                """
        )
        .replacing(
            "drain: {",
            with: (3...5).map { "  - {name: w\($0), roles: [worker], node: w\($0).example.org}\n" }.joined()
                + "drain: {"
        )
        .replacing(
            "simulation: {",
            with: "simulation: {failures: [{step: \(step), host: \(host), attempts: \(attempts)}], "
        )
    }
}
