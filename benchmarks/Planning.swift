import UpgradeCore
import UpgradeSteps

/// What survey and plan of a large cluster cost, without the time of asking: the cluster is simulated.
enum Planning {
    static func measure(nodes: Int, _ report: inout Report) async throws {
        let setting = try Setting(workers: nodes)
        let began = ContinuousClock.now
        let used = Usage.processorTime
        let (plan, survey) = try await setting.plan()
        report.add("survey and plan of \(nodes) nodes, \(setting.hops.count) hops", (.now - began) / .seconds(1), "s")
        report.add("processor time of it", Usage.processorTime - used, "s")
        report.add("steps", Double(plan.keys.count), "")
        report.add("answers", Double(survey.answers.count), "")
    }

    /// The steps of a plan alone: no cluster is asked, so that more nodes can be had in the same time.
    static func outline(nodes: Int, _ report: inout Report) throws {
        let setting = try Setting(workers: nodes)
        let hops = setting.hops.keys.sorted { $0.from < $1.from }
        let phases = hops.flatMap { StepCatalog.all.outline($0, setting.playbook, $0 == hops.first) }
        let steps = phases.reduce(0) { $0 + $1.lanes.reduce(0) { $0 + $1.steps.count } }
        report.add("steps of \(nodes) nodes, \(hops.count) hops", Double(steps), "")
    }
}

/// A simulated cluster with all that a run over four hops needs.
struct Setting {
    let playbook: Playbook
    let hops: [HopID: HopFacts]
    let clock = VirtualClock()
    let cluster: SimulatedCluster

    /// Four hops with three etcd and three control-plane hosts, ten workers at a time.
    init(workers: Int) throws {
        guard let start = MinorRelease("1.12"), let target = MinorRelease("1.16") else { throw Walk.Impossible() }
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
        self.playbook = playbook
        hops = try HopCatalog.all()
        cluster = SimulatedCluster(ClusterState.sample(playbook: playbook, at: start), clock: clock)
    }

    func plan() async throws -> (plan: Plan, survey: Observation) {
        try await Planner.plan(
            playbook: playbook,
            playbookDigest: "",
            versionsDigest: "",
            run: "benchmark",
            steps: StepCatalog.all,
            hops: hops,
            access: cluster
        )
    }
}
