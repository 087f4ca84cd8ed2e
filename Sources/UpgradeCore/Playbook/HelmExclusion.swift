/// A Helm 2 release, or one revision of it, that the operator leaves unconverted.
public struct HelmExclusion: Hashable, Sendable {
    /// `NAMESPACE/RELEASE` or `NAMESPACE/RELEASE.vREVISION`; the namespace is that of the Tiller.
    public var release: String
    /// Why.
    public var reason: String

    /// Makes an exclusion.
    public init(release: String, reason: String) {
        self.release = release
        self.reason = reason
    }

    /// Whether it names the object of a revision.
    public func names(_ source: HelmSource) -> Bool {
        if source.path == release { return true }
        // > RELEASE.vREVISION  (helm v2.16 pkg/storage/storage.go, makeKey)
        let revision = source.path.dropFirst(release.count)
        return source.path.hasPrefix(release) && revision.hasPrefix(".v")
            && revision.dropFirst(2).allSatisfy(\.isNumber)
    }
}
