internal import Crypto

/// SHA-256 in lowercase hexadecimal: the form of every digest on disk.
public enum Digest {
    /// The digest of these bytes.
    public static func sha256(_ bytes: some Sequence<UInt8>) -> String {
        var hash = SHA256()
        hash.update(data: Array(bytes))
        return hex(hash.finalize())
    }

    /// The digest of the UTF-8 bytes of these texts, one after another.
    public static func sha256(_ texts: String...) -> String {
        var hash = SHA256()
        for text in texts {
            hash.update(data: Array(text.utf8))
        }
        return hex(hash.finalize())
    }

    private static func hex(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(64)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
