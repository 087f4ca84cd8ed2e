import UpgradeCore

/// Stops the API server and the controllers of a host, and keeps them from being started by a restart or a package.
///
/// Needs the snapshot restored beside the data of every member: from here on nothing writes to the cluster.
/// - Source: Kubernetes documentation, Operating etcd clusters, Restoring an etcd cluster: all API servers are stopped first
struct StopControlPlane: Step {
    let id: StepID = "stop-control-plane"
    let title = "Stop the API server and the controllers"

    func longest(_ context: StepContext) -> Duration { context.playbook.deadlines.install }

    func probes(_ context: StepContext) -> [Probe] {
        RestoreCheck.probes(context) + Self.units.map { .unit(host: context.hostName, unit: $0) }
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        let actions = try PauseDecision.actions(Self.units, seen, context)
        if !actions.isEmpty { try RestoreCheck.refuse(seen, context, unless: { $0.staged }) }
        return actions
    }

    /// The controllers first, so that none of them works against an API that goes away.
    private static let units = UnitName.controllers + [UnitName.apiServer]
}
