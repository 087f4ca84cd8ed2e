import UpgradeCore

/// Checks that a host is the machine of the survey, in time, and grants root.
struct HostReachable: Step {
    let id: StepID = "host-reachable"
    let title = "Host answers, is the same machine, in time, and grants root"

    /// Certificates and leader locks suffer beyond it; k0sctl refuses at the same limit (phase/validate_hosts.go).
    static let clockLimit = 30.0

    func probes(_ context: StepContext) -> [Probe] {
        [.identity(host: context.hostName)]
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        let host = context.hostName
        let identity = try seen.identity(of: host)
        guard identity.hasRoot else { throw .unmet(.noRoot(host: host)) }
        guard identity.clockOffset.magnitude <= Self.clockLimit else {
            throw .unmet(.clockSkew(host: host, seconds: identity.clockOffset, limit: Self.clockLimit))
        }
        let machines = context.plan.machineIDs
        if let expected = machines[host], expected != identity.machineID {
            throw .unmet(.machineChanged(host: host, expected: expected, found: identity.machineID))
        }
        let others = machines.filter { $0.key != host && $0.value == identity.machineID }
        if let other = others.keys.min() { throw .unmet(.machineTwice(host: host, other: other)) }
        return []
    }
}
