import Crypto
import FoundationEssentials
import UpgradeCore

/// The lines of `known_hosts` files, and what they say about a host's key.
///
/// An own reader: libssh reads one file, ignores `@revoked`, and says nothing about lines (measured on 0.10.6).
/// - Source: sshd(8), SSH_KNOWN_HOSTS FILE FORMAT
package struct KnownHosts: Sendable {
    /// What the files say about a key.
    package enum Verdict: Hashable, Sendable {
        case trusted
        case unknown
        case changed(file: String, line: Int)
        case revoked(file: String, line: Int)
    }

    private enum Marker {
        case none
        case revoked
    }

    private struct Entry {
        var file: String
        var line: Int
        var marker: Marker
        var key: HostKey
    }

    private struct File {
        var path: String
        var lines: [ArraySlice<UInt8>]
    }

    private var files: [File] = []

    /// Makes an empty list.
    package init() {}

    /// Reads the files; one that does not exist is empty, one that cannot be read is an error.
    init(files: [String]) throws(SSHConfigError) {
        for file in files {
            let text: String?
            do {
                text = try readTextFile(file)
            } catch {
                throw SSHConfigError(file: file, line: nil, reason: "the file cannot be read: \(error.reason)")
            }
            add(text ?? "", file: file)
        }
    }

    /// Adds the lines of a file; comments, certificate authorities and damaged lines vouch for nobody.
    ///
    /// They are read when a host is looked for, and then only as far as that needs: every dial reads the file, and two
    /// hundred hosts have two hundred lines each.
    package mutating func add(_ text: String, file: String) {
        files.append(File(path: file, lines: Array(text.utf8).split(separator: 10, omittingEmptySubsequences: false)))
    }

    /// Decides whether a host may have this key.
    package func verdict(host: String, port: Int, key: HostKey) -> Verdict {
        let lines = entries(host: host, port: port)
        if let line = lines.first(where: { $0.marker == .revoked && $0.key == key }) {
            return .revoked(file: line.file, line: line.line)
        }
        let valid = lines.filter { $0.marker == .none }
        if valid.contains(where: { $0.key == key }) {
            return .trusted
        }
        // The host was asked for the types that are known first: another type is another key as well.
        if let line = valid.first(where: { $0.key.type == key.type }) ?? valid.first {
            return .changed(file: line.file, line: line.line)
        }
        return .unknown
    }

    /// The types of the keys that are known for a host.
    package func keyTypes(host: String, port: Int) -> Set<String> {
        Set(entries(host: host, port: port).filter { $0.marker == .none }.map(\.key.type))
    }

    /// The lines for `[host]:port`; where there are none, the lines for `host`, as ssh(1) does.
    private func entries(host: String, port: Int) -> [Entry] {
        let plain = entries(for: host)
        guard port != 22 else { return plain }
        let withPort = entries(for: "[\(host)]:\(port)")
        guard withPort.contains(where: { $0.marker == .none }) else { return withPort + plain }
        return withPort + plain.filter { $0.marker == .revoked }
    }

    private func entries(for name: String) -> [Entry] {
        let name = name.lowercased()
        let bytes = Array(name.utf8)
        return files.flatMap { file in
            file.lines.enumerated().compactMap { index, line in
                Self.entry(line, name, bytes, file: file.path, line: index + 1)
            }
        }
    }

    /// What a line says about a host; `nil` where that is nothing.
    private static func entry(
        _ text: ArraySlice<UInt8>,
        _ name: String,
        _ bytes: [UInt8],
        file: String,
        line: Int
    ) -> Entry? {
        var words = Words(rest: text)
        guard var names = words.next(), names.first != UInt8(ascii: "#") else { return nil }
        var marker = Marker.none
        if names.first == UInt8(ascii: "@") {
            // libssh 0.10.6 takes no host certificates, so a certificate authority cannot help.
            guard names.elementsEqual("@revoked".utf8), let next = words.next() else { return nil }
            marker = .revoked
            names = next
        }
        guard matches(names, name, bytes), words.next() != nil, let base64 = words.next(),
            let key = HostKey(base64: String(decoding: base64, as: UTF8.self))
        else { return nil }
        return Entry(file: file, line: line, marker: marker, key: key)
    }

    private static func matches(_ names: ArraySlice<UInt8>, _ name: String, _ bytes: [UInt8]) -> Bool {
        // The usual line names one host as it is, and another one than is looked for.
        if names.elementsEqual(bytes) { return true }
        let special = names.contains { byte in
            // Patterns, lists, hashes, and capital letters or what is no ASCII, which are compared without their case.
            switch byte {
            case UInt8(ascii: "*"), UInt8(ascii: "?"), UInt8(ascii: "!"), UInt8(ascii: ","), UInt8(ascii: "|"): true
            default: byte >= 0x80 || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            }
        }
        return special && matches(String(decoding: names, as: UTF8.self), name)
    }

    private static func matches(_ names: String, _ name: String) -> Bool {
        guard names.hasPrefix("|1|") else {
            return HostPattern.matches(names.split(separator: ",").map(String.init), name)
        }
        let parts = names.split(separator: "|")
        guard parts.count == 3, let salt = Data(base64Encoded: String(parts[1])),
            let hash = Data(base64Encoded: String(parts[2]))
        else { return false }
        let code = HMAC<Insecure.SHA1>.authenticationCode(for: Data(name.utf8), using: SymmetricKey(data: salt))
        return Data(code) == hash
    }

    /// The words of a line, one after the other; a carriage return before its end separates as well.
    private struct Words {
        var rest: ArraySlice<UInt8>

        mutating func next() -> ArraySlice<UInt8>? {
            rest = rest.drop(while: Self.isSpace)
            guard !rest.isEmpty else { return nil }
            let word = rest.prefix { !Self.isSpace($0) }
            rest = rest[word.endIndex...]
            return word
        }

        private static func isSpace(_ byte: UInt8) -> Bool {
            byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
        }
    }
}
