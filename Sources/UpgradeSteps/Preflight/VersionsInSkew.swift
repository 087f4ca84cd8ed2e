import UpgradeCore

/// Checks that what runs is close enough together, now and after the hop's API servers are new.
///
/// Looks at every Node object, not only at the workers of the playbook.
struct VersionsInSkew: Step {
    let id: StepID = "versions-in-skew"
    let title = "Running versions are within the supported skew"

    func probes(_ context: StepContext) -> [Probe] {
        let hosts = context.playbook.hosts(.controlPlane).map(\.name)
        return hosts.map { .apiServer(host: $0) }
            + hosts.flatMap { host in UnitName.controllers.map { .unit(host: host, unit: $0) } }
            + [.nodes]
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        let lowest = try lowestAPIServer(seen, context)
        for host in context.playbook.hosts(.controlPlane) {
            for unit in UnitName.controllers {
                let state = try seen.unit(unit, on: host.name)
                if state.isMasked, context.isOurMask(host: host.name, unit: unit) { continue }
                guard state.isActive, let version = state.runningVersion else {
                    throw .unmet(.unitNotRunning(host: host.name, unit: unit, found: nil, expected: nil))
                }
                let limit = context.hop.controllerSkewLimit.value
                try check("\(unit) on \(host.name)", version, lowest: lowest, limit: limit, context)
            }
        }
        for node in try seen.nodes() {
            guard let version = node.kubeletVersion else {
                throw .unmet(.kubeletVersion(node: node.name, found: nil, expected: nil))
            }
            let limit = context.hop.kubeletSkewLimit.value
            try check("the kubelet of \(node.name)", version, lowest: lowest, limit: limit, context)
        }
        return []
    }

    /// Every API server must be where the hop starts or where it ends.
    private func lowestAPIServer(_ seen: Observation, _ context: StepContext) throws(StepError) -> MinorRelease {
        var lowest = context.key.hop.to
        for host in context.playbook.hosts(.controlPlane) {
            let server = try seen.apiServer(on: host.name)
            guard server.isHealthy else { throw .unmet(.apiServerUnhealthy(host: host.name)) }
            guard let version = server.version, [context.key.hop.from, context.key.hop.to].contains(version.release)
            else {
                let expected = context.playbook.releases[context.key.hop.from]?.kubernetes
                throw .unmet(.apiServerVersion(host: host.name, found: server.version, expected: expected))
            }
            lowest = min(lowest, version.release)
        }
        return lowest
    }

    /// Not newer than the lowest API server, nor too far behind the one that the hop brings: it is never below those
    /// that run now.
    private func check(
        _ component: String,
        _ version: KubernetesVersion,
        lowest: MinorRelease,
        limit: Int,
        _ context: StepContext
    ) throws(StepError) {
        let release = version.release
        let target = context.key.hop.to
        if release > lowest {
            throw .unmet(.skewExceeded(component: component, version: release, apiServer: lowest, limit: limit))
        }
        if release.major != target.major || target.minor - release.minor > limit {
            throw .unmet(.skewExceeded(component: component, version: release, apiServer: target, limit: limit))
        }
    }
}
