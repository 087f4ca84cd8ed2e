import UpgradeCore

/// What gates measure, each as a person would ask for it; the counterparts of the checks beside this file.
enum GateReadings {
    /// The members of etcd, and what etcd suffers from.
    static func etcd(_ seen: Observation, _ context: StepContext) throws(StepError) -> [GateReading] {
        let hosts = context.playbook.hosts(.etcd)
        var members: [EtcdMemberState] = []
        for host in hosts { members.append(try seen.etcdMember(on: host.name)) }
        let healthy = members.count { $0.isHealthy && $0.memberCount == hosts.count }
        // A majority must be left (https://etcd.io/docs/v3.4/faq/, "What is failure tolerance").
        let spare = max(0, healthy - (hosts.count / 2 + 1))
        let alarms = Set(members.flatMap(\.alarms)).sorted().joined(separator: ", ")
        let largest = members.max { $0.databaseSize < $1.databaseSize }
        let quota = largest?.quota.map { " of \($0)" } ?? ""
        let size = "\(largest?.databaseSize ?? ByteCount(bytes: 0))\(quota)"
        var alarm = GateReading("etcd alarms", alarms.isEmpty ? "none" : alarms, needs: "none")
        alarm.spare = "database \(size)"
        return [
            GateReading("etcd members healthy", healthy, of: hosts.count, spare: "\(spare) may be lost"), alarm,
        ]
    }

    /// The API servers of these hosts that are healthy.
    static func healthy(_ hosts: [String], _ seen: Observation) throws(StepError) -> GateReading {
        var count = 0
        for host in hosts where try seen.apiServer(on: host).isHealthy { count += 1 }
        return GateReading("API servers healthy", count, of: hosts.count)
    }

    /// The API server of a host.
    static func server(_ host: String, _ seen: Observation, _ context: StepContext) throws(StepError) -> [GateReading] {
        let server = try seen.apiServer(on: host)
        return [
            GateReading("API server", server.isHealthy ? "healthy" : "not healthy", needs: "healthy"),
            version("API server's version", server.version, needs: try context.targetKubernetes()),
        ]
    }

    /// The daemon that runs as a unit.
    static func unit(
        _ decision: RestartDecision,
        _ seen: Observation,
        _ context: StepContext
    ) throws(StepError)
        -> GateReading
    {
        let state = try seen.unit(decision.unit, on: decision.host)
        guard state.isActive else { return GateReading(decision.unit, "not running", needs: "running") }
        return version(decision.unit, state.runningVersion, needs: try context.targetKubernetes())
    }

    /// How long ago the leader of a controller has renewed its lock.
    static func leader(
        _ component: String,
        _ seen: Observation,
        since unit: UnitState? = nil
    ) throws(StepError)
        -> GateReading
    {
        let what = "leader of \(component) renewed its lock"
        let start = unit == nil ? "" : ", after the start"
        let needed = "at most \(LeaderCheck.limit.text) ago\(start)"
        guard let leader = try seen.leader(of: component) else { return GateReading(what, "never", needs: needed) }
        var reading = GateReading(what, "\(seconds(leader.secondsSinceRenewal)) ago", needs: needed)
        if let unit { reading.spare = unit.activeSeconds.map { "started \(seconds($0)) ago" } ?? "not started" }
        return reading
    }

    /// A version that runs.
    static func version(_ what: String, _ found: KubernetesVersion?, needs needed: KubernetesVersion) -> GateReading {
        GateReading(what, found.map { "v\($0)" } ?? "none", needs: "v\(needed)")
    }

    private static func seconds(_ seconds: Double) -> String { Duration.seconds(max(0, seconds.rounded())).text }
}
