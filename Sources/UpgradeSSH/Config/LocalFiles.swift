import Glibc

/// A system call that failed.
struct SystemError: Error, Hashable, Sendable {
    /// The error number.
    var code: Int32
    private var text: String?

    /// Makes an error from `errno`, or from a number.
    init(code: Int32 = errno, text: String? = nil) {
        self.code = code
        self.text = text
    }

    /// The system's text, or a better one.
    var reason: String {
        if let text { return text }
        return unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
    }
}

/// Returns a file's text, `nil` where there is no file.
///
/// Waits for nobody: a pipe is refused; `/dev/null` is an empty file, as ssh(1) has it.
func readTextFile(_ path: String, limit: Int = 16 << 20) throws(SystemError) -> String? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
        let error = SystemError()
        if error.code == ENOENT || error.code == ENOTDIR {
            return nil
        }
        throw error
    }
    defer { close(descriptor) }
    var entry = stat()
    guard unsafe fstat(descriptor, &entry) == 0 else { throw SystemError() }
    let kind = entry.st_mode & S_IFMT
    guard kind == S_IFREG || kind == S_IFCHR else {
        throw SystemError(
            code: EINVAL,
            text: "it is \(kind == S_IFDIR ? "a directory" : "a pipe or a socket"), not a file"
        )
    }
    // A line takes some hundred bytes: the limit is tens of thousands of hosts.
    let tooLarge = SystemError(code: EFBIG, text: "it has more than \(limit) bytes")
    guard entry.st_size <= limit else { throw tooLarge }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
        let count = unsafe read(descriptor, &chunk, chunk.count)
        guard count >= 0 else { throw SystemError() }
        if count == 0 {
            return String(decoding: bytes, as: UTF8.self)
        }
        bytes += chunk.prefix(count)
        guard bytes.count <= limit else { throw tooLarge }
    }
}

/// Returns the files that a shell pattern names, in order.
func filesMatching(_ pattern: String) -> [String] {
    var found = unsafe glob_t()
    defer { unsafe globfree(&found) }
    guard unsafe glob(pattern, 0, nil, &found) == 0 else { return [] }
    return unsafe (0..<Int(found.gl_pathc)).compactMap { unsafe found.gl_pathv[$0].map { unsafe String(cString: $0) } }
}

/// The user who runs this process.
struct LocalAccount: Hashable, Sendable {
    /// The login name.
    var user: String
    /// The home directory.
    var home: String

    /// Returns `path` with a leading tilde replaced by the home directory.
    func expandingTilde(_ path: String) -> String {
        path == "~" || path.hasPrefix("~/") ? home + path.dropFirst() : path
    }

    /// The account of this process, by its user id.
    static var current: LocalAccount {
        var entry = unsafe passwd()
        var result: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16 << 10)
        let code = unsafe getpwuid_r(getuid(), &entry, &buffer, buffer.count, &result)
        guard unsafe code == 0 && result != nil, let name = unsafe entry.pw_name, let home = unsafe entry.pw_dir else {
            return LocalAccount(user: environment("USER") ?? "root", home: environment("HOME") ?? "/")
        }
        return unsafe LocalAccount(user: String(cString: name), home: environment("HOME") ?? String(cString: home))
    }
}

/// Returns a variable of the environment; empty counts as unset.
func environment(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    let text = unsafe String(cString: value)
    return text.isEmpty ? nil : text
}

/// Closes a descriptor.
func closeDescriptor(_ descriptor: Int32) {
    close(descriptor)
}
