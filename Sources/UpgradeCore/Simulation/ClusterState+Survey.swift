extension ClusterState {
    /// Makes a simulated cluster that answers as the real one did.
    public init(survey: Observation, playbook: Playbook) {
        self.init(packaging: Packaging(playbook: playbook))
        for host in playbook.hosts {
            hosts[host.name] = SimulatedHost()
        }
        carryHelm(playbook)
        for (probe, answer) in survey.answers {
            seed(probe, answer)
        }
    }

    private mutating func seed(_ probe: Probe, _ answer: Answer) {
        switch (probe, answer) {
        case (.identity(let host), .identity(let value)): hosts[host]?.identity = value
        case (.freeSpace(let host, let path), .freeSpace(let value)): hosts[host]?.freeSpace[path] = value
        case (.packages(let host, _), .packages(let value)): hosts[host]?.packages.merge(value) { _, new in new }
        case (.candidates(let host, _), .candidates(let value)): hosts[host]?.candidates.merge(value) { _, new in new }
        case (.archives(let host, _), .archives(let value)):
            let known = hosts[host]?.offeredArchives ?? []
            hosts[host]?.offeredArchives = known + value.filter { !known.contains($0) }
        case (.dryStart(let host, _, _), .dryStart(let value)):
            let there = hosts[host]?.archives ?? []
            hosts[host]?.archives = there + value.archives.filter { !there.contains($0) }
        case (.conffiles(let host, _), .conffiles(let value)):
            let there = hosts[host]?.archives ?? []
            hosts[host]?.archives = there + value.archives.filter { !there.contains($0) }
            let known = hosts[host]?.conffiles ?? []
            hosts[host]?.conffiles = known + value.contested.filter { !known.contains($0) }
        case (.packageSystem(let host), .packageSystem(let value)): hosts[host]?.packageSystem = value
        case (.unit(let host, let unit), .unit(let value)): hosts[host]?.units[unit] = value
        case (.etcdMember(let host), .etcdMember(let value)): hosts[host]?.etcd = value
        case (.snapshot(let host, let path), .snapshot(let value)): hosts[host]?.snapshots[path] = value
        case (.file(let host, let path), .file(let value)):
            if let value { hosts[host]?.files[path] = value }
        case (.files(let host, let directory, _), .files(let names)):
            for name in names {
                hosts[host]?.files["\(directory)/\(name)"] = FileState(sha256: "", size: ByteCount(bytes: 0))
            }
        case (.localFile(let path), .file(let value)): localFiles[path] = value
        case (.apiServer(let host), .apiServer(let value)): hosts[host]?.apiServer = value
        case (.leader(let component), .leader(let value)): leaders[component] = value
        case (.nodes, .nodes(let value)):
            for node in value {
                nodes[node.name] = node
            }
        case (.node(let name), .node(let value)): nodes[name] = value
        case (.podsOnNode(let node), .pods(let value)): pods[node] = value
        case (.budgets, .budgets(let value)): budgets = value
        case (.daemonSet(let namespace, let name), .daemonSet(let value)): daemonSets["\(namespace)/\(name)"] = value
        case (.deployment(let namespace, let name), .deployment(let value)):
            deployments["\(namespace)/\(name)"] = value
        case (.hostConfiguration(let host), .hostConfiguration(let value)): hosts[host]?.configuration = value
        case (.pods, .podsByNode(let value)): pods.merge(value) { _, new in new }
        case (.objects, .objects(let value)): objects = value
        case (.helmManifests, .helmManifests(let value)): helmManifests = value
        case (.helmReleases(let compares), .helmReleases(let value)):
            // The answer that compares says more, whichever comes first.
            if compares || helm == HelmInventory() { helm = value }
        case (.helmPresence, .helmPresence(let value)): surveyedPresence = value
        case (.apiRequests(let host), .apiRequests(let value)): hosts[host]?.requests = value
        case (.unreachedKubelets(let host), .unreachedKubelets(let value)): hosts[host]?.unreachedKubelets = value
        case (.bgpPeers(let host), .bgpPeers(let value)): hosts[host]?.bgpPeers = value
        case (.calicoStores, .calicoStores(let value)): calico = value
        case (.calicoConfiguration(let host), .calicoConfiguration(let value)): hosts[host]?.calicoFiles = value
        case (.podReach(_, let node), .podReach(let value)):
            unreachedPods = (unreachedPods ?? []).union(value.silent.map { "\(node) \($0.node)" })
        case (.nodeImage(let host, let image, _), .nodeImage(let value)):
            setImage(image, value, on: host)
        case (.helmVersion(let host, let program), .helmVersion(let value)):
            guard let version = value.version else { return }
            foundHelmVersions = (foundHelmVersions ?? [:]).merging(["\(host) \(program.title)": "\(version)"]) { $1 }
        case (.programs(let host, let names), .programs(let value)):
            let known = hosts[host]?.missingPrograms ?? []
            hosts[host]?.missingPrograms = known.union(names.filter { !value.contains($0) })
        case (.etcdRestore(let host, _), .etcdRestore(let value)): hosts[host]?.restore = value
        case (.newerFiles(let host, let unit, _), .newerFiles(let value)):
            var known = hosts[host]?.newerFiles ?? [:]
            known[unit] = value
            hosts[host]?.newerFiles = known
        case (.silence(let silence), .silence(let value)):
            if value != nil { silences = (silences ?? []).union([silence]) }
        default:
            // An answer of another kind than its question; the access that gave it is at fault and the steps say so.
            break
        }
    }
}
