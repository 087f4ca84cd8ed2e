import UpgradeCore

/// Restarts kubelet and kube-proxy of a worker, whatever they run: they have seen versions of objects which are still to
/// come, and a watch from there tells nothing until then.
///
/// - Source: Kubernetes documentation, Operating etcd clusters, Restoring an etcd cluster: components are restarted so that
///   none relies on stale data
struct RestartWatchers: Step {
    let id: StepID = "restart-watchers"
    let title = "Restart what watches the API"

    func longest(_ context: StepContext) -> Duration { context.playbook.deadlines.daemon * 3 }

    func probes(_ context: StepContext) -> [Probe] { [.file(host: context.hostName, path: receipt(context))] }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        let host = context.hostName
        if try seen.file(on: host, path: receipt(context)) != nil { return [] }
        return [.restartAll(host: host, units: Self.units, receipt: receipt(context))]
    }

    func gate(_ context: StepContext) -> Gate? {
        let host = context.hostName
        return Gate(
            probes: Self.units.map { .unit(host: host, unit: $0) },
            deadline: context.playbook.deadlines.daemon,
            interval: GateInterval.daemon,
            measured: { (seen) throws(StepError) in
                var running = 0
                for unit in Self.units where try seen.unit(unit, on: host).isActive { running += 1 }
                return [GateReading("daemons that run", running, of: Self.units.count)]
            },
            verdict: { (seen) throws(StepError) -> Verdict in
                for unit in Self.units where try !seen.unit(unit, on: host).isActive {
                    return .waiting(.unitNotRunning(host: host, unit: unit, found: nil, expected: nil))
                }
                return .open
            }
        )
    }

    private static let units = [UnitName.kubelet, UnitName.kubeProxy]

    private func receipt(_ context: StepContext) -> String { "\(HostPlace.restore)/\(context.run)/restarted" }
}
