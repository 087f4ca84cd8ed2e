internal import Foundation
internal import Glibc

/// The disk of this machine.
public struct LocalDisk: Disk {
    /// Makes it; there is only one.
    public init() {}

    /// Reads a whole file; a pipe or a device in its place is refused.
    public func read(_ path: String) throws(JournalError) -> [UInt8]? {
        try FileSystem.read(path)
    }

    /// Opens for this process alone: the lock of the cluster's directory may have been removed by hand.
    public func append(to path: String) throws(JournalError) -> any DiskFile {
        let file = try LocalFile(path, O_APPEND | O_CREAT | O_NONBLOCK)
        try file.lock()
        return file
    }

    /// Opens a file that is there.
    public func overwrite(_ path: String) throws(JournalError) -> any DiskFile {
        try LocalFile(path, O_NONBLOCK, isOverwritten: true)
    }

    /// Makes a file anew.
    public func create(_ path: String) throws(JournalError) -> any DiskFile {
        _ = unlink(path)
        return try LocalFile(path, O_CREAT | O_EXCL)
    }

    /// Renames.
    public func rename(_ path: String, to newPath: String) throws(JournalError) {
        guard Glibc.rename(path, newPath) == 0 else { throw FileSystem.failure(path, "rename") }
    }

    /// Removes; one that cannot be removed is overwritten or refused later.
    public func remove(_ path: String) {
        _ = unlink(path)
    }

    /// Syncs the directory.
    public func syncDirectory(of path: String) throws(JournalError) {
        try FileSystem.syncDirectory(of: path)
    }

    /// Makes a directory; refuses a symbolic link in the last place.
    public func makeDirectory(_ path: String) throws(JournalError) {
        try FileSystem.makeDirectory(path)
    }

    /// The names in a directory.
    public func names(in directory: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).sorted()
    }
}

/// A descriptor that is open for writing, and its one owner.
private final class LocalFile: DiskFile {
    private let descriptor: Int32
    private let path: String
    private let isOverwritten: Bool

    init(_ path: String, _ flags: Int32, isOverwritten: Bool = false) throws(JournalError) {
        self.path = path
        self.isOverwritten = isOverwritten
        descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | flags, 0o600)
        var entry = stat()
        guard descriptor >= 0 else {
            let failure = FileSystem.failure(path, flags & O_EXCL == 0 ? "open" : "create")
            // A pipe that nobody reads, or a directory: neither is a want of room.
            if case .system = failure, lstat(path, &entry) == 0 { try FileSystem.refuseOtherKinds(entry, path) }
            throw failure
        }
        guard fstat(descriptor, &entry) == 0 else { throw FileSystem.failure(path, "stat") }
        try FileSystem.refuseOtherKinds(entry, path)
        try FileSystem.refuseOthers(entry, path)
    }

    deinit {
        close(descriptor)
    }

    func lock() throws(JournalError) {
        guard try FileSystem.lock(descriptor, path) else {
            throw .locked(path: path, holder: "another process that writes this journal")
        }
    }

    func write(_ bytes: [UInt8]) throws(JournalError) {
        if isOverwritten, lseek(descriptor, 0, SEEK_SET) != 0 { throw FileSystem.failure(path, "seek") }
        try FileSystem.write(bytes, to: descriptor, path: path)
    }

    func truncate(to size: Int) throws(JournalError) {
        guard ftruncate(descriptor, size) == 0 else { throw FileSystem.failure(path, "truncate") }
    }

    func sync() throws(JournalError) {
        guard fdatasync(descriptor) == 0 else { throw FileSystem.failure(path, "fdatasync") }
    }
}
