extension Action {
    /// The host that the action runs on; `nil` for a request to the API.
    public var host: String? {
        switch self {
        case .refreshPackageLists(let host), .download(let host, _), .keepArchives(let host, _, _),
            .install(let host, _, _), .downgrade(let host, _, _), .configurePending(let host),
            .unhold(let host, _), .hold(let host, _),
            .mask(let host, _), .unmask(let host, _), .pause(let host, _), .unpause(let host, _), .restart(let host, _),
            .saveSnapshot(let host, _),
            .proveSnapshot(let host, _, _),
            .archive(let host, _, _),
            .fetch(let host, _, _), .prune(let host, _, _, _), .hook(_, let host, _, _, _),
            .saveCalico(let host, _, _), .migrateCalico(let host, _, _, _), .switchCalico(let host),
            .pullImage(let host, _, _),
            .placeFile(let host, _, _, _), .stageEtcd(let host, _, _, _), .swapEtcd(let host, _),
            .restartAll(let host, _, _):
            host
        case .dropMark(let effect): effect.hostMark?.host
        case .cordon, .uncordon, .drain, .setUpdateStrategy, .setDaemonSetImage, .setDeploymentImage, .deletePod,
            .convertHelmRelease, .removeHelmSecret, .openSilence, .closeSilence, .mapHelmRelease, .retireHelmRecord,
            .removeTiller, .setDaemonSetVariable:
            nil
        }
    }
}
