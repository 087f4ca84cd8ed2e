/// A Debian package version, such as `1.13.12-1`.
///
/// - Source: Debian Policy 5.6.12, `[epoch:]upstream-version[-debian-revision]`.
public struct PackageVersion: Hashable, Sendable {
    /// The version as dpkg prints it.
    public var text: String

    /// Takes a version as dpkg prints it; `nil` where dpkg would refuse the characters.
    public init?(_ text: String) {
        guard let first = text.utf8.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first),
            text.utf8.allSatisfy(Self.isAllowed)
        else { return nil }
        self.text = text
    }

    /// The upstream part: without epoch and Debian revision.
    public var upstream: String {
        var rest = text[...]
        if let colon = rest.firstIndex(of: ":") {
            rest = rest[rest.index(after: colon)...]
        }
        if let dash = rest.lastIndex(of: "-") {
            rest = rest[..<dash]
        }
        return String(rest)
    }

    /// The Kubernetes version that a package of this version holds, where the upstream part is one.
    public var kubernetes: KubernetesVersion? {
        KubernetesVersion(upstream)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "."), UInt8(ascii: "+"), UInt8(ascii: "-"),
            UInt8(ascii: "~"), UInt8(ascii: ":"):
            true
        default:
            false
        }
    }
}

extension PackageVersion: CustomStringConvertible {
    /// The version as dpkg prints it.
    public var description: String { text }
}
