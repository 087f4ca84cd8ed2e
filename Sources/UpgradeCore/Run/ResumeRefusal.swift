internal import Foundation

/// Why the last resume of a run began nothing: what its hosts answered when they were asked before it.
///
/// No event of the run, for nothing was begun: the journal does not have it. It is kept in a file of its own beside the journal,
/// for people and never for going on, and holds as long as the journal has not grown since: whatever is recorded after it was
/// asked about anew, or has changed what it was about.
public struct ResumeRefusal: Codable, Hashable, Sendable {
    /// The form, raised when it changes.
    private static let known = 1

    /// The form of this one.
    private var schema = Self.known
    /// When, in seconds since 1970.
    public var time: Double
    /// Who wanted to resume: `user@host`.
    public var by: String
    /// What the program ended with.
    public var code: Int
    /// What was found.
    public var error: String
    /// Why.
    public var why: String
    /// What to do about it.
    public var next: String
    /// How many records the journal had.
    public var records: Int

    /// Makes one; secrets are taken out of what was said.
    public init(time: Double, by: String, code: Int, error: String, why: String, next: String, records: Int) {
        self.time = time
        self.by = by
        self.code = code
        self.error = Redaction.redact(error)
        self.why = Redaction.redact(why)
        self.next = Redaction.redact(next)
        self.records = records
    }

    /// Keeps it in the directory of its run, mode 0600, in the place of an older one.
    ///
    /// That it cannot be written stops nothing: whoever resumes has been told.
    public func keep(in directory: RunDirectory, on disk: any Disk = LocalDisk()) {
        guard let bytes = try? JSON.pretty(self) else { return }
        try? disk.replace(directory.refusalPath, with: bytes)
    }

    /// What the last resume was refused for.
    ///
    /// - Parameters:
    ///   - directory: the run's.
    ///   - records: how many records its journal may have had then, for nothing but a lease was recorded since.
    ///   - disk: where it is kept.
    /// - Returns: `nil` where none was, where something was recorded since but the lease that a cleanup takes, and for what is no
    ///   refusal.
    public static func standing(
        in directory: RunDirectory,
        records: ClosedRange<Int>,
        on disk: any Disk = LocalDisk()
    ) -> ResumeRefusal? {
        guard let bytes = try? disk.read(directory.refusalPath),
            let found = try? JSON.decode(ResumeRefusal.self, from: Data(bytes)), found.schema == known,
            records.contains(found.records)
        else { return nil }
        return found
    }
}

extension JournalReader.History {
    /// How many records it may have had when what was last told of the run was so: a lease that is taken, by a cleanup that has
    /// nothing to undo, tells nothing.
    public var toldRecords: ClosedRange<Int> {
        let leases = records.reversed().prefix { if case .leased = $0.record { true } else { false } }.count
        return (count - leases)...count
    }
}
