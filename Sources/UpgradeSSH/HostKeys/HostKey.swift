import Crypto
import FoundationEssentials

/// A host's public key.
package struct HostKey: Hashable, Sendable {
    /// The key's bytes in the form in which SSH sends them.
    var bytes: Data
    /// The key's type, for example `ssh-ed25519`.
    var type: String

    /// Reads a key from base64; `nil` where it is none.
    package init?(base64: some StringProtocol) {
        guard let bytes = Data(base64Encoded: String(base64)), bytes.count > 4 else { return nil }
        let length = bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        guard length > 0, length <= bytes.count - 4 else { return nil }
        self.bytes = bytes
        type = String(decoding: bytes.dropFirst(4).prefix(length), as: UTF8.self)
    }

    /// The fingerprint as `ssh-keygen -l` prints it: `SHA256:` and base64 without padding.
    var fingerprint: String {
        let digest = Data(SHA256.hash(data: bytes)).base64EncodedString()
        return "SHA256:" + digest.prefix { $0 != "=" }
    }

    /// The signature algorithms to offer, those of the types that `known_hosts` has first.
    static func algorithms(preferring types: Set<String>) -> String {
        let all = [
            ("ssh-ed25519", ["ssh-ed25519"]),
            ("ecdsa-sha2-nistp256", ["ecdsa-sha2-nistp256"]),
            ("ecdsa-sha2-nistp384", ["ecdsa-sha2-nistp384"]),
            ("ecdsa-sha2-nistp521", ["ecdsa-sha2-nistp521"]),
            ("ssh-rsa", ["rsa-sha2-512", "rsa-sha2-256"]),
        ]
        let ordered = all.filter { types.contains($0.0) } + all.filter { !types.contains($0.0) }
        return ordered.flatMap(\.1).joined(separator: ",")
    }
}
