import UpgradeCore

/// Stops the etcd member of a host.
struct StopEtcd: Step {
    let id: StepID = "stop-etcd"
    let title = "Stop the etcd member"

    func longest(_ context: StepContext) -> Duration { context.playbook.deadlines.install }

    func probes(_ context: StepContext) -> [Probe] {
        RestoreCheck.probes(context) + [.unit(host: context.hostName, unit: UnitName.etcd)]
            + Self.servers(context).map { .unit(host: $0, unit: UnitName.apiServer) }
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        let actions = try PauseDecision.actions([UnitName.etcd], seen, context)
        guard !actions.isEmpty else { return [] }
        try RestoreCheck.refuse(seen, context, unless: { $0.staged })
        for host in Self.servers(context) where try seen.unit(UnitName.apiServer, on: host).isActive {
            throw .unmet(.unitStillRuns(host: host, unit: UnitName.apiServer))
        }
        return actions
    }

    private static func servers(_ context: StepContext) -> [String] {
        context.playbook.hosts(.controlPlane).map(\.name)
    }
}
