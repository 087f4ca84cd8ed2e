internal import UpgradeCore

/// The other runs of a cluster: the newest is not always the one that matters.
enum OtherRuns {
    /// Says which of them have left something on the cluster, however old they are.
    ///
    /// After a rollback the newest run is the rollback: whoever asks about "the run" must not take the upgrade for done.
    static func tell(besides directory: RunDirectory) {
        // One that cannot be read is told by whoever asks about it.
        for other in UnfinishedRun.readable(directory.clusterPath) where other.directory.path != directory.path {
            Output.note("note: \(other.directory.path) is unfinished: \(other.why); \(other.ways)")
        }
    }

    /// Says where the newest upgrade stopped before its end: whoever meant to go on with it has the command.
    ///
    /// - Throws: `JournalError`.
    static func tellPaused(_ directories: [RunDirectory]) throws {
        guard let directory = try directories.last(where: { try $0.plan().takesBack == nil }) else { return }
        let record = try directory.history().state
        guard Restores.restored(directory) == nil else { return }
        guard record.stop != .completed, !record.done.isEmpty else { return }
        Output.note(
            "note: \(directory.path) has stopped before its end; `upgrader resume \(directory.path)` goes on with it, "
                + "this is another run"
        )
    }
}
