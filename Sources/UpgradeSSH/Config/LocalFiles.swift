import Glibc

/// A system call that failed.
struct SystemError: Error, Hashable, Sendable {
    /// The error number.
    var code: Int32

    /// Makes an error from `errno`, or from a number.
    init(code: Int32 = errno) {
        self.code = code
    }

    /// The system's text.
    var reason: String {
        unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
    }
}

/// Returns a file's text, `nil` where there is no file.
func readTextFile(_ path: String) throws(SystemError) -> String? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
        let error = SystemError()
        if error.code == ENOENT || error.code == ENOTDIR {
            return nil
        }
        throw error
    }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
        let count = unsafe read(descriptor, &chunk, chunk.count)
        guard count >= 0 else { throw SystemError() }
        if count == 0 {
            return String(decoding: bytes, as: UTF8.self)
        }
        bytes += chunk.prefix(count)
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
