extension Action {
    /// Whether the action changes something for good: neither the ledger nor a restart leads back from it.
    ///
    /// An operator's own hook is not counted: what it did is not known here.
    public var isForGood: Bool {
        switch self {
        case .install, .downgrade, .setDaemonSetImage, .setDeploymentImage, .convertHelmRelease, .removeHelmSecret,
            .mapHelmRelease, .retireHelmRecord, .removeTiller, .switchCalico, .setDaemonSetVariable, .swapEtcd,
            .migrateCalico(_, _, .complete, _):
            true
        case .refreshPackageLists, .download, .keepArchives, .configurePending, .unhold, .hold, .mask, .unmask, .pause,
            .unpause,
            .restart, .saveSnapshot, .proveSnapshot, .archive, .fetch, .prune, .cordon, .uncordon, .drain,
            .setUpdateStrategy, .deletePod, .hook, .openSilence, .closeSilence, .saveCalico,
            .migrateCalico, .pullImage, .dropMark, .placeFile, .stageEtcd, .restartAll:
            false
        }
    }

    /// Whether the action stops a daemon of its host for a while, or may: where it ends badly, it may leave it down.
    ///
    /// What an operator's own hook leaves down is waited for like anything else.
    var takesDown: Bool {
        switch self {
        case .install, .downgrade, .configurePending, .restart, .restartAll, .deletePod:
            true
        case .refreshPackageLists, .download, .keepArchives, .unhold, .hold, .mask, .unmask, .pause, .unpause,
            .saveSnapshot, .proveSnapshot, .archive, .fetch, .prune, .cordon, .uncordon, .drain, .hook,
            .setUpdateStrategy,
            .setDaemonSetImage, .setDeploymentImage, .setDaemonSetVariable, .convertHelmRelease, .removeHelmSecret,
            .mapHelmRelease, .retireHelmRecord, .removeTiller, .openSilence, .closeSilence, .saveCalico, .migrateCalico,
            .switchCalico, .pullImage, .dropMark, .placeFile, .stageEtcd, .swapEtcd:
            false
        }
    }
}
