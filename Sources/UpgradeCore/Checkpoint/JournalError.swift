/// Why a state directory cannot be read or written; nothing on disk was overwritten.
public enum JournalError: Error, Hashable, Sendable {
    /// The operating system refused.
    case system(path: String, operation: String, reason: String)
    /// A line is not what was written.
    case damaged(path: String, line: Int, reason: String)
    /// The checkpoint knows of records that the journal does not have.
    case truncated(path: String, records: Int, expected: Int)
    /// The checkpoint is not what the journal folds to.
    case disagrees(journal: String, checkpoint: String, record: Int)
    /// The form on disk is of another version.
    case unknownSchema(path: String, found: Int, known: Int)
    /// Another process works on this cluster.
    case locked(path: String, holder: String)
    /// The directory has another name than the run that is in it.
    case renamed(path: String, run: String)
    /// There is no run where one was looked for.
    case noRun(path: String)
    /// A path in the state directory is a symbolic link or not ours.
    case notOurs(path: String, reason: String)
    /// Others than the owner may write there; `mode` is its permissions, as chmod(1) takes them.
    case writableByOthers(path: String, mode: String)
}
