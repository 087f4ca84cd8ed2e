extension Action {
    /// What the action does, in a few words for a person.
    public var title: String {
        switch self {
        case .refreshPackageLists(let host): "read the package lists on \(host)"
        case .download(let host, let packages):
            "fetch \(packages.map { "\($0.name) \($0.version)" }.joined(separator: ", ")) to \(host)"
        case .keepArchives(let host, let packages, let directory):
            "keep \(packages.map { "\($0.name) \($0.version)" }.joined(separator: ", ")) in \(directory) on \(host)"
        case .install(let host, let packages, let conffiles):
            "install \(packages.map { "\($0.name) \($0.version)" }.joined(separator: ", ")) on \(host)"
                + (conffiles ?? []).map { ", \($0.title)" }.joined()
        case .downgrade(let host, let packages, _):
            "put back \(packages.map { "\($0.name) \($0.version)" }.joined(separator: ", ")) on \(host)"
        case .configurePending(let host): "finish the interrupted dpkg run on \(host)"
        case .unhold(let host, let package): "lift the hold of \(package) on \(host)"
        case .hold(let host, let package): "put \(package) on hold on \(host)"
        case .mask(let host, let unit): "mask \(unit) on \(host)"
        case .unmask(let host, let unit): "unmask \(unit) on \(host)"
        case .pause(let host, let unit): "stop and mask \(unit) on \(host)"
        case .unpause(let host, let unit): "unmask and start \(unit) on \(host)"
        case .restart(let host, let unit): "restart \(unit) on \(host)"
        case .saveSnapshot(let host, let path): "save an etcd snapshot to \(path) on \(host)"
        case .proveSnapshot(let host, let path, _): "restore \(path) on \(host) beside etcd and read it back"
        case .archive(let host, _, let path): "archive the configuration of \(host) to \(path)"
        case .fetch(let host, let path, let localPath): "copy \(path) of \(host) to \(localPath)"
        case .prune(let host, let directory, _, let keep):
            "keep the newest \(keep) snapshots in \(directory) on \(host)"
        case .cordon(let node, _): "cordon \(node)"
        case .uncordon(let node, _): "uncordon \(node)"
        case .drain(let node, _): "drain \(node)"
        case .setUpdateStrategy(let namespace, let daemonSet, let to, _):
            "set the update strategy of \(namespace)/\(daemonSet) to \(to)"
        case .setDaemonSetImage(let namespace, let daemonSet, _, let image, _):
            "set the image of \(namespace)/\(daemonSet) to \(image)"
        case .setDeploymentImage(let namespace, let deployment, _, let image):
            "set the image of \(namespace)/\(deployment) to \(image)"
        case .deletePod(let namespace, let name, _): "delete pod \(namespace)/\(name)"
        case .hook(let name, let host, _, _, _): "run the hook \(name) on \(host)"
        case .convertHelmRelease(let one):
            "convert Helm 2 release \(one.source.path) to Secret \(one.namespace)/\(one.secret)"
        case .removeHelmSecret(let one): "remove the converted Secret \(one.namespace)/\(one.secret)"
        case .mapHelmRelease(let one):
            "write Helm \(one.helm) release \(one.source.path) anew as \(one.target.name), with "
                + one.apis.map { "\($0.kind) of \($0.to) for \($0.from)" }.joined(separator: ", ")
        case .retireHelmRecord(let one):
            "copy Helm 2's \(one.source.path) to \(one.localPath) and remove it"
        case .removeTiller(let namespace): "remove Tiller from \(namespace)"
        case .openSilence(let silence): "\(silence.isWindow == true ? "open" : "silence") \(silence.what)"
        case .saveCalico(let host, let path, .objects): "save what calicoctl gives to \(path) on \(host)"
        case .saveCalico(let host, let path, let part):
            "save Calico's keys in etcd's \(part == .etcdv2 ? "v2" : "v3") API to \(path) on \(host)"
        case .migrateCalico(let host, _, .validate, _):
            "try the conversion of Calico's data on \(host), and change nothing"
        case .migrateCalico(let host, _, .start, _):
            "pause Calico's old store and write the new one, on \(host)"
        case .migrateCalico(let host, _, .complete, _): "mark Calico's new store ready, on \(host)"
        case .migrateCalico(let host, _, .abort, _): "mark Calico's old store ready again, on \(host)"
        case .switchCalico(let host): "let Calico's files on \(host) name etcd's v3 API"
        case .setDaemonSetVariable(let namespace, let daemonSet, _, let name, let value, _):
            "set \(name) of \(namespace)/\(daemonSet) to \(value)"
        case .pullImage(let host, let image, let client): "fetch image \(image) to \(host) with \(client)"
        case .dropMark(let effect):
            "take the mark away by which \(effect.title), and nothing else: the effect is gone or somebody else's"
        case .placeFile(let host, let localPath, let path, _): "copy \(localPath) to \(path) on \(host)"
        case .stageEtcd(let host, let path, _, _): "restore \(path) on \(host) beside etcd's data"
        case .swapEtcd(let host, _):
            "put what was restored in the place of etcd's data on \(host), and keep the old beside it"
        case .restartAll(let host, let units, _): "restart \(units.joined(separator: " and ")) on \(host)"
        case .closeSilence(let silence): "end \(silence.isWindow == true ? "" : "the silence of ")\(silence.what)"
        }
    }
}

extension ActionProgress {
    /// Whether the action waits for something.
    public var isWait: Bool {
        if case .ran = self { false } else { true }
    }

    /// What the action waits for, in one line for a person.
    public var title: String {
        switch self {
        case .blocked(let blocks): "is blocked: \(blocks.map(\.why).joined(separator: "; "))"
        case .packageLockHeld(let host, let by): "waits for dpkg on \(host), held by \(by)"
        case .reconnecting(let host, let reason): "reconnects to \(host): \(reason)"
        case .ran(let trace): "ran on \(trace.host): \(trace.command)   (\(trace.status))"
        }
    }
}
