import UpgradeCore

/// Looks at everything once more: what runs, what is installed, what is cordoned, who leads.
struct VerifyCluster: Step {
    let id: StepID = "verify-cluster"
    let title = "Everything runs the hop's version"

    func probes(_ context: StepContext) -> [Probe] { [] }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] { [] }

    func gate(_ context: StepContext) -> Gate? {
        Gate(
            probes: Self.questions(context),
            deadline: context.playbook.deadlines.daemon,
            interval: GateInterval.node,
            measured: { (seen) throws(StepError) in try Self.measured(seen, context) },
            verdict: { (seen) throws(StepError) -> Verdict in
                for check in [Self.servers, Self.packages, Self.units, Self.nodes, Self.leaders] {
                    if let unmet = try check(seen, context) { return .waiting(unmet) }
                }
                return .open
            }
        )
    }

    private typealias Check = @Sendable (Observation, StepContext) throws(StepError) -> Unmet?

    private static func questions(_ context: StepContext) -> [Probe] {
        var probes: [Probe] = context.playbook.hosts(.controlPlane).map { .apiServer(host: $0.name) }
        for host in context.playbook.hosts {
            let names = names(of: host, context)
            if !names.isEmpty { probes.append(.packages(host: host.name, names: names)) }
            probes += UnitName.units(of: host).map { .unit(host: host.name, unit: $0) }
        }
        return probes + [.nodes] + UnitName.controllers.map { .leader(component: $0) }
    }

    /// Clients may be a release newer than their servers, and stay so when a cluster is led back.
    private static func names(of host: Host, _ context: StepContext) -> [String] {
        let names = PackagesOfHost.kubernetes(of: host, context.playbook)
        let clients = context.plan.restores == nil ? [] : context.playbook.packages.client
        return names.filter { !clients.contains($0) }
    }

    private static func measured(_ seen: Observation, _ context: StepContext) throws(StepError) -> [GateReading] {
        let servers = context.playbook.hosts(.controlPlane).map(\.name)
        let target = try context.targetKubernetes()
        var (updated, packages, packagesWanted, units, unitsWanted) = (0, 0, 0, 0, 0)
        for host in servers where try seen.apiServer(on: host).version == target { updated += 1 }
        for host in context.playbook.hosts {
            let names = names(of: host, context)
            packagesWanted += names.count
            if !names.isEmpty {
                let (installed, wanted) = (try seen.packages(on: host.name, names: names), try context.target())
                packages += names.count { installed[$0]?.version == wanted && installed[$0]?.isConfigured == true }
            }
            for unit in UnitName.units(of: host) {
                unitsWanted += 1
                if try RestartDecision(host: host.name, unit: unit).unmet(seen, context) == nil { units += 1 }
            }
        }
        let workers = Set(context.playbook.hosts(.worker).map(\.node))
        let nodes = try seen.nodes()
        let kubelets = nodes.count { workers.contains($0.name) && $0.kubeletVersion == target }
        let ours = nodes.count { context.isOurCordon($0) }
        let baseline = context.plan.baseline.readyNodes
        let ready = baseline.intersection(nodes.filter(\.isReady).map(\.name)).count
        var readings = [
            try GateReadings.healthy(servers, seen),
            GateReading("API servers at v\(target)", updated, of: servers.count),
            GateReading("packages of the hop installed", packages, of: packagesWanted),
            GateReading("daemons at v\(target)", units, of: unitsWanted),
            GateReading("kubelets at v\(target)", kubelets, of: workers.count),
            GateReading("nodes Ready of those before the run", ready, of: baseline.count),
            GateReading("cordons of this run", ours == 0 ? "none" : "\(ours)", needs: "none"),
        ]
        for component in UnitName.controllers { readings.append(try GateReadings.leader(component, seen)) }
        return readings
    }

    private static let servers: Check = { (seen, context) throws(StepError) -> Unmet? in
        let target = try context.targetKubernetes()
        for host in context.playbook.hosts(.controlPlane) {
            let server = try seen.apiServer(on: host.name)
            guard server.isHealthy else { return .apiServerUnhealthy(host: host.name) }
            guard server.version == target else {
                return .apiServerVersion(host: host.name, found: server.version, expected: target)
            }
        }
        return nil
    }

    private static let packages: Check = { (seen, context) throws(StepError) -> Unmet? in
        let target = try context.target()
        for host in context.playbook.hosts {
            let names = names(of: host, context)
            guard !names.isEmpty else { continue }
            let installed = try seen.packages(on: host.name, names: names)
            for name in names {
                guard let package = installed[name], package.version == target else {
                    return .unexpectedPackage(
                        host: host.name,
                        package: name,
                        found: installed[name]?.version,
                        expected: [target]
                    )
                }
                guard package.isConfigured else {
                    return .packageSystemUnclean(host: host.name, audit: "\(name) is not configured")
                }
            }
        }
        return nil
    }

    private static let units: Check = { (seen, context) throws(StepError) -> Unmet? in
        for host in context.playbook.hosts {
            for unit in UnitName.units(of: host) {
                if let unmet = try RestartDecision(host: host.name, unit: unit).unmet(seen, context) { return unmet }
            }
        }
        return nil
    }

    private static let nodes: Check = { (seen, context) throws(StepError) -> Unmet? in
        let target = try context.targetKubernetes()
        let nodes = try seen.nodes()
        for host in context.playbook.hosts(.worker) {
            guard let node = nodes.first(where: { $0.name == host.node }) else { return .nodeMissing(node: host.node) }
            guard node.kubeletVersion == target else {
                return .kubeletVersion(node: node.name, found: node.kubeletVersion, expected: target)
            }
        }
        for node in nodes where context.isOurCordon(node) { return .cordonLeft(node: node.name) }
        let ready = Set(nodes.filter(\.isReady).map(\.name))
        let lost = context.plan.baseline.readyNodes.subtracting(ready)
        return lost.min().map { .worseThanBaseline(node: $0) }
    }

    private static let leaders: Check = { (seen, context) throws(StepError) -> Unmet? in
        for component in UnitName.controllers {
            if let unmet = try LeaderCheck.unmet(component, seen) { return unmet }
        }
        return nil
    }
}
