import UpgradeCore
import UpgradeSteps

/// A whole upgrade of a simulated cluster: what the driver costs, and a realistic plan and journal for the rest.
struct Walk {
    var plan: Plan
    var records: [Record]
    var took: Duration
    var processorTime: Double

    static func measure(workers: Int, _ report: inout Report) async throws {
        let walk = try await perform(workers: workers)
        let count = walk.records.count
        report.add("upgrade of \(workers) simulated workers, \(count) transitions", walk.took / .seconds(1), "s")
        report.add("processor time of it", walk.processorTime, "s")
        // Steps, machine, driver and simulated cluster.
        report.add("processor time of a transition", walk.processorTime * 1_000_000 / Double(count), "us")
    }

    static func perform(workers: Int) async throws -> Walk {
        let setting = try Setting(workers: workers)
        let plan = try await setting.plan().plan
        let driver = Driver(
            run: "benchmark",
            plan: plan,
            playbook: setting.playbook,
            steps: StepCatalog.all,
            hops: setting.hops,
            access: setting.cluster,
            clock: setting.clock
        )
        let recorder = MemoryRecorder()
        let began = ContinuousClock.now
        let used = Usage.processorTime
        let stop = try await driver.walk(recorder: recorder)
        let took = ContinuousClock.now - began
        guard stop == .completed else { throw Impossible() }
        return Walk(
            plan: plan,
            records: recorder.records,
            took: took,
            processorTime: Usage.processorTime - used
        )
    }

    /// A walk of at least so many transitions: some 150 a worker.
    static func perform(transitions: Int) async throws -> Walk {
        let walk = try await perform(workers: transitions / 140 + 1)
        guard walk.records.count >= transitions else { throw Impossible() }
        return walk
    }

    /// The simulated cluster did not reach its target: the figures would mean nothing.
    struct Impossible: Error {}
}
