internal import Crypto
internal import Foundation
internal import Glibc

/// What somebody must know to be let in: 256 random bits, or what a file of the operator's holds.
public struct AccessToken: Sendable, CustomStringConvertible {
    /// The token itself; it belongs into an address or a file, and nowhere else.
    public let secret: String

    /// Makes one that nobody has had before.
    public init() {
        // The kernel's: SystemRandomNumberGenerator is getrandom(2) here.
        var random = SystemRandomNumberGenerator()
        let bytes = (0..<4).flatMap { _ in withUnsafeBytes(of: random.next() as UInt64, Array.init) }
        secret = bytes.map { String(UInt16($0) | 0x100, radix: 16).suffix(2) }.joined()
    }

    /// Takes one that is known already.
    ///
    /// - Returns: `nil` for one that could be guessed, or would not stand in an address as it is.
    public init?(_ secret: String) {
        let isPlain = secret.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        // 128 bits in hexadecimal.
        guard isPlain, (32...512).contains(secret.utf8.count) else { return nil }
        self.secret = secret
    }

    /// Whether this is what was given; how long the answer takes does not depend on how much of it is right.
    public func matches(_ given: String?) -> Bool {
        guard let given else { return false }
        // Of equal length, whatever was given; the comparison of digests takes the same time always (swift-crypto, Digests.swift).
        return SHA256.hash(data: Data(given.utf8)) == SHA256.hash(data: Data(secret.utf8))
    }

    /// Nothing of it: it may come into a log.
    public var description: String { "[redacted]" }

    /// Reads the token of a file; where there is none, makes one and writes it, for its owner alone.
    ///
    /// - Throws: `ServeError.tokenFile` for a file that others may read, that is no plain file, or that has no token in it.
    public static func kept(in path: String) throws(ServeError) -> AccessToken {
        let made = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        if made >= 0 { return try write(AccessToken(), to: made, path) }
        guard errno == EEXIST else { throw failure(path) }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ELOOP { throw .tokenFile(path: path, reason: "it is a symbolic link") }
            throw failure(path)
        }
        defer { close(descriptor) }
        var entry = stat()
        guard fstat(descriptor, &entry) == 0 else { throw failure(path) }
        guard entry.st_mode & S_IFMT == S_IFREG else { throw .tokenFile(path: path, reason: "it is not a plain file") }
        guard entry.st_mode & 0o077 == 0 else {
            let mode = String(entry.st_mode & 0o777, radix: 8)
            throw .tokenFile(path: path, reason: "others may read or change it (mode \(mode)); 600 is wanted")
        }
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count = read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw failure(path) }
        let text = String(decoding: bytes.prefix(count), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard let token = AccessToken(text) else {
            throw .tokenFile(path: path, reason: "it has no token in it: 32 or more letters, digits, - and _")
        }
        return token
    }

    private static func write(
        _ token: AccessToken,
        to descriptor: Int32,
        _ path: String
    ) throws(ServeError) -> AccessToken {
        let bytes = Array((token.secret + "\n").utf8)
        // Whatever the umask.
        let isWritten = fchmod(descriptor, 0o600) == 0 && Glibc.write(descriptor, bytes, bytes.count) == bytes.count
        let error = errno
        guard close(descriptor) == 0, isWritten else {
            unlink(path)
            throw .tokenFile(path: path, reason: String(cString: strerror(error)))
        }
        return token
    }

    private static func failure(_ path: String) -> ServeError {
        .tokenFile(path: path, reason: String(cString: strerror(errno)))
    }
}
