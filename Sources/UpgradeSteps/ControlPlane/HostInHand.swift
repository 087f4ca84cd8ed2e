import UpgradeCore

/// The host of a lane that looks at the cluster: what only the lane itself mends must not hold it.
struct HostInHand {
    /// What the step knows.
    var context: StepContext

    /// The questions it needs.
    var probes: [Probe] {
        if isChangingServer { return [.apiServer(host: context.hostName)] }
        return isNodeLookedAt ? [.packages(host: context.hostName, names: context.playbook.packages.node)] : []
    }

    /// Whether the host's API server is what the hop leads to: nothing is taken down any more.
    ///
    /// What is down on the others only their own lanes mend, and these come after it.
    func isServerDone(_ seen: Observation) throws(StepError) -> Bool {
        guard isChangingServer else { return false }
        let server = try seen.apiServer(on: context.hostName)
        let target = try context.targetKubernetes()
        return server.isHealthy && server.version == target
    }

    /// Whether the host's API server is down in the middle of the lane, which then only brings it back.
    func isOnlyBroughtBack(_ seen: Observation) throws(StepError) -> Bool {
        guard isChangingServer, isRenewed else { return false }
        return try !seen.apiServer(on: context.hostName).isHealthy
    }

    /// The question whether it is so, to be asked before all others: where the host's API server is the only one, nobody answers
    /// those of the nodes.
    var broughtBack: Gate.Early? {
        guard isChangingServer, isRenewed else { return nil }
        return Gate.Early(probes: probes) { seen throws(StepError) in try isOnlyBroughtBack(seen) }
    }

    /// Whether the lane has begun with the host's node: its packages are those of the hop, or half of them are.
    func isNodeBegun(_ seen: Observation) throws(StepError) -> Bool {
        if isRenewed { return true }
        guard isNodeLookedAt else { return false }
        let names = context.playbook.packages.node
        let target = try context.target()
        return try seen.packages(on: context.hostName, names: names).values.contains {
            $0.version == target || !$0.isConfigured
        }
    }

    /// Whether the look is made for a step in the middle of the lane.
    private var isRenewed: Bool { context.key.step != ClusterHealth.look }

    private var isChangingServer: Bool { context.key.phase == PhaseName.controlPlane }

    private var isNodeLookedAt: Bool { !isRenewed && context.key.phase.kind == PhaseName.workers }
}
