import Glibc

/// An open local file, read and written at offsets, so that its owner may be anyone.
final class LocalFile: Sendable {
    private let descriptor: Int32
    /// The file's path.
    let path: String

    /// Opens a file for reading.
    init(reading path: String) throws(SystemError) {
        self.path = path
        descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError() }
    }

    /// Creates a file that only its owner may read; it must not exist.
    init(creating path: String) throws(SystemError) {
        self.path = path
        descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemError() }
    }

    deinit {
        close(descriptor)
    }

    /// What the system knows of the file.
    func entry() throws(SystemError) -> stat {
        var entry = stat()
        guard unsafe fstat(descriptor, &entry) == 0 else { throw SystemError() }
        return entry
    }

    /// Reads up to `count` bytes; none at the end of the file.
    func read(at offset: Int, count: Int) throws(SystemError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let got = unsafe pread(descriptor, &bytes, count, off_t(offset))
        guard got >= 0 else { throw SystemError() }
        bytes.removeLast(count - got)
        return bytes
    }

    /// Writes all bytes.
    func write(_ bytes: [UInt8], at offset: Int) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe pwrite(
                    descriptor,
                    buffer.baseAddress?.advanced(by: done),
                    bytes.count - done,
                    off_t(offset + done)
                )
            }
            guard count > 0 else { throw SystemError() }
            done += count
        }
    }

    /// Waits until the bytes are on the disk.
    func synchronize() throws(SystemError) {
        guard fsync(descriptor) == 0 else { throw SystemError() }
    }
}
