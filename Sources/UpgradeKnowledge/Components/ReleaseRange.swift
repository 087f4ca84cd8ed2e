public import UpgradeCore

/// Minor releases from one to another, both included.
public struct ReleaseRange: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The lowest.
    public var min: MinorRelease
    /// The highest.
    public var max: MinorRelease

    /// Makes a range.
    public init(min: MinorRelease, max: MinorRelease) {
        self.min = min
        self.max = max
    }

    /// Whether it has the release.
    public func contains(_ release: MinorRelease) -> Bool { min <= release && release <= max }

    /// How many minor releases lie between the range and a release; 0 within it.
    ///
    /// Both must be of one major, as all releases of Kubernetes are.
    public func distance(to release: MinorRelease) -> Int {
        if release < min { return min.minor - release.minor }
        if max < release { return release.minor - max.minor }
        return 0
    }

    /// `1.16-1.18`, or one release alone.
    public var description: String { min == max ? "\(min)" : "\(min)-\(max)" }
}

/// A version of any component with its patch number, such as Calico's `3.7.5`.
public typealias PatchVersion = KubernetesVersion
