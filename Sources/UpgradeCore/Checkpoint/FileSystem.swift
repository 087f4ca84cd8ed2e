internal import Glibc

/// The few file operations that durability needs: each checks its return code, none follows a symbolic link.
enum FileSystem {
    /// Reads a whole file; `nil` when there is none.
    ///
    /// Waits for nobody: a pipe or a device in the place of a file is refused.
    static func read(
        _ path: String,
        followsLinks: Bool = false,
        limit: Int = .max
    ) throws(JournalError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | (followsLinks ? 0 : O_NOFOLLOW))
        if descriptor < 0 {
            if errno == ENOENT { return nil }
            throw failure(path, "open")
        }
        defer { close(descriptor) }
        var entry = stat()
        guard fstat(descriptor, &entry) == 0 else { throw failure(path, "stat") }
        try refuseOtherKinds(entry, path)
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw failure(path, "read")
            }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
            guard bytes.count <= limit else {
                throw .notOurs(path: path, reason: "it has more than \(limit) bytes")
            }
        }
    }

    /// Writes all bytes.
    static func write(_ bytes: [UInt8], to descriptor: Int32, path: String) throws(JournalError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw failure(path, "write")
            }
            rest = rest.dropFirst(count)
        }
    }

    /// Makes the entries of the directory that holds `path` durable.
    static func syncDirectory(of path: String) throws(JournalError) {
        let directory = parent(of: path)
        let descriptor = open(directory.isEmpty ? "." : directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(directory, "open") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure(directory, "fsync") }
    }

    /// Refuses what others may write to: they could put something else in the place of what a run goes by.
    static func refuseOthers(_ entry: stat, _ path: String) throws(JournalError) {
        guard entry.st_mode & (S_IWGRP | S_IWOTH) != 0 else { return }
        throw .writableByOthers(path: path, mode: "0" + String(entry.st_mode & 0o7777, radix: 8))
    }

    /// Makes a directory and those above it, mode 0700; refuses a symbolic link in the last place, and a directory there that others
    /// may write to.
    static func makeDirectory(_ path: String) throws(JournalError) {
        var entry = stat()
        if lstat(path, &entry) == 0 {
            guard entry.st_mode & S_IFMT == S_IFDIR else {
                throw .notOurs(path: path, reason: "it is not a directory")
            }
            return try refuseOthers(entry, path)
        }
        let above = parent(of: path)
        if !above.isEmpty, above != path {
            if stat(above, &entry) != 0 {
                try makeDirectory(above)
            }
        }
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure(path, "mkdir") }
        try syncDirectory(of: path)
    }

    /// The path of the directory that holds `path`; empty for the working directory.
    ///
    /// Not Foundation's: that one traps on a path of a single character (swift-corelibs-foundation 6.3).
    static func parent(of path: String) -> String {
        func trimmed(_ path: Substring) -> Substring {
            var path = path
            while path.count > 1, path.hasSuffix("/") { path = path.dropLast() }
            return path
        }
        let path = trimmed(path[...])
        guard let slash = path.lastIndex(of: "/") else { return "" }
        return slash == path.startIndex ? "/" : String(trimmed(path[..<slash]))
    }

    /// Refuses what is no file: nobody waits for a pipe, or writes to a device.
    static func refuseOtherKinds(_ entry: stat, _ path: String) throws(JournalError) {
        if let kind = kind(entry.st_mode) { throw .notOurs(path: path, reason: "it is \(kind), not a file") }
    }

    /// What something is that is no file; `nil` for a file.
    private static func kind(_ mode: mode_t) -> String? {
        switch mode & S_IFMT {
        case S_IFREG: nil
        case S_IFDIR: "a directory"
        case S_IFIFO: "a pipe"
        case S_IFSOCK: "a socket"
        case S_IFCHR, S_IFBLK: "a device"
        default: "something else"
        }
    }

    /// Takes the lock of an open file, unless somebody keeps it for longer than a second.
    ///
    /// Whoever only looks shares it for a moment. And a program that is being started has the files of its parent, and
    /// their locks, until it is another program: also when the parent has closed them, or is gone (fork(2), execve(2)).
    /// - Throws: `JournalError.system` where the file cannot be locked at all.
    static func lock(_ descriptor: Int32, _ path: String) throws(JournalError) -> Bool {
        for _ in 0..<1000 {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
            guard errno == EWOULDBLOCK else { throw failure(path, "flock") }
            usleep(1000)
        }
        return false
    }

    /// The error of the last system call; a symbolic link that was not followed is somebody's trick, and no want of room.
    static func failure(_ path: String, _ operation: String) -> JournalError {
        errno == ELOOP
            ? .notOurs(path: path, reason: "it is a symbolic link, not a file")
            : .system(path: path, operation: operation, reason: String(cString: strerror(errno)))
    }
}
