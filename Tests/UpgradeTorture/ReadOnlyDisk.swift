public import UpgradeCore

/// Files that are only read; each change is refused, as on a file system that is mounted read-only.
public struct ReadOnlyDisk: Disk {
    /// What is in them, by their paths.
    public var files: [String: [UInt8]]

    /// Makes a disk with these files.
    public init(files: [String: [UInt8]]) {
        self.files = files
    }

    /// What a file holds; `nil` where there is none.
    public func read(_ path: String) throws(JournalError) -> [UInt8]? { files[path] }

    /// Refuses.
    public func append(to path: String) throws(JournalError) -> any DiskFile { throw Self.refusal(path) }

    /// Refuses.
    public func overwrite(_ path: String) throws(JournalError) -> any DiskFile { throw Self.refusal(path) }

    /// Refuses.
    public func create(_ path: String) throws(JournalError) -> any DiskFile { throw Self.refusal(path) }

    /// Refuses.
    public func rename(_ path: String, to newPath: String) throws(JournalError) { throw Self.refusal(path) }

    /// Does nothing.
    public func remove(_ path: String) {}

    /// Refuses.
    public func syncDirectory(of path: String) throws(JournalError) { throw Self.refusal(path) }

    /// Refuses.
    public func makeDirectory(_ path: String) throws(JournalError) { throw Self.refusal(path) }

    /// Nothing: no directory is listed.
    public func names(in directory: String) -> [String] { [] }

    private static func refusal(_ path: String) -> JournalError {
        .system(path: path, operation: "write", reason: "Read-only file system")
    }
}
