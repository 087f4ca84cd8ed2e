/// Turns actions into commands: the one place that knows the argv of every verb.
public enum CommandRendering {
    /// The lines that carry out `action`, in order.
    ///
    /// Lines that are not jobs do the same thing when done twice. Actions on the API name the first control-plane
    /// host; where that one cannot be reached, another one is used in its stead.
    public static func commands(for action: Action, playbook: Playbook) -> [RenderedCommand] {
        commands(for: action, playbook: playbook, mark: nil)
    }

    /// The same, with the marks that go with effects; plans tell the commands without, as without the fence.
    static func commands(
        for action: Action,
        playbook: Playbook,
        mark: MarkedCommand.Mark?
    ) -> [RenderedCommand] {
        var lines = plain(action, playbook, mark)
        guard let mark else { return lines }
        for index in lines.indices where lines[index].means != .copy {
            lines[index].command.words = MarkedCommand.around(lines[index].command.words, action, mark)
        }
        return lines
    }

    private static func plain(
        _ action: Action,
        _ playbook: Playbook,
        _ mark: MarkedCommand.Mark?
    ) -> [RenderedCommand] {
        switch action {
        case .restart(_, let unit) where unit == playbook.calico?.unit:
            [CalicoCommands(playbook).line(action)]
        case .refreshPackageLists, .download, .keepArchives, .install, .downgrade, .configurePending, .unhold, .hold,
            .mask, .unmask,
            .pause, .unpause, .restart,
            .hook:
            [hostLine(action)]
        case .saveSnapshot(let host, let path):
            snapshot(host: host, path: path, options: playbook.etcd)
        case .proveSnapshot(let host, let path, let key):
            [
                RenderedCommand(
                    host: host,
                    command: Command(
                        ["/bin/sh", "-c", EtcdScripts.prove, "upgrader-prove-snapshot", path, key],
                        needsRoot: true
                    ),
                    means: .job
                )
            ]
        case .archive, .fetch, .prune:
            [fileLine(action)]
        case .saveCalico, .migrateCalico, .switchCalico, .pullImage:
            [CalicoCommands(playbook).line(action)]
        case .placeFile, .stageEtcd, .swapEtcd, .restartAll:
            RestoreCommands(playbook).lines(action)
        case .cordon, .uncordon, .drain, .setUpdateStrategy, .setDaemonSetImage, .setDeploymentImage, .deletePod,
            .setDaemonSetVariable:
            [apiLine(action, playbook: playbook, mark)]
        case .dropMark(let effect):
            effect.hostMark.map { [RenderedCommand(host: $0.host, command: dropped(effect))] }
                ?? (effect.isMarkedInAPI ? [apiLine(action, playbook: playbook, mark)] : [])
        case .convertHelmRelease(let conversion):
            HelmRequests(playbook).conversion(conversion)
        case .removeHelmSecret(let conversion):
            HelmRequests(playbook).removal(conversion)
        case .mapHelmRelease(let mapping):
            HelmRequests(playbook).mapping(mapping)
        case .retireHelmRecord(let one):
            HelmRequests(playbook).retirement(one)
        case .removeTiller(let namespace):
            HelmRequests(playbook).removal(ofTiller: namespace)
        case .openSilence(let silence):
            silence.isWindow == true
                ? MaintenanceWindow.lines(silence, playbook, \.open) : AlertmanagerRequests.lines(opening: silence)
        case .closeSilence(let silence):
            silence.isWindow == true
                ? MaintenanceWindow.lines(silence, playbook, \.close) : AlertmanagerRequests.lines(closing: silence)
        }
    }

    /// Nothing but the removal of the mark.
    private static func dropped(_ effect: SideEffect) -> Command {
        let nowhere = MarkedCommand.Mark(run: "", step: "")
        return Command(MarkedCommand.around(["true"], .dropMark(effect), nowhere), needsRoot: true)
    }

    /// The host on which API actions are carried out, unless it cannot be reached.
    static func apiHost(_ playbook: Playbook) -> String {
        playbook.hosts(.controlPlane).first?.name ?? ""
    }

