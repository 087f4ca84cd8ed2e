extension ClusterState {
    /// Begins an action: what a cluster looks like while it runs (daemons of a package are down while it is unpacked).
    ///
    /// - Throws: `AccessError` when a real cluster would refuse; nothing has changed then.
    public mutating func begin(_ action: Action) throws(AccessError) {
        switch action {
        case .install(let host, let packages, _), .download(let host, let packages),
            .keepArchives(let host, let packages, _):
            for package in packages {
                guard try simulated(host).candidates[package.name]?.contains(package.version) == true else {
                    throw failed(host, action, "E: Version '\(package.version)' for '\(package.name)' was not found")
                }
            }
            guard case .install(_, _, let decisions) = action else { return }
            for package in packages {
                guard let there = hosts[host]?.packages[package.name], there.isHeld, there.version != package.version
                else { continue }
                throw failed(host, action, "E: Held packages were changed")
            }
            try refuseConffiles(packages, decisions ?? [], of: host, action)
            guard packaging.scriptsRestart else { return }
            for unit in packages.flatMap({ packaging.units[$0.name] ?? [] }) {
                stop(unit, on: host)
            }
        case .downgrade(let host, let packages, let directory):
            for package in packages {
                guard try !names(in: directory, prefix: package.archivePrefix, of: simulated(host)).isEmpty else {
                    throw failed(host, action, "no archive of \(package.name)=\(package.version) in \(directory)")
                }
            }
            guard packaging.scriptsRestart else { return }
            for unit in packages.flatMap({ packaging.units[$0.name] ?? [] }) {
                stop(unit, on: host)
            }
        case .restart(let host, let unit):
            guard try simulated(host).units[unit]?.isMasked == false else {
                throw failed(host, action, "Failed to restart \(unit).service: Unit \(unit).service is masked.")
            }
            stop(unit, on: host)
        case .drain(let node, let options):
            guard nodes[node]?.isCordoned == true else {
                throw .refusedBySimulation(reason: "\(node) is not cordoned")
            }
            let blocks = try blocks(on: node, options)
            guard blocks.isEmpty else { throw .drainBlocked(node: node, by: blocks, deadline: options.deadline) }
        case .convertHelmRelease(let conversion):
            try refuseConversion(conversion)
        case .removeHelmSecret(let conversion):
            try refuseRemoval(conversion)
        case .mapHelmRelease(let mapping):
            try refuseMapping(mapping)
        case .migrateCalico(let host, _, let stage, _):
            try beginMigration(stage, action, on: host)
        case .stageEtcd, .swapEtcd, .unpause(_, DaemonName.etcd):
            try refuseRestore(action)
        default:
            break
        }
    }

    /// Ends an action that was begun: its effect is there.
    ///
    /// - Throws: `AccessError` when a real cluster would refuse; nothing has changed then but what a drain evicted.
    public mutating func end(_ action: Action) throws(AccessError) {
        applied.append(action)
        do throws(AccessError) {
            try apply(action)
        } catch {
            applied.removeLast()
            throw error
        }
        schedule()
    }

    private mutating func apply(_ action: Action) throws(AccessError) {
        switch action {
        case .refreshPackageLists:
            break
        case .download(let host, let packages):
            let there = hosts[host]?.archives ?? []
            hosts[host]?.archives = there + packages.filter { !there.contains($0) }
        case .keepArchives(let host, let packages, let directory):
            for package in packages {
                for name in names(in: directory, prefix: "\(package.name)_", of: try simulated(host)) {
                    hosts[host]?.files["\(directory)/\(name)"] = nil
                }
                write("\(directory)/\(package.archivePrefix)amd64.deb", on: host)
            }
        case .install(let host, let packages, _), .downgrade(let host, let packages, _):
            if case .install(_, _, let decisions) = action { settleConffiles(packages, decisions ?? [], on: host) }
            for package in packages {
                hosts[host]?.packages[package.name] = InstalledPackage(version: package.version)
                outdateCalico(by: package.name, on: host)
                guard packaging.scriptsRestart else { continue }
                for unit in packaging.units[package.name] ?? [] {
                    start(unit, on: host)
                }
            }
        case .configurePending(let host):
            hosts[host]?.packageSystem.audit = ""
            for name in try simulated(host).packages.keys {
                hosts[host]?.packages[name]?.isConfigured = true
            }
        case .unhold(let host, let package):
            hosts[host]?.packages[package]?.isHeld = false
        case .hold(let host, let package):
            hosts[host]?.packages[package]?.isHeld = true
        case .mask(let host, let unit):
            hosts[host]?.units[unit]?.isMasked = true
        case .unmask(let host, let unit):
            hosts[host]?.units[unit]?.isMasked = false
        case .pause(let host, let unit):
            stop(unit, on: host)
            hosts[host]?.units[unit]?.isMasked = true
        case .unpause(let host, let unit):
            hosts[host]?.units[unit]?.isMasked = false
            start(unit, on: host)
        case .restart(let host, let unit):
            start(unit, on: host)
        case .saveSnapshot(let host, let path):
            let count = Int64(applied.count)
            hosts[host]?.snapshots[path] = SnapshotStatus(hash: "5eed\(count)", revision: 1000 + count, totalKeys: 900)
            write(path, on: host)
            savedObjects = (savedObjects ?? [:]).merging([path: SimulatedObjects(self)]) { $1 }
        case .proveSnapshot(let host, let path, _):
            guard let status = try simulated(host).snapshots[path], let file = try simulated(host).files[path] else {
                break
            }
            hosts[host]?.snapshots[path]?.proof = SnapshotProof(
                sha256: file.sha256,
                revision: status.revision,
                knownKey: 1,
                keys: status.totalKeys
            )
        case .archive(let host, _, let path):
            write(path, on: host)
        case .fetch(let host, let path, let localPath):
            localFiles[localPath] = try simulated(host).files[path]
        case .prune(let host, let directory, let prefix, let keep):
            for name in names(in: directory, prefix: prefix, of: try simulated(host)).dropLast(keep) {
                hosts[host]?.files["\(directory)/\(name)"] = nil
                hosts[host]?.snapshots["\(directory)/\(name)"] = nil
            }
        case .cordon(let node, let mark):
            nodes[node]?.isCordoned = true
            nodes[node]?.cordonMark = mark
        case .uncordon(let node, let mark):
            guard nodes[node]?.cordonMark == mark else {
                throw .refusedBySimulation(reason: "the cordon of \(node) is not of \(mark)")
            }
            nodes[node]?.isCordoned = false
            nodes[node]?.cordonMark = nil
        case .drain(let node, let options):
            try evict(node, options)
        case .setUpdateStrategy(let namespace, let daemonSet, let to, _):
            daemonSets["\(namespace)/\(daemonSet)"]?.updateStrategy = to
        case .setDaemonSetImage(let namespace, let daemonSet, _, let image, _):
            daemonSets["\(namespace)/\(daemonSet)"]?.image = image
        case .setDeploymentImage(let namespace, let deployment, _, let image):
            deployments["\(namespace)/\(deployment)"]?.image = image
        case .deletePod(let namespace, let name, let uid):
            recreate(namespace: namespace, name: name, uid: uid)
            startCalico(pod: name)
        case .hook(_, let host, _, let receipt, _):
            write(receipt, on: host)
        case .convertHelmRelease(let conversion):
            convert(conversion)
        case .removeHelmSecret(let conversion):
            helm.secrets.removeAll { $0.isOurs && $0.name == conversion.secret && $0.namespace == conversion.namespace }
        case .mapHelmRelease(let mapping):
            map(mapping)
        case .retireHelmRecord(let one):
            retire(one)
        case .removeTiller(let namespace):
            helm.tillers.removeAll { $0.namespace == namespace }
            deployments["\(namespace)/\(HelmTiller.deployment)"] = nil
        case .saveCalico(let host, let path, _):
            write(path, on: host)
        case .migrateCalico(let host, _, let stage, let mark):
            endMigration(stage, mark: mark, on: host)
        case .switchCalico(let host):
            outdateCalico(by: hosts[host]?.calicoFiles ?? [], on: host)
            hosts[host]?.calicoFiles = []
        case .placeFile(let host, _, let path, let sum):
            hosts[host]?.files[path] = FileState(sha256: sum, size: .mebibytes(1))
        case .stageEtcd(let host, let path, let sum, _):
            stage(path, sum, on: host)
        case .swapEtcd(let host, _):
            swap(on: host)
        case .restartAll(let host, let units, let receipt):
            for unit in units {
                stop(unit, on: host)
                start(unit, on: host)
            }
            write(receipt, on: host)
        case .setDaemonSetVariable(let namespace, let daemonSet, _, _, let value, _):
            daemonSets["\(namespace)/\(daemonSet)"]?.datastoreType = value
        case .pullImage(let host, let image, let client):
            setImage(image, NodeImage(client: client, isPresent: true), on: host)
        case .dropMark(.cordon(let node, let mark)):
            // As the patch, whose test fails where the mark is another, or the node is gone.
            guard nodes[node]?.cordonMark == mark else {
                throw .refusedBySimulation(reason: "the mark of \(node) is not \(mark)")
            }
            nodes[node]?.cordonMark = nil
        // The mark of a host or a DaemonSet is no part of this: see `unmark`.
        case .dropMark: break
        case .openSilence(let silence):
            silences = (silences ?? []).union([silence])
        case .closeSilence(let silence):
            silences?.remove(silence)
        }
    }

    mutating func write(_ path: String, on host: String) {
        let content = FileState(sha256: Digest.sha256(path, "\(applied.count)"), size: .mebibytes(1))
        hosts[host]?.files[path] = content
    }

    func failed(_ host: String, _ action: Action, _ output: String) -> AccessError {
        .commandFailed(host: host, command: "\(action)", status: "exit 100", output: output)
    }

    private mutating func stop(_ unit: String, on host: String) {
        hosts[host]?.units[unit]?.isActive = false
        hosts[host]?.units[unit]?.runningVersion = nil
        hosts[host]?.units[unit]?.activeSeconds = nil
        if unit == ControlPlaneUnit.apiServer.rawValue {
            hosts[host]?.apiServer = APIServerState(isHealthy: false, version: nil)
        }
        if unit == DaemonName.etcd { hosts[host]?.etcd?.isHealthy = false }
    }

    /// Starts a unit at the version that is installed, as systemd would; a masked one stays down.
    private mutating func start(_ unit: String, on host: String) {
        guard let found = hosts[host]?.units[unit], !found.isMasked else { return }
        let version = packaging.units.first { $0.value.contains(unit) && hosts[host]?.packages[$0.key] != nil }
            .flatMap { hosts[host]?.packages[$0.key]?.version.kubernetes }
        hosts[host]?.units[unit]?.isActive = true
        hosts[host]?.units[unit]?.runningVersion = version
        hosts[host]?.units[unit]?.activeSeconds = 10
        hosts[host]?.newerFiles?[unit] = nil
        if unit == packaging.calicoUnit { startCalico(on: host) }
        if unit == ControlPlaneUnit.apiServer.rawValue {
            hosts[host]?.apiServer = APIServerState(isHealthy: true, version: version)
        }
        if unit == DaemonName.etcd { hosts[host]?.etcd?.isHealthy = true }
        if unit == NodeUnit.kubelet.rawValue, let node = packaging.hostOfNode.first(where: { $0.value == host })?.key {
            nodes[node]?.kubeletVersion = version
            nodes[node]?.isReady = true
        }
        if leaders[unit] != nil {
            leaders[unit] = LeaderState(holder: "\(host)_simulated", secondsSinceRenewal: 1)
        }
    }
}
