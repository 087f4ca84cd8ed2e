import UpgradeCore

/// The host of a lane that looks at the cluster: what only the lane itself mends must not hold it.
///
/// That the lane has taken something down is known from the record: an install that failed may have left a daemon down and the packages as
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

    /// What is waited for where the host's API server is down in the middle of the lane, which then only brings it back: etcd alone;
    /// `nil` anywhere else.
    func broughtBack(_ seen: Observation) throws(StepError) -> Verdict? {
        guard isChangingServer, context.isUnderWay, try !seen.apiServer(on: context.hostName).isHealthy else {
            return nil
        }
        return try EtcdCheck.unmet(seen, context).map(Verdict.waiting) ?? .open
    }

    /// The questions for that, to be asked before all others: where the host's API server is the only one, nobody answers those of
    /// the nodes.
    var early: Gate.Early? {
        guard isChangingServer, context.isUnderWay else { return nil }
        return Gate.Early(probes: EtcdCheck.probes(context) + probes, verdict: broughtBack)
    }

    /// The nodes that need not be as well as before: the host's own, once the lane is under way, and where the lane takes back what
    /// another run has done to it.
    var excused: Set<String> { context.isUnderWay || context.plan.takesBack != nil ? [context.nodeName] : [] }

    private var isChangingServer: Bool { context.key.phase == PhaseName.controlPlane }
}
