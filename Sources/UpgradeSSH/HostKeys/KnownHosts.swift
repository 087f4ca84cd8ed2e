import Crypto
import FoundationEssentials
import UpgradeCore

/// The lines of `known_hosts` files, and what they say about a host's key.
///
/// An own reader: libssh reads one file, ignores `@revoked`, and says nothing about lines (measured on 0.10.6).
/// - Source: sshd(8), SSH_KNOWN_HOSTS FILE FORMAT
struct KnownHosts: Sendable {
    /// What the files say about a key.
    enum Verdict: Hashable, Sendable {
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
        var names: String
        var key: HostKey
    }

    private var entries: [Entry] = []

    /// Makes an empty list.
    init() {}

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
    mutating func add(_ text: String, file: String) {
        for (index, line) in text.textLines.enumerated() {
            var words = line.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\r" })[...]
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            var marker = Marker.none
            if first.hasPrefix("@") {
                // libssh 0.10.6 takes no host certificates, so a certificate authority cannot help.
                guard first == "@revoked" else { continue }
                marker = .revoked
                words = words.dropFirst()
            }
            guard words.count >= 3, let key = HostKey(base64: words[words.startIndex + 2]) else { continue }
            let names = String(words[words.startIndex])
            entries.append(Entry(file: file, line: index + 1, marker: marker, names: names, key: key))
        }
    }

    /// Decides whether a host may have this key.
    func verdict(host: String, port: Int, key: HostKey) -> Verdict {
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
    func keyTypes(host: String, port: Int) -> Set<String> {
        Set(entries(host: host, port: port).filter { $0.marker == .none }.map(\.key.type))
    }

    /// The lines for `[host]:port`; where there are none, the lines for `host`, as ssh(1) does.
    private func entries(host: String, port: Int) -> [Entry] {
        let plain = entries.filter { Self.matches($0.names, host) }
        guard port != 22 else { return plain }
        let withPort = entries.filter { Self.matches($0.names, "[\(host)]:\(port)") }
        guard withPort.contains(where: { $0.marker == .none }) else { return withPort + plain }
        return withPort + plain.filter { $0.marker == .revoked }
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
}
