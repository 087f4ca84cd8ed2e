import UpgradeCore

/// The host of a lane that looks at the cluster: what only the lane itself mends must not hold it.
///
/// That the lane is under way is known from the record: an install that failed may have taken a daemon down and left the packages as
/// they were, and a cleanup has the lane begin anew.
struct HostInHand {
    /// What the step knows.
    var context: StepContext

    /// The questions it needs.
    var probes: [Probe] { isChangingServer ? [.apiServer(host: context.hostName)] : [] }

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
        guard isChangingServer, context.isUnderWay else { return false }
        return try !seen.apiServer(on: context.hostName).isHealthy
    }

    /// The question whether it is so, to be asked before all others: where the host's API server is the only one, nobody answers
    /// those of the nodes.
    var broughtBack: Gate.Early? {
        guard isChangingServer, context.isUnderWay else { return nil }
        return Gate.Early(probes: probes) { seen throws(StepError) in try isOnlyBroughtBack(seen) }
    }

    /// The nodes that need not be as well as before: the host's own, once the lane is under way.
    var excused: Set<String> { context.isUnderWay ? [context.nodeName] : [] }

    private var isChangingServer: Bool { context.key.phase == PhaseName.controlPlane }
}
