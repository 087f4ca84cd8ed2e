import UpgradeTestSupport

extension Workshop {
    /// A small simulated cluster in which attempts at a step fail, with a hook before the workers and two of them at a time.
    static func failing(_ step: String, on host: String = "w1", attempts: Int, pace: String = "2ms") -> String {
        small(
            pace: pace,
            extra: """
                workers: {batch: 2}
                lease: {heartbeat: 500ms, ttl: 10s}
                hooks:
                  - {name: smoke, phase: workers, when: before, command: ["true"]}
                """
        )
        .replacing(
            "simulation: {",
            with: "simulation: {failures: [{step: \(step), host: \(host), attempts: \(attempts)}], "
        )
    }
}
