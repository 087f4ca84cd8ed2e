/// A Kubernetes minor release, such as `1.13`.
public struct MinorRelease: Hashable, Sendable, Comparable {
    /// The number before the dot.
    public var major: Int
    /// The number after the dot.
    public var minor: Int

    /// Makes a release from its numbers.
    public init(major: Int, minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// Reads `1.13`; `nil` for anything else.
    public init?(_ text: String) {
        let numbers = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            .map { Int(Substring($0)) }
        guard numbers.count == 2, let major = numbers[0], let minor = numbers[1], major >= 0, minor >= 0 else {
            return nil
        }
        self.init(major: major, minor: minor)
    }

    /// The next minor release of the same major.
    public var next: MinorRelease {
        MinorRelease(major: major, minor: minor + 1)
    }

    /// Orders by major, then by minor number.
    public static func < (left: MinorRelease, right: MinorRelease) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }
}

extension MinorRelease: CustomStringConvertible {
    /// `1.13`.
    public var description: String { "\(major).\(minor)" }
}

/// A Kubernetes version with its patch number, such as `1.13.12`; build suffixes are dropped.
public struct KubernetesVersion: Hashable, Sendable, Comparable {
    /// The minor release.
    public var release: MinorRelease
    /// The patch number.
    public var patch: Int

    /// Makes a version from its numbers.
    public init(release: MinorRelease, patch: Int) {
        self.release = release
        self.patch = patch
    }

    /// Reads `1.13.12`, `v1.13.12` or `v1.13.12-rc.1+abc`; `nil` for anything else.
    public init?(_ text: String) {
        let trimmed = text.hasPrefix("v") ? text.dropFirst() : text[...]
        let core = trimmed.prefix { $0 != "-" && $0 != "+" && $0 != "~" }
        let numbers = core.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
        guard numbers.count == 3, let major = numbers[0], let minor = numbers[1], let patch = numbers[2],
            major >= 0, minor >= 0, patch >= 0
        else { return nil }
        self.init(release: MinorRelease(major: major, minor: minor), patch: patch)
    }

    /// Orders by release, then by patch number.
    public static func < (left: KubernetesVersion, right: KubernetesVersion) -> Bool {
        (left.release, left.patch) < (right.release, right.patch)
    }
}

extension KubernetesVersion: CustomStringConvertible {
    /// `1.13.12`.
    public var description: String { "\(release).\(patch)" }
}
