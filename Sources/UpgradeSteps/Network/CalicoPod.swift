import UpgradeCore

/// Replaces Calico's pod on one worker, and waits until the new one is Ready, the host has as many BGP sessions as before the
/// run, and pods on the other nodes answer as before the run.
///
/// Of the nodes that were reached then those are asked that still have a pod to ask: pods move with every drain.
struct CalicoPod: Step {
    let id: StepID = "calico-pod"
    let title = "Replace Calico's pod on the node"

    func probes(_ context: StepContext) -> [Probe] {
        CalicoTarget(context).map { [$0.probe] } ?? []
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        guard let calico = CalicoTarget(context) else { return [] }
        let state = try calico.daemonSet(seen)
        // With the old image in the template, the replacement would be old as well.
        guard state.image == calico.image else { throw .unmet(Self.notReady(calico, context)) }
        guard let pod = state.pods[context.nodeName], pod.image != calico.image, !pod.isTerminating else { return [] }
        return [.deletePod(namespace: pod.namespace, name: pod.name, uid: pod.uid)]
    }

    func gate(_ context: StepContext) -> Gate? {
        guard let calico = CalicoTarget(context) else { return nil }
        let (node, host) = (context.nodeName, context.hostName)
        let before = context.plan.baseline.bgpSessions?[host] ?? 0
        let reached = Set(context.plan.baseline.podsReached?[host] ?? [])
        @Sendable func up(_ seen: Observation) throws(StepError) -> [BGPPeer] {
            (try seen.bgpPeers(on: host) ?? []).filter(\.isEstablished)
        }
        @Sendable func reach(_ seen: Observation) throws(StepError) -> (from: String?, up: Int, down: [PodReach.Target])
        {
            guard !reached.isEmpty else { return (nil, 0, []) }
            let found = try seen.podReach(from: node, on: host)
            let up = found.reached.count { reached.contains($0) }
            return (found.from, up, found.silent.filter { reached.contains($0.node) })
        }
        return Gate(
            probes: [calico.probe] + (before > 0 ? [.bgpPeers(host: host)] : [])
                + (reached.isEmpty ? [] : [.podReach(host: host, node: node)]),
            deadline: context.playbook.deadlines.nodeReady,
            interval: GateInterval.node,
            measured: { (seen) throws(StepError) in
                let pod = try calico.daemonSet(seen).pods[node]
                return [
                    GateReading("Calico's image", pod?.image ?? "no pod", needs: calico.image),
                    GateReading(
                        "Calico's pod",
                        pod.map { $0.isTerminating ? "ending" : $0.isReady ? "Ready" : "not Ready" } ?? "none",
                        needs: "Ready"
                    ),
                ] + (before > 0 ? [GateReading("BGP sessions established", try up(seen).count, of: before)] : [])
                    + (reached.isEmpty ? [] : [Self.reading(try reach(seen))])
            },
            verdict: { (seen) throws(StepError) -> Verdict in
                guard let pod = try calico.daemonSet(seen).pods[node], pod.image == calico.image, pod.isReady,
                    !pod.isTerminating
                else { return .waiting(Self.notReady(calico, context)) }
                let established = before > 0 ? try up(seen).count : 0
                guard established >= before else {
                    let others = (try seen.bgpPeers(on: host) ?? []).filter { !$0.isEstablished }
                    return .waiting(
                        .bgpSessionsDown(host: host, established: established, before: before, others: others)
                    )
                }
                let pods = try reach(seen)
                guard pods.down.isEmpty else {
                    return .waiting(.podsUnreached(node: node, from: pods.from, silent: pods.down))
                }
                return .open
            }
        )
    }

    private static func reading(_ found: (from: String?, up: Int, down: [PodReach.Target])) -> GateReading {
        GateReading(
            "pods reached on other nodes, from \(found.from ?? "the host")",
            found.up,
            of: found.up + found.down.count
        )
    }

    private static func notReady(_ calico: CalicoTarget, _ context: StepContext) -> Unmet {
        .workloadNotReady(
            kind: "DaemonSet",
            namespace: calico.options.namespace,
            name: calico.options.daemonSet,
            on: context.nodeName
        )
    }
}
