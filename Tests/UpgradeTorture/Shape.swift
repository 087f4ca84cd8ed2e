public import UpgradeCore
internal import UpgradeSteps

/// A cluster, a playbook and a plan for worlds to be made of.
public struct Shape: Sendable {
    /// Its name.
    public var name: String
    /// The playbook.
    public var playbook: Playbook
    /// The playbook's text, as a run keeps it.
    public var text: String
    /// The cluster at its start.
    public var cluster: ClusterState
    /// The steps.
    public var steps: StepSet
    /// Facts by hop.
    public var hops: [HopID: HopFacts]
    /// The plan.
    public var plan: Plan
    /// Whether the plan walks the control plane too, so that skew means something.
    public var isWhole = true
    /// How many effects a run has that nothing happens to; 0 while unknown.
    public var effects = 0

    /// Makes a shape and its plan.
    public init(
        _ name: String,
        _ playbook: Playbook,
        text: String = "",
        steps: StepSet? = nil,
        edit: (inout ClusterState) -> Void = { _ in }
    ) async throws {
        self.name = name
        self.playbook = playbook
        self.text = text
        self.steps = steps ?? StepCatalog.all(for: playbook)
        isWhole = steps == nil
        hops = try HopCatalog.all()
        let start = playbook.releases.keys.min() ?? playbook.target
        cluster = ClusterState.sample(playbook: playbook, at: start)
        edit(&cluster)
        plan = try await Planner.plan(
            playbook: playbook,
            playbookDigest: Playbook.digest(of: text),
            versionsDigest: HopCatalog.digest,
            run: Self.run,
            steps: self.steps,
            hops: hops,
            access: SimulatedCluster(cluster, clock: VirtualClock())
        )
        .plan
        effects = World(self, FaultPlan(seed: 0, faults: [])).run().effects
    }

    /// The name of every run.
    static let run = "20261124-000000"

    /// A plan of four steps on one worker, for worlds that are made very often.
    public static func small() async throws -> Shape {
        let all = StepCatalog.all.steps
        let chosen: [StepID] = ["cordon", "drain", "install-node", "uncordon"]
        let steps = StepSet(steps: chosen.compactMap { all[$0] }) { _, playbook, _ in
            let lanes = playbook.hosts(.worker).prefix(1).map { PlannedLane(target: .host($0.name), steps: chosen) }
            return [PlannedPhase(id: "workers", batch: 1, failureBudget: 0, lanes: lanes)]
        }
        // Never decoded: what is kept of a playbook is its text, and a flipped bit of it must show.
        let text = "cluster: torture\n"
        return try await Shape(
            "small",
            try playbook(etcd: 1, controlPlane: 1, workers: 2, hops: 1),
            text: text,
            steps: steps
        )
    }

    /// One hop of a cluster with two API servers, two workers at once, a foreign cordon and a foreign mask.
    public static func hop() async throws -> Shape {
        var playbook = try playbook(etcd: 3, controlPlane: 2, workers: 4, hops: 1)
        playbook.workerBatch = 2
        playbook.workerFailureBudget = 1
        playbook.foreignCordons = .keep
        return try await Shape("hop", playbook) { cluster in
            cluster.nodes["w4.example.org"]?.isCordoned = true
            cluster.hosts["cp1"]?.units["rsyslog"] = UnitState(isActive: false, isMasked: true)
        }
    }

    /// One hop in waves: a canary, a group of two, and who is left, two at once, behind cordons that are set ahead.
    public static func waves() async throws -> Shape {
        var playbook = try playbook(etcd: 3, controlPlane: 2, workers: 5, hops: 1)
        playbook.workerBatch = 2
        playbook.workerFailureBudget = 1
        playbook.foreignCordons = .keep
        playbook.waves = WaveOptions(
            canary: .first(1),
            groups: [WorkerGroup(name: "group", hosts: ["w2", "w3"])],
            cordonsAhead: true
        )
        return try await Shape("waves", playbook)
    }

    /// One hop of a cluster whose Calico goes through two versions before it and two after it, each a roll.
    public static func rolls() async throws -> Shape {
        var playbook = try playbook(etcd: 1, controlPlane: 2, workers: 3, hops: 1)
        let versions = ["3.1.7", "3.2.8", "3.3.7", "3.5.8"].compactMap { text in
            PackageVersion("\(text)-1").map { ComponentVersion(package: $0, tag: "v\(text)") }
        }
        let releases = playbook.releases.keys.sorted()
        playbook.calico = CalicoOptions(versions: [:])
        playbook.calico?.typha = .usual
        playbook.calico?.rolls = [releases[0]: Array(versions.prefix(2)), releases[1]: Array(versions.suffix(2))]
        return try await Shape("rolls", playbook)
    }

    /// One hop of a cluster with this many hosts.
    public static func large(hosts: Int = 50) async throws -> Shape {
        var playbook = try playbook(etcd: 3, controlPlane: 3, workers: hosts - 6, hops: 1)
        playbook.workerBatch = 5
        playbook.workerFailureBudget = 2
        return try await Shape("large", playbook)
    }

    /// The cluster of a playbook's text, with Calico and Helm as they are simulated there.
    public static func file(_ name: String, text: String) async throws -> Shape {
        try await Shape(name, try PlaybookDecoder.decode(text, file: name), text: text)
    }

    private static func playbook(etcd: Int, controlPlane: Int, workers: Int, hops: Int) throws -> Playbook {
        let first = try HopCatalog.all().keys.map(\.from).min()
        guard let first else { throw ShapeError.noHops }
        var releases: [MinorRelease: PackageVersion] = [:]
        var release = first
        for _ in 0...hops {
            releases[release] = PackageVersion("\(release).10-1")
            release = release.next
        }
        let hosts =
            (1...etcd).map { Host(name: "etcd\($0)", roles: [.etcd]) }
            + (1...controlPlane).map { Host(name: "cp\($0)", roles: [.controlPlane]) }
            + (1...workers).map { Host(name: "w\($0)", roles: [.worker], nodeName: "w\($0).example.org") }
        return Playbook(
            cluster: "torture",
            target: releases.keys.max() ?? first,
            releases: releases,
            hosts: hosts,
            drain: DrainOptions(deadline: .seconds(300), deletesBarePods: true, deletesEmptyDirData: true)
        )
    }
}

/// A shape that cannot be made.
public enum ShapeError: Error {
    /// The version data has no hops.
    case noHops
}
