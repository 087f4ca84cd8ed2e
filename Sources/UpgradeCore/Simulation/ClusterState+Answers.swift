extension ClusterState {
    /// Answers a question as the cluster is now.
    ///
    /// - Throws: `AccessError.refusedBySimulation` for a host that is not simulated.
    public func answer(_ probe: Probe) throws(AccessError) -> Answer {
        switch probe {
        case .identity(let host):
            return .identity(try simulated(host).identity)
        case .freeSpace(let host, let path):
            return .freeSpace(try simulated(host).freeSpace[path] ?? Self.defaultFreeSpace)
        case .packages(let host, let names):
            return .packages(try simulated(host).packages.filter { names.contains($0.key) })
        case .candidates(let host, let names):
            return .candidates(try simulated(host).candidates.filter { names.contains($0.key) })
        case .archives(let host, let packages):
            return .archives(archives(of: packages, on: try simulated(host)))
        case .dryStart(let host, let packages, let units):
            return .dryStart(dryStart(packages, units, on: try simulated(host)))
        case .conffiles(let host, let packages):
            return .conffiles(conffiles(packages, on: try simulated(host)))
        case .packageSystem(let host):
            return .packageSystem(try simulated(host).packageSystem)
        case .unit(let host, let unit):
            return .unit(try simulated(host).units[unit] ?? UnitState(exists: false, isActive: false))
        case .etcdMember(let host):
            return .etcdMember(
                try simulated(host).etcd ?? EtcdMemberState(isHealthy: false, version: "", memberCount: 0)
            )
        case .snapshot(let host, let path):
            return .snapshot(try simulated(host).snapshots[path])
        case .file(let host, let path):
            return .file(try simulated(host).files[path])
        case .files(let host, let directory, let prefix):
            return .files(names(in: directory, prefix: prefix, of: try simulated(host)))
        case .localFile(let path):
            return .file(localFiles[path])
        case .apiServer(let host):
            return .apiServer(try simulated(host).apiServer ?? APIServerState(isHealthy: false, version: nil))
        case .leader(let component):
            return .leader(leaders[component])
        case .nodes:
            return .nodes(nodes.values.sorted { $0.name < $1.name })
        case .node(let name):
            return .node(nodes[name])
        case .podsOnNode(let node):
            return .pods(pods[node] ?? [])
        case .budgets:
            return .budgets(budgets)
        case .daemonSet(let namespace, let name):
            return .daemonSet(daemonSets["\(namespace)/\(name)"])
        case .deployment(let namespace, let name):
            return .deployment(deployments["\(namespace)/\(name)"])
        case .hostConfiguration(let host):
            return .hostConfiguration(try simulated(host).configuration)
        case .pods:
            return .podsByNode(pods)
        case .objects:
            return .objects(objects)
        case .helmManifests:
            return .helmManifests(helmManifests)
        case .helmReleases:
            return .helmReleases(helm)
        case .helmPresence:
            return .helmPresence(helmPresence)
        case .helmVersion(let host, let program):
            return .helmVersion(helmVersion(of: program, on: try simulated(host), named: host))
        case .apiServers:
            return .apiServers(hosts.filter { $0.value.apiServer?.isHealthy == true }.keys.sorted())
        case .apiRequests(let host):
            return .apiRequests(try simulated(host).requests ?? [])
        case .unreachedKubelets(let host):
            return .unreachedKubelets(try simulated(host).unreachedKubelets ?? [])
        case .bgpPeers(let host):
            return .bgpPeers(try simulated(host).bgpPeers)
        case .calicoStores:
            return .calicoStores(calico ?? CalicoStores())
        case .calicoConfiguration(let host):
            return .calicoConfiguration(try simulated(host).calicoFiles ?? [])
        case .podReach(let host, let node):
            _ = try simulated(host)
            return .podReach(podReach(from: node))
        case .nodeImage(let host, let image, let client):
            let known = try simulated(host).images?[image]
            return .nodeImage(known ?? NodeImage(client: client ?? .crictl, isPresent: false))
        case .programs(let host, let names):
            let missing = try simulated(host).missingPrograms ?? []
            return .programs(names.filter { !missing.contains($0) })
        case .marks(let host):
            return .marks(marks(of: try simulated(host)))
        case .markedDaemonSets:
            return .markedDaemonSets(markedDaemonSets)
        case .silenceMarks(let silence):
            let open = (silences ?? []).filter { other in
                var same = silence
                same.mark = other.mark
                return same == other && other.isWindow != true
            }
            return .silenceMarks(Set(open.map(\.mark)).sorted())
        case .etcdRestore(let host, _):
            return .etcdRestore(restore(on: try simulated(host)))
        case .newerFiles(let host, let unit, _):
            return .newerFiles(try simulated(host).newerFiles?[unit] ?? [])
        case .silence(let silence):
            // No time passes for a simulated silence.
            guard silences?.contains(silence) == true else { return .silence(nil) }
            return .silence(SilenceState(ids: [silence.name], secondsLeft: silence.lasts / .seconds(1)))
        }
    }

    /// Of every archive that nothing else is said of; made once: a large cluster is asked for it ten thousand times.
    private static let sha256 = String(repeating: "0", count: 64)

    /// A simulation has no archives: all are of one sum, but for what a host is said to be offered.
    private func archives(of packages: [PackageSpec], on host: SimulatedHost) -> [OfferedArchive] {
        let offered = packages.filter { host.candidates[$0.name]?.contains($0.version) == true }
        let same = offered.map { OfferedArchive(package: $0, sha256: Self.sha256) }
        return host.offeredArchives.map { known in known.filter { offered.contains($0.package) } } ?? same
    }

    /// Every daemon of the packages starts, but those that were said not to.
    private func dryStart(_ packages: [PackageSpec], _ units: [String], on host: SimulatedHost) -> DryStartResult {
        let archives = packages.filter { host.archives?.contains($0) == true }
        guard archives.count == packages.count else { return DryStartResult(archives: archives) }
        let trials = units.compactMap { unit in
            packages.first { packaging.units[$0.name]?.contains(unit) == true }.map { package in
                host.refusedStarts?.first { $0.unit == unit }
                    ?? DryStartResult.Trial(unit: unit, version: package.version.kubernetes)
            }
        }
        return DryStartResult(archives: archives, trials: trials)
    }

    /// As a host tells it: nothing of what is not fetched, nor of what is installed.
    private func conffiles(_ packages: [PackageSpec], on host: SimulatedHost) -> ConffileSurvey {
        let archives = packages.filter { host.archives?.contains($0) == true }
        let coming = archives.filter { host.packages[$0.name]?.version != $0.version }.map(\.name)
        let contested = (host.conffiles ?? []).filter { $0.isContested && coming.contains($0.package) }
        return ConffileSurvey(archives: archives, contested: contested)
    }

    func names(in directory: String, prefix: String, of host: SimulatedHost) -> [String] {
        let start = "\(directory)/\(prefix)"
        return host.files.keys.filter { $0.hasPrefix(start) }.map { String($0.dropFirst(directory.count + 1)) }.sorted()
    }

    /// Refuses a job whose host is another machine than it was meant for, as every host does.
    package func refuseAnotherMachine(_ action: Action, _ job: JobID) throws(AccessError) {
        guard let host = action.host, let expected = job.machine, let found = hosts[host]?.identity.machineID,
            found != expected
        else { return }
        throw .remote(.anotherMachine(host: host, expected: expected, found: found))
    }

    func simulated(_ host: String) throws(AccessError) -> SimulatedHost {
        guard let found = hosts[host] else {
            throw .refusedBySimulation(reason: "no host \(host) is simulated")
        }
        return found
    }
}
