internal import Glibc

/// Holds a cluster's state directory for one process: a second run on it is refused, with the holder's name.
///
/// An advisory `flock`: it ends with the process, however that ends, so no stale lock is ever left behind.
public struct RunLock: ~Copyable {
    private let descriptor: Int32

    /// Takes the lock of a cluster's directory.
    ///
    /// - Parameters:
    ///   - clusterDirectory: is made where there is none.
    ///   - holder: `user@host (pid N), reason`, shown to whoever comes second.
    /// - Throws: `JournalError.locked` when another process holds it.
    public init(clusterDirectory: String, holder: String) throws(JournalError) {
        descriptor = try Self.take(clusterDirectory, holder)
    }

    deinit {
        close(descriptor)
    }

    /// The holder of the lock of a cluster's directory, where a process holds it.
    ///
    /// Changes nothing.
    /// - Throws: `JournalError` when it cannot be looked at.
    public static func holder(clusterDirectory: String) throws(JournalError) -> String? {
        let path = clusterDirectory + "/lock"
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw FileSystem.failure(path, "open")
        }
        defer { close(descriptor) }
        // Shared, so that two who look do not take each other for a holder.
        if flock(descriptor, LOCK_SH | LOCK_NB) == 0 { return nil }
        guard errno == EWOULDBLOCK else { throw FileSystem.failure(path, "flock") }
        return String(decoding: try FileSystem.read(path) ?? [], as: UTF8.self)
    }

    private static func take(_ clusterDirectory: String, _ holder: String) throws(JournalError) -> Int32 {
        try FileSystem.makeDirectory(clusterDirectory)
        let path = clusterDirectory + "/lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw FileSystem.failure(path, "open") }
        do throws(JournalError) {
            guard try FileSystem.lock(descriptor, path) else {
                let other = try FileSystem.read(path) ?? []
                throw .locked(path: path, holder: String(decoding: other, as: UTF8.self))
            }
            guard ftruncate(descriptor, 0) == 0 else { throw FileSystem.failure(path, "truncate") }
            try FileSystem.write(Array(holder.utf8), to: descriptor, path: path)
        } catch {
            close(descriptor)
            throw error
        }
        return descriptor
    }
}
