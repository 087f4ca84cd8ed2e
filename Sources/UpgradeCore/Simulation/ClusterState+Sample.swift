extension ClusterState {
    /// A healthy simulated cluster at a release, with the hosts of a playbook and some pods under budgets.
    ///
    /// Simulated, not real: for the embedded default, rehearsals and tests.
    public static func sample(playbook: Playbook, at release: MinorRelease) -> ClusterState {
        var state = ClusterState(packaging: Packaging(playbook: playbook))
        guard let installed = playbook.releases[release] else { return state }
        let offered = playbook.releases.sorted { $0.key < $1.key }.map(\.value)
        let etcdHosts = playbook.hosts(.etcd)
        for (number, host) in playbook.hosts.enumerated() {
            var simulated = SimulatedHost()
            simulated.identity = HostIdentity(machineID: Digest.sha256("\(number)", host.name).prefix(32).description)
            for name in packages(of: host, playbook) {
                simulated.packages[name] = InstalledPackage(version: installed)
                simulated.candidates[name] = offered
            }
            if host.roles.contains(.etcd) {
                simulated.etcd = EtcdMemberState(
                    isHealthy: true,
                    isLeader: host == etcdHosts.first,
                    version: "3.4.23",
                    databaseSize: .mebibytes(64),
                    quota: .mebibytes(2048),
                    memberCount: etcdHosts.count
                )
                simulated.units[DaemonName.etcd] = UnitState(isActive: true, activeSeconds: 86_400)
            }
            for unit in units(of: host) {
                simulated.units[unit] = UnitState(
                    isActive: true,
                    runningVersion: installed.kubernetes,
                    activeSeconds: 86_400
                )
            }
            if host.roles.contains(.controlPlane) {
                simulated.apiServer = APIServerState(isHealthy: true, version: installed.kubernetes)
            }
            state.hosts[host.name] = simulated
        }
        for unit in [ControlPlaneUnit.controllerManager, .scheduler] {
            let holder = playbook.hosts(.controlPlane).first?.name ?? ""
            state.leaders[unit.rawValue] = LeaderState(holder: "\(holder)_simulated", secondsSinceRenewal: 1)
        }
        for host in playbook.hosts(.worker) {
            state.nodes[host.node] = NodeState(name: host.node, kubeletVersion: installed.kubernetes)
        }
        state.addWorkloads(playbook)
        state.addComponents(playbook)
        state.addCrowd(playbook)
        return state
    }

    private static func packages(of host: Host, _ playbook: Playbook) -> [String] {
        var names: [String] = []
        if host.roles.contains(.controlPlane) { names += playbook.packages.controlPlane + playbook.packages.client }
        if host.roles.contains(.worker) { names += playbook.packages.node }
        if host.roles.contains(.client) { names += playbook.packages.client }
        return names
    }

    private static func units(of host: Host) -> [String] {
        (host.roles.contains(.controlPlane) ? ControlPlaneUnit.allCases.map(\.rawValue) : [])
            + (host.roles.contains(.worker) ? NodeUnit.allCases.map(\.rawValue) : [])
    }

    /// A web service of four replicas, under a budget of three where there are several workers, and a DaemonSet pod per node.
    private mutating func addWorkloads(_ playbook: Playbook) {
        let nodes = playbook.hosts(.worker).map(\.node)
        guard !nodes.isEmpty else { return }
        let replicas = 4
        for number in 0..<replicas {
            let pod = PodState(
                namespace: "shop",
                name: "web-\(number)",
                uid: "web-\(number)",
                owner: "ReplicaSet/web",
                labels: ["app": "web"]
            )
            pods[nodes[number % nodes.count], default: []].append(pod)
        }
        // On an only worker it would never allow a drain: the pods have nowhere to go.
        guard nodes.count > 1 else { return }
        budgets.append(
            BudgetState(
                namespace: "shop",
                name: "web",
                matchLabels: ["app": "web"],
                disruptionsAllowed: 1,
                currentHealthy: replicas,
                desiredHealthy: replicas - 1,
                expectedPods: replicas
            )
        )
    }

    /// Calico and Tiller one step before the first version that the playbook moves them to.
    private mutating func addComponents(_ playbook: Playbook) {
        let nodes = playbook.hosts(.worker)
        if let calico = playbook.calico {
            let tag = playbook.simulation?.calicoTag ?? Self.tagWithoutVersion
            let image = "\(calico.image):\(tag)"
            var set = DaemonSetState(image: image, updateStrategy: "RollingUpdate", pods: [:])
            for host in nodes {
                // A mesh of all nodes, as Calico's default is.
                let others = nodes.filter { $0 != host }
                hosts[host.name]?.bgpPeers = others.map { BGPPeer(address: $0.address, info: "Established") }
                if let unit = calico.unit {
                    hosts[host.name]?.units[unit] = UnitState(isActive: true, activeSeconds: 86_400)
                    continue
                }
                let name = "\(calico.daemonSet)-\(host.name)"
                let pod = PodState(
                    namespace: calico.namespace,
                    name: name,
                    uid: name,
                    owner: "DaemonSet/\(calico.daemonSet)",
                    image: image
                )
                set.pods[host.node] = pod
                pods[host.node, default: []].append(pod)
            }
            if calico.unit == nil { daemonSets["\(calico.namespace)/\(calico.daemonSet)"] = set }
            if let typha = calico.typha {
                deployments["\(calico.namespace)/\(typha.deployment)"] = DeploymentState(
                    image: "\(typha.image):\(tag)",
                    replicas: 3,
                    updatedAndAvailable: 3,
                    maxUnavailable: 1
                )
            }
            if calico.migration != nil { addStores(playbook) }
            if calico.migration != nil || playbook.simulation?.servesV2 == true { serveV2(playbook) }
            // Where a unit runs it, its package tells the version.
            let start = calico.unit.flatMap { _ in PackageVersion("\(tag.drop { $0 == "v" })-1") }
            offer(calico.packages, calico.rolls.values.flatMap { $0.map(\.package) }, on: nodes, from: start)
        }
        if let helm = playbook.helm {
            for namespace in helm.tillerNamespaces {
                deployments["\(namespace)/tiller-deploy"] = DeploymentState(
                    image: "\(helm.image):\(playbook.simulation?.tillerTag ?? Self.tagWithoutVersion)",
                    replicas: 1,
                    updatedAndAvailable: 1
                )
            }
            if helm.migrateAt != nil { self.helm = .sample(helm) }
            carryHelm(playbook)
            if let lost = playbook.simulation?.lost, !lost.isEmpty { lostHelmObjects = Set(lost) }
            let clients = playbook.hosts(.client)
            let hosts = clients.isEmpty ? Array(playbook.hosts(.controlPlane).prefix(1)) : clients
            for program in helm.programs { offer(program.packages, Array(program.versions.values), on: hosts) }
        }
    }

    private static let tagWithoutVersion = "simulated"

    private mutating func offer(
        _ names: [String],
        _ versions: [PackageVersion],
        on hosts: [Host],
        from installed: PackageVersion? = nil
    ) {
        // Where the playbook moves a component to several versions, the simulated cluster starts before the first.
        guard let start = installed ?? PackageVersion("0~simulated") else { return }
        for host in hosts {
            for name in names {
                self.hosts[host.name]?.packages[name] = InstalledPackage(version: start)
                self.hosts[host.name]?.candidates[name] = versions
            }
        }
    }
}
