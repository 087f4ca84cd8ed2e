import Glibc
import Synchronization

/// The SHA-256 of the files that are copied, each computed once: a package goes to many hosts at the same time.
///
/// A file counts as the same while its inode, size and times are the same. One that changes all the same is found out on the
/// host, which compares what has arrived.
final class FileDigests: Sendable {
    private struct Identity: Hashable {
        var device: UInt
        var inode: UInt
        var size: Int
        var changed: [Int]

        init(_ entry: stat) {
            device = entry.st_dev
            inode = entry.st_ino
            size = entry.st_size
            changed = [
                entry.st_mtim.tv_sec, entry.st_mtim.tv_nsec, entry.st_ctim.tv_sec, entry.st_ctim.tv_nsec,
            ]
        }
    }

    private typealias Found = Result<String, SystemError>

    /// More than the packages of a hop.
    private static let maximum = 64

    private let threads: Threads
    private let tasks = Mutex<[Identity: Task<Found, Never>]>([:])

    /// Makes an empty table; hashing is done on these threads.
    init(on threads: Threads) {
        self.threads = threads
    }

    /// The digest of an open file in lowercase hexadecimal.
    func sha256(of file: LocalFile) async throws(SystemError) -> String {
        let identity = Identity(try file.entry())
        let task = tasks.withLock { tasks in
            if let task = tasks[identity] { return task }
            if tasks.count >= Self.maximum { tasks = [:] }
            let task = Task { [threads] in
                await threads.run { Result { () throws(SystemError) in try file.sha256() } }
            }
            tasks[identity] = task
            return task
        }
        let found = await task.value
        if case .failure = found {
            // The next one tries again.
            tasks.withLock { $0[identity] = nil }
        }
        return try found.get()
    }
}
