internal import UpgradeCore

extension Action {
    /// The host that the action runs on; `nil` for a request to the API.
    var host: String? {
        switch self {
        case .refreshPackageLists(let host), .download(let host, _), .keepArchives(let host, _, _),
            .install(let host, _, _), .downgrade(let host, _, _), .configurePending(let host),
            .mask(let host, _), .unmask(let host, _), .pause(let host, _), .unpause(let host, _), .restart(let host, _),
            .saveSnapshot(let host, _),
            .proveSnapshot(let host, _, _),
            .archive(let host, _, _),
            .fetch(let host, _, _), .prune(let host, _, _, _), .hook(_, let host, _, _, _):
            host
        case .cordon, .uncordon, .drain, .setUpdateStrategy, .setDaemonSetImage, .setDeploymentImage, .deletePod,
            .convertHelmRelease, .removeHelmSecret, .openSilence, .closeSilence, .mapHelmRelease, .retireHelmRecord,
            .removeTiller:
            nil
        }
    }

    /// The node that is emptied or closed.
    var node: String? {
        switch self {
        case .cordon(let node, _), .uncordon(let node, _), .drain(let node, _): node
        default: nil
        }
    }

    /// Whether carrying it out a second time is part of what it says: a restart restarts, lists are read anew.
    var mayRepeat: Bool {
        if case .refreshPackageLists = self { true } else { false }
    }

    var usesPackageSystem: Bool {
        switch self {
        case .download, .install, .configurePending: true
        default: false
        }
    }
}

extension Probe {
    /// Where the question is answered.
    enum Place: Hashable {
        case host(String)
        case api
        case here
    }

    var place: Place {
        switch self {
        case .identity(let host), .freeSpace(let host, _), .packages(let host, _), .candidates(let host, _),
            .dryStart(let host, _, _), .conffiles(let host, _), .packageSystem(let host), .unit(let host, _),
            .etcdMember(let host),
            .snapshot(let host, _),
            .file(let host, _), .files(let host, _, _), .apiServer(let host), .hostConfiguration(let host),
            .apiRequests(let host), .unreachedKubelets(let host):
            .host(host)
        case .localFile, .silence: .here
        case .leader, .apiServers, .nodes, .node, .podsOnNode, .budgets, .daemonSet, .deployment, .pods, .objects,
            .helmManifests,
            .helmReleases:
            .api
        }
    }
}
