internal import UpgradeCore

extension Action {
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
            .archives(let host, _),
            .dryStart(let host, _, _), .conffiles(let host, _), .packageSystem(let host), .unit(let host, _),
            .etcdMember(let host),
            .snapshot(let host, _),
            .file(let host, _), .files(let host, _, _), .apiServer(let host), .hostConfiguration(let host),
            .apiRequests(let host), .unreachedKubelets(let host), .bgpPeers(let host),
            .calicoStores(let host), .calicoConfiguration(let host), .podReach(let host, _), .nodeImage(let host, _, _),
            .programs(let host, _), .marks(let host), .etcdRestore(let host, _),
            .newerFiles(let host, _, _), .helmVersion(let host, _):
            .host(host)
        case .localFile, .silence, .silenceMarks: .here
        case .leader, .apiServers, .nodes, .node, .podsOnNode, .budgets, .daemonSet, .deployment, .pods, .objects,
            .helmManifests,
            .helmReleases, .helmPresence, .markedDaemonSets:
            .api
        }
    }
}
