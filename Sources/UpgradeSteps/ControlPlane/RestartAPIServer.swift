import UpgradeCore

/// Restarts the API server of a host, only while all others are healthy, and waits until it says its new version.
struct RestartAPIServer: Step {
    let id: StepID = "restart-api-server"
    let title = "Restart the API server"

    func longest(_ context: StepContext) -> Duration { context.playbook.deadlines.daemon * 2 }

    func probes(_ context: StepContext) -> [Probe] {
        decision(context).probes + Self.others(context).map { .apiServer(host: $0) }
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        let actions = try decision(context).actions(seen, context)
        // Starting one that is down takes nothing away, so it need not wait for the others.
        if !actions.isEmpty, try seen.unit(UnitName.apiServer, on: context.hostName).isActive {
            for host in Self.others(context) {
                guard try seen.apiServer(on: host).isHealthy else {
                    throw .unmet(.apiServerUnhealthy(host: host))
                }
            }
        }
        return actions
    }

    func gate(_ context: StepContext) -> Gate? {
        let host = context.hostName
        let decision = decision(context)
        return Gate(
            probes: decision.probes + [.apiServer(host: host)],
            deadline: context.playbook.deadlines.daemon,
            interval: GateInterval.daemon,
            measured: { (seen) throws(StepError) in
                [try GateReadings.unit(decision, seen, context)] + (try GateReadings.server(host, seen, context))
            },
            verdict: { (seen) throws(StepError) -> Verdict in
                if let unmet = try decision.unmet(seen, context) { return .waiting(unmet) }
                let server = try seen.apiServer(on: host)
                guard server.isHealthy else { return .waiting(.apiServerUnhealthy(host: host)) }
                let target = try context.targetKubernetes()
                guard server.version == target else {
                    return .waiting(.apiServerVersion(host: host, found: server.version, expected: target))
                }
                return .open
            }
        )
    }

    private func decision(_ context: StepContext) -> RestartDecision {
        RestartDecision(host: context.hostName, unit: UnitName.apiServer)
    }

    private static func others(_ context: StepContext) -> [String] {
        context.playbook.hosts(.controlPlane).map(\.name).filter { $0 != context.hostName }
    }
}
