import UpgradeCore

/// Waits until nothing is worse than before the run: asked anew before every host, and by steps that renew it.
///
/// Cheap on purpose: one question to each etcd member and API server, one for all nodes, and what `HostInHand` asks of the
/// lane's own host, which may be in the middle of what is done to it. A node that this run has cordoned to work on it counts
/// as well.
struct ClusterHealth: Step {
    static let look: StepID = "cluster-health"

    let id = Self.look
    let title = "The cluster is as well as before the run"

    func probes(_ context: StepContext) -> [Probe] { [] }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] { [] }

    func gate(_ context: StepContext) -> Gate? {
        let servers = Self.servers(context)
        let leaders = Self.leaders(context)
        let own = HostInHand(context: context)
        return Gate(
            probes: EtcdCheck.probes(context) + servers.map { .apiServer(host: $0) } + own.probes + [.nodes]
                + leaders.map { .leader(component: $0) },
            deadline: context.playbook.deadlines.daemon,
            interval: GateInterval.node,
            measured: { (seen) throws(StepError) in
                let ready = try Self.fineNodes(seen, context, own).intersection(context.plan.baseline.readyNodes)
                var readings = try GateReadings.etcd(seen, context)
                if !servers.isEmpty { readings.append(try GateReadings.healthy(servers, seen)) }
                let nodes = "nodes Ready, or cordoned by this run"
                readings.append(GateReading(nodes, ready.count, of: context.plan.baseline.readyNodes.count))
                for component in leaders { readings.append(try GateReadings.leader(component, seen)) }
                return readings
            },
            verdict: { (seen) throws(StepError) -> Verdict in
                if let verdict = try own.broughtBack(seen) { return verdict }
                if let unmet = try EtcdCheck.unmet(seen, context) { return .waiting(unmet) }
                for host in try own.isServerDone(seen) ? [] : servers {
                    guard try seen.apiServer(on: host).isHealthy else {
                        return .waiting(.apiServerUnhealthy(host: host))
                    }
                }
                if let unmet = try Self.worseNode(seen, context, own) { return .waiting(unmet) }
                for component in leaders {
                    if let unmet = try LeaderCheck.unmet(component, seen) { return .waiting(unmet) }
                }
                return .open
            },
            early: own.early
        )
    }

    /// The API servers that must be healthy: all but the one that the lane is about to change.
    private static func servers(_ context: StepContext) -> [String] {
        let hosts = context.playbook.hosts(.controlPlane).map(\.name)
        return context.key.phase == PhaseName.controlPlane ? hosts.filter { $0 != context.hostName } : hosts
    }

    /// The controllers that must lead before a node is emptied.
    ///
    /// Without them nobody takes the pods out of their Services and nobody makes new ones. Elsewhere in the hop they are
    /// being changed themselves.
    private static func leaders(_ context: StepContext) -> [String] {
        [PhaseName.workers, PhaseName.cordonAhead, PhaseName.network].contains(context.key.phase.kind)
            ? [UnitName.controllerManager, UnitName.scheduler] : []
    }

    private static func worseNode(
        _ seen: Observation,
        _ context: StepContext,
        _ own: HostInHand
    ) throws(StepError) -> Unmet? {
        context.plan.baseline.readyNodes.subtracting(try fineNodes(seen, context, own)).min()
            .map { .worseThanBaseline(node: $0) }
    }

    private static func fineNodes(
        _ seen: Observation,
        _ context: StepContext,
        _ own: HostInHand
    ) throws(StepError) -> Set<String> {
        // Asked before every host: the cost must grow with the nodes, not with their square.
        let fine = Set(try seen.nodes().filter { $0.isReady || context.isInHand($0) }.map(\.name))
        return fine.union(own.excused)
    }
}