    /// The words of `etcdctl` for the member on the host itself.
    static func etcdctl(_ options: EtcdOptions) -> [String] {
        var words = ["env", "ETCDCTL_API=3", "etcdctl", "--endpoints=\(options.endpoint)"]
        words += options.cacert.map { ["--cacert=\($0)"] } ?? []
        words += options.cert.map { ["--cert=\($0)"] } ?? []
        words += options.key.map { ["--key=\($0)"] } ?? []
        return words
    }

    private static func snapshot(host: String, path: String, options: EtcdOptions) -> [RenderedCommand] {
        [
            RenderedCommand(host: host, command: directory(of: path)),
            // etcdctl writes to PATH.part, syncs it and renames it, so that PATH exists only when complete.
            // Source: etcd 3.2 etcdctl/ctlv3/command/snapshot_command.go, 3.4 clientv3/snapshot/v3_snapshot.go
            RenderedCommand(
                host: host,
                command: Command(etcdctl(options) + ["snapshot", "save", path], needsRoot: true),
                means: .job
            ),
        ]
    }

    private static func directory(of path: String) -> Command {
        let parent = path.lastIndex(of: "/").map { path[..<$0] } ?? "."
        return Command(["mkdir", "-p", "-m", "0700", "--", parent.isEmpty ? "/" : String(parent)], needsRoot: true)
    }
}

// MARK: packages and units

extension CommandRendering {
    /// No question is asked, no news is shown in a pager, and nobody restarts other services behind our back.
    ///
    /// - Source: needrestart 3.6, apt-pinvoke (`NEEDRESTART_SUSPEND`) and needrestart (`NEEDRESTART_MODE`, `l` only lists);
    ///   apt-listchanges 3.24, apt-listchanges(1), ENVIRONMENT
    private static let quietly = [
        "env", "DEBIAN_FRONTEND=noninteractive", "APT_LISTCHANGES_FRONTEND=none", "NEEDRESTART_MODE=l",
        "NEEDRESTART_SUSPEND=1",
    ]

    /// Neither --allow-downgrades nor --allow-change-held-packages: apt then refuses both.
    ///
    /// What would have to go for a package is in no plan, and stays. So do other packages of the same source: where the
    /// version is the newest, apt would bring them along to it, kubelet with API server.
    /// - Source: apt 2.6, doc/examples/configure-index; tried with 2.6.1
    private static let installing = [
        "apt-get", "install", "-y", "--no-remove", "--no-install-recommends",
        "-o", "APT::Get::Upgrade-By-Source-Package=false",
    ]

    /// Conffiles: the maintainer's where the host's is untouched, else the host's.
    private static let keepingConffiles = [
        "-o", "Dpkg::Options::=--force-confdef", "-o", "Dpkg::Options::=--force-confold",
    ]

