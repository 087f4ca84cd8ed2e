internal import UpgradeCore

/// The other runs of a cluster: the newest is not always the one that matters.
enum OtherRuns {
    /// Says which of them have left something on the cluster, however old they are.
    ///
    /// After a rollback the newest run is the rollback: whoever asks about "the run" must not take the upgrade for done.
    static func tell(besides directory: RunDirectory) {
        for other in RunDirectory.all(directory.clusterPath) where other.path != directory.path {
            // One that cannot be read is told by whoever asks about it.
            guard let record = try? other.history().state, let left = left(by: record) else { continue }
            Output.note("note: \(other.path) is unfinished: \(left); \(ways(other, record))")
        }
    }

    /// What a run may have left on the cluster, the first of it; `nil` for nothing.
    ///
    /// Of one that is complete, too: a step that was left out may have been the one to take it away.
    static func left(by record: RunState) -> String? {
        guard record.mayHaveLeftSomething else { return nil }
        return record.ledger.entries.first?.effect.title ?? "a step of it may still be under way"
    }

    /// What can be done about a run that has left something.
    static func ways(_ directory: RunDirectory, _ record: RunState) -> String {
        let cleanup = "`upgrader cleanup \(directory.path)`"
        if record.stop == .completed { return "\(cleanup) takes it away" }
        return "`upgrader resume \(directory.path)` goes on with it, \(cleanup) gives it up"
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
