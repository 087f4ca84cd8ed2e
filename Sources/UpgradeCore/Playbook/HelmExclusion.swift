/// A Helm 2 release, or one revision of it, that the operator leaves unconverted.
public struct HelmExclusion: Hashable, Sendable {
    /// `NAMESPACE/RELEASE` or `NAMESPACE/RELEASE.vREVISION`; the namespace is that of the Tiller.
    public var release: String
    /// Why.
    public var reason: String
    /// The objects in which Helm 2 keeps what is meant, where one Tiller has left records of a release in both kinds; `nil` for
    /// either, and for the release of Helm 3.
    public var storage: HelmStorage?

    /// Makes an exclusion.
    public init(release: String, reason: String, storage: HelmStorage? = nil) {
        self.release = release
        self.reason = reason
        self.storage = storage
    }

    /// Whether it names the object of a revision.
    public func names(_ source: HelmSource) -> Bool {
        if let storage, storage != source.storage { return false }
        if source.path == release { return true }
        // > RELEASE.vREVISION  (helm v2.16 pkg/storage/storage.go, makeKey)
        let revision = source.path.dropFirst(release.count)
        return source.path.hasPrefix(release) && revision.hasPrefix(".v")
            && revision.dropFirst(2).allSatisfy(\.isNumber)
    }

    /// Whether it names a release as a whole.
    ///
    /// - Parameters:
    ///   - path: `namespace/release`: for Helm 2 the namespace of the Tiller, for Helm 3 the release's own.
    ///   - storage: the objects in which Helm 2 keeps it; `nil` for a release of Helm 3.
    /// - Returns: whether it is the one that is left out.
    public func names(_ path: String, in storage: HelmStorage?) -> Bool {
        release == path && (self.storage == nil || self.storage == storage)
    }
}

extension HelmExclusion: CustomStringConvertible {
    /// What it names, in words.
    public var description: String { storage.map { "\(release) in \($0.rawValue)" } ?? release }
}