    private static func hostLine(_ action: Action) -> RenderedCommand {
        func line(_ host: String, _ words: [String]) -> RenderedCommand {
            RenderedCommand(
                host: host,
                command: Command(words, needsRoot: true),
                means: action.isJob ? .job : .call
            )
        }
        func mark(_ host: String, _ word: String, _ package: String) -> RenderedCommand {
            line(host, ["/bin/sh", "-c", HostScripts.mark, "upgrader-mark", word, package])
        }
        switch action {
        case .refreshPackageLists(let host):
            return line(host, quietly + ["apt-get", "update"])
        case .download(let host, let packages):
            let versions = packages.map { "\($0.name)=\($0.version)" }
            // What is only fetched changes no hold; the install lifts it first, and puts it back.
            let fetch = installing + ["--allow-change-held-packages", "--download-only", "--"] + versions
            return line(host, quietly + ["/bin/sh", "-c", HostScripts.download, "upgrader-download"] + fetch)
        case .keepArchives(let host, let packages, let directory):
            let versions = packages.map { "\($0.name)=\($0.version)" }
            return line(
                host,
                ["/bin/sh", "-c", HostScripts.keepArchives, "upgrader-keep-archives", directory] + versions
            )
        case .install(let host, let packages, let conffiles):
            let versions = packages.map { "\($0.name)=\($0.version)" }
            let install = installing + keepingConffiles + ["--"] + versions
            let placed = (conffiles ?? []).filter { $0.choice != .keep }.flatMap { one in
                let version = packages.first { $0.name == one.package }.map(\.version.text) ?? ""
                return [one.choice.rawValue, "\(one.package)=\(version)", one.path, one.present ?? "-"]
            }
            if placed.isEmpty { return line(host, quietly + install) }
            return line(
                host,
                quietly + [
                    "/bin/sh", "-c", HostScripts.installWithConffiles, "upgrader-install", HostPlace.scratch,
                    HostPlace.rollback,
                ] + placed + ["--"] + install
            )
        case .downgrade(let host, let packages, let directory):
            let versions = packages.map { "\($0.name)=\($0.version)" }
            return line(
                host,
                quietly + ["/bin/sh", "-c", HostScripts.downgrade, "upgrader-downgrade", directory] + versions
            )
        case .configurePending(let host):
            return line(host, quietly + ["dpkg", "--force-confdef", "--force-confold", "--configure", "--pending"])
        case .unhold(let host, let package): return mark(host, "unhold", package)
        case .hold(let host, let package): return mark(host, "hold", package)
        // Never --runtime: the mask must outlast a restart of the host.
        case .mask(let host, let unit): return line(host, ["systemctl", "mask", "--", unit])
        case .unmask(let host, let unit): return line(host, ["systemctl", "unmask", "--", unit])
        case .pause(let host, let unit): return line(host, ["systemctl", "mask", "--now", "--", unit])
        case .unpause(let host, let unit):
            // A member of etcd is not up before a majority is: whoever waited for the first would start no other.
            let waiting = unit == DaemonName.etcd ? ["--no-block"] : []
            return line(host, ["/bin/sh", "-c", HostScripts.unpause, "upgrader-unpause", unit] + waiting)
        case .restart(let host, let unit): return line(host, ["systemctl", "restart", "--", unit])
        case .hook(_, let host, let words, let receipt, _):
            return line(host, ["/bin/sh", "-c", HostScripts.hook, "upgrader-hook", receipt] + words)
        case .saveSnapshot, .archive, .fetch, .prune, .cordon, .uncordon, .drain, .setUpdateStrategy,
            .setDaemonSetImage, .setDeploymentImage, .deletePod, .convertHelmRelease, .removeHelmSecret,
            .openSilence, .closeSilence, .mapHelmRelease, .retireHelmRecord, .removeTiller, .proveSnapshot,
            .saveCalico, .migrateCalico, .switchCalico, .setDaemonSetVariable, .pullImage, .dropMark, .placeFile,
            .stageEtcd, .swapEtcd, .restartAll:
            preconditionFailure("not an action on packages or units")
        }
    }
}

// MARK: files

extension CommandRendering {
    private static func fileLine(_ action: Action) -> RenderedCommand {
        switch action {
        case .archive(let host, let sources, let path):
            return RenderedCommand(
                host: host,
                command: Command(
                    ["/bin/sh", "-c", HostScripts.archive, "upgrader-archive", path] + sources,
                    needsRoot: true
                ),
                means: .job
            )
        case .fetch(let host, let path, let localPath):
            return RenderedCommand(
                host: host,
                command: Command(["copy", path, "to", localPath], needsRoot: true),
                means: .copy
            )
        case .prune(let host, let directory, let prefix, let keep):
            let first = String(max(0, keep) + 1)
            return RenderedCommand(
                host: host,
                command: Command(
                    ["/bin/sh", "-c", HostScripts.prune, "upgrader-prune", directory, glob(prefix), first],
                    needsRoot: true
                )
            )
        case .refreshPackageLists, .download, .keepArchives, .install, .downgrade, .configurePending, .unhold, .hold,
            .mask, .unmask,
            .pause, .unpause, .restart,
            .hook,
            .saveSnapshot,
            .cordon, .uncordon, .drain, .setUpdateStrategy, .setDaemonSetImage, .setDeploymentImage, .deletePod,
            .convertHelmRelease, .removeHelmSecret, .openSilence, .closeSilence, .mapHelmRelease, .retireHelmRecord,
            .removeTiller, .proveSnapshot, .saveCalico, .migrateCalico, .switchCalico, .setDaemonSetVariable,
            .pullImage, .dropMark, .placeFile, .stageEtcd, .swapEtcd, .restartAll:
            preconditionFailure("not an action on files")
        }
    }

