import UpgradeCore
import UpgradeSteps

/// A whole upgrade of a simulated cluster: what the driver costs, and a realistic plan and journal for the rest.
struct Walk {
    var workers: Int
    var plan: Plan
    var records: [Record]
    var took: Duration
    var processorTime: Double

    /// Microseconds of processor time that a transition takes: steps, machine, driver and simulated cluster.
    var cost: Double { processorTime * 1_000_000 / Double(records.count) }

    /// Four hops with three etcd and three control-plane hosts, ten workers at a time.
    static func perform(workers: Int) async throws -> Walk {
        guard let start = MinorRelease("1.12"), let target = MinorRelease("1.16") else { throw Impossible() }
        var releases: [MinorRelease: PackageVersion] = [:]
        var release = start
        while release <= target {
            releases[release] = PackageVersion("\(release).10-1")
            release = release.next
        }
        let hosts =
            (1...3).map { Host(name: "etcd\($0)", roles: [.etcd]) }
            + (1...3).map { Host(name: "cp\($0)", roles: [.controlPlane]) }
            + (1...workers).map { Host(name: "w\($0)", roles: [.worker], nodeName: "w\($0).example.org") }
        var playbook = Playbook(cluster: "benchmark", target: target, releases: releases, hosts: hosts)
        playbook.workerBatch = 10
        let hops = try HopCatalog.all()
        let clock = VirtualClock()
        let cluster = SimulatedCluster(ClusterState.sample(playbook: playbook, at: start), clock: clock)
        let plan = try await Planner.plan(
            playbook: playbook,
            playbookDigest: "",
            versionsDigest: "",
            run: "benchmark",
            steps: StepCatalog.all,
            hops: hops,
            access: cluster
        ).plan
        let driver = Driver(
            run: "benchmark",
            plan: plan,
            playbook: playbook,
            steps: StepCatalog.all,
            hops: hops,
            access: cluster,
            clock: clock
        )
        let recorder = MemoryRecorder()
        let began = ContinuousClock.now
        let used = Usage.processorTime
        let stop = try await driver.walk(recorder: recorder)
        let took = ContinuousClock.now - began
        guard stop == .completed else { throw Impossible() }
        return Walk(
            workers: workers,
            plan: plan,
            records: recorder.records,
            took: took,
            processorTime: Usage.processorTime - used
        )
    }

    /// The simulated cluster did not reach its target: the figures would mean nothing.
    struct Impossible: Error {}
}
