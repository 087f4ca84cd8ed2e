import UpgradeCore

/// Waits until nothing is worse than before the run: asked anew before every host.
///
/// Cheap on purpose: one question to each etcd member and API server, and one for all nodes. An API server that is being
/// worked on is left out, and so is a node that this run has cordoned to work on it. A control-plane host whose API server
/// is what the hop leads to has nothing taken down any more, so its lane does not wait for those of the others: what is
/// down there only their own lanes mend, and these come after it.
struct ClusterHealth: Step {
    let id: StepID = "cluster-health"
    let title = "The cluster is as well as before the run"

    func probes(_ context: StepContext) -> [Probe] { [] }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] { [] }

    func gate(_ context: StepContext) -> Gate? { Self.gate(context, isInHand: false) }

    /// The same before another attempt at a step that takes something down; the host of the lane may then be `isInHand`, in
    /// the middle of what is done to it.
    static func gate(_ context: StepContext, isInHand: Bool) -> Gate {
        let servers = Self.servers(context)
        let own = context.key.phase == PhaseName.controlPlane ? context.hostName : nil
        let leaders = Self.leaders(context)
        return Gate(
            probes: EtcdCheck.probes(context) + ((own.map { [$0] } ?? []) + servers).map { .apiServer(host: $0) } + [
                .nodes
            ]
                + leaders.map { .leader(component: $0) },
            deadline: context.playbook.deadlines.daemon,
            interval: GateInterval.node,
            measured: { (seen) throws(StepError) in
                let ready = try Self.fineNodes(seen, context, isInHand).intersection(context.plan.baseline.readyNodes)
                var readings = try GateReadings.etcd(seen, context)
                if !servers.isEmpty { readings.append(try GateReadings.healthy(servers, seen)) }
                let nodes = "nodes Ready, or cordoned by this run"
                readings.append(GateReading(nodes, ready.count, of: context.plan.baseline.readyNodes.count))
                for component in leaders { readings.append(try GateReadings.leader(component, seen)) }
                return readings
            },
            verdict: { (seen) throws(StepError) -> Verdict in
                if let unmet = try EtcdCheck.unmet(seen, context) { return .waiting(unmet) }
                let isDone = try own.map { host throws(StepError) in try Self.isDone(host, seen, context) } ?? false
                for host in isDone ? [] : servers {
                    guard try seen.apiServer(on: host).isHealthy else {
                        return .waiting(.apiServerUnhealthy(host: host))
                    }
                }
                if let unmet = try Self.worseNode(seen, context, isInHand) { return .waiting(unmet) }
                for component in leaders {
                    if let unmet = try LeaderCheck.unmet(component, seen) { return .waiting(unmet) }
                }
                return .open
            }
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

    private static func isDone(
        _ host: String,
        _ seen: Observation,
        _ context: StepContext
    ) throws(StepError) -> Bool {
        let server = try seen.apiServer(on: host)
        let target = try context.targetKubernetes()
        return server.isHealthy && server.version == target
    }

    private static func worseNode(
        _ seen: Observation,
        _ context: StepContext,
        _ isInHand: Bool
    ) throws(StepError) -> Unmet? {
        context.plan.baseline.readyNodes.subtracting(try fineNodes(seen, context, isInHand)).min()
            .map { .worseThanBaseline(node: $0) }
    }

    private static func fineNodes(
        _ seen: Observation,
        _ context: StepContext,
        _ isInHand: Bool
    ) throws(StepError) -> Set<String> {
        // Asked before every host: the cost must grow with the nodes, not with their square.
        let fine = Set(try seen.nodes().filter { $0.isReady || context.isInHand($0) }.map(\.name))
        return isInHand ? fine.union([context.nodeName]) : fine
    }
}