    /// The pattern of find(1) for names that start with `prefix`.
    static func glob(_ prefix: String) -> String {
        prefix.map { "*?[]\\".contains($0) ? "\\\($0)" : String($0) }.joined() + "*"
    }
}

// MARK: the API

extension CommandRendering {
    private static func apiLine(
        _ action: Action,
        playbook: Playbook,
        _ mark: MarkedCommand.Mark?
    ) -> RenderedCommand {
        let kubectl = Kubectl(playbook)
        let command: Command
        switch action {
        case .cordon(let node, let mark):
            command = kubectl.patch(["node", node], type: "strategic", CordonPatch(mark: mark))
        case .uncordon(let node, let mark):
            command = kubectl.patch(["node", node], type: "json", PatchOperation.uncordon(mark: mark))
        case .drain(let node, let options):
            command = Command(
                kubectl.prefix
                    + ["drain", node, "--ignore-daemonsets", "--timeout=\(options.deadline.components.seconds)s"]
                    + (options.deletesBarePods ? ["--force"] : [])
                    + (options.deletesEmptyDirData ? ["--delete-local-data"] : []),
                needsRoot: true
            )
        case .setUpdateStrategy(let namespace, let daemonSet, let strategy, let prior):
            command = kubectl.patch(
                ["daemonsets.apps", daemonSet, "--namespace=\(namespace)"],
                type: "strategic",
                UpdateStrategyPatch(
                    type: strategy,
                    mark: mark.map { strategy == DaemonSetState.held ? .set(run: $0.run, prior: prior) : .removed }
                )
            )
        case .dropMark(.updateStrategy(let namespace, let daemonSet, _, _)):
            command = kubectl.patch(
                ["daemonsets.apps", daemonSet, "--namespace=\(namespace)"],
                type: "strategic",
                UpdateStrategyPatch(type: nil, mark: .removed)
            )
        case .dropMark(.cordon(let node, let mark)):
            command = kubectl.patch(["node", node], type: "json", PatchOperation.unmark(mark))
        // Not a patch: a merge adds a container of an unknown name, `set image` refuses it.
        case .setDaemonSetImage(let namespace, let daemonSet, let container, let image, _):
            command = kubectl.brief(
                ["set", "image", "daemonsets.apps/\(daemonSet)", "--namespace=\(namespace)", "\(container)=\(image)"]
            )
        case .setDeploymentImage(let namespace, let deployment, let container, let image):
            command = kubectl.brief(
                ["set", "image", "deployments.apps/\(deployment)", "--namespace=\(namespace)", "\(container)=\(image)"]
            )
        case .setDaemonSetVariable(let namespace, let daemonSet, let container, let name, let value, _):
            command = kubectl.brief(
                [
                    "set", "env", "daemonsets.apps/\(daemonSet)", "--namespace=\(namespace)",
                    "--containers=\(container)", "\(name)=\(value)",
                ]
            )
        case .deletePod(let namespace, let name, let uid):
            command = Command(
                ["/bin/sh", "-c", HostScripts.deletePod, "upgrader-delete-pod", namespace, name, uid]
                    + kubectl.brief([]).words,
                needsRoot: true
            )
        case .refreshPackageLists, .download, .keepArchives, .install, .downgrade, .configurePending, .unhold, .hold,
            .mask, .unmask,
            .pause, .unpause, .restart,
            .hook, .saveSnapshot, .archive, .fetch, .prune, .convertHelmRelease, .removeHelmSecret, .openSilence,
            .closeSilence, .mapHelmRelease, .retireHelmRecord, .removeTiller, .proveSnapshot,
            .saveCalico, .migrateCalico, .switchCalico, .pullImage, .dropMark, .placeFile, .stageEtcd, .swapEtcd,
            .restartAll:
            preconditionFailure("not one request to the API")
        }
        return RenderedCommand(host: apiHost(playbook), command: command, means: action.isJob ? .job : .call)
    }
}

extension SideEffect {
    /// Whether an annotation of an object marks it.
    fileprivate var isMarkedInAPI: Bool {
        switch self {
        case .cordon, .updateStrategy: true
        case .mask, .pause, .liftedHold, .silence, .calicoPaused, .templateImage, .templateVariable: false
        }
    }
}
