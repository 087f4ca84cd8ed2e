import Crypto
import Foundation

extension Playbook {
    /// The SHA-256 of a playbook's text, in lowercase hexadecimal; a resume is refused when it has changed.
    public static func digest(of text: String) -> String {
        TextDigest.sha256(of: Data(text.utf8))
    }
}

enum TextDigest {
    static func sha256(of data: Data) -> String {
        SHA256.hash(data: data).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }
        .joined()
    }
}
