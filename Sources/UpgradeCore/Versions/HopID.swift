/// One minor release to the next: `1.12-1.13`.
public struct HopID: Hashable, Sendable, Comparable, TextCodable {
    /// The release that the hop leaves.
    public var from: MinorRelease
    /// The release that the hop reaches.
    public var to: MinorRelease

    /// Makes the hop that leaves `from`.
    public init(from: MinorRelease) {
        self.from = from
        self.to = from.next
    }

    /// Reads `1.12-1.13`; `nil` for anything that is not one minor release to the next.
    public init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count == 2, let from = MinorRelease(String(Substring(parts[0]))),
            let to = MinorRelease(String(Substring(parts[1]))),
            from.next == to
        else { return nil }
        self.init(from: from)
    }

    /// The hop that arrives at a release; `nil` for the first of a major one.
    public init?(to release: MinorRelease) {
        guard release.minor > 0 else { return nil }
        self.init(from: MinorRelease(major: release.major, minor: release.minor - 1))
    }

    /// `1.12-1.13`.
    public var description: String { "\(from)-\(to)" }

    /// Orders by the release that the hop leaves.
    public static func < (left: HopID, right: HopID) -> Bool { left.from < right.from }
}
