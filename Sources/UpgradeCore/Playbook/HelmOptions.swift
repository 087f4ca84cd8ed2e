/// Which Helm is there at the end of each hop.
public struct HelmOptions: Hashable, Sendable {
    /// The version of the package and the tag of Tiller's image, by the release at whose arrival Helm is moved.
    ///
    /// At the release that the cluster has now, Helm is moved before the first hop.
    public var versions: [MinorRelease: ComponentVersion]
    /// The packages on client hosts, or on the control-plane hosts where there are none.
    public var packages: [String]
    /// The namespaces that have a Tiller.
    public var tillerNamespaces: [String]
    /// Tiller's image without its tag.
    public var image: String
    /// The release at whose arrival Helm 2 releases are converted to Helm 3; `nil` for never.
    public var migrateAt: MinorRelease?
    /// How many revisions of each release are converted, the newest; `nil` for all.
    public var revisions: Int?
    /// Releases, or single revisions, that are not converted.
    public var excluded: [HelmExclusion]
    /// Whether deployed releases that name APIs which a hop takes away are written anew before it.
    public var mapsAPIs = false
    /// When what Helm 2 keeps is removed; `nil` for never.
    public var cleanup: HelmCleanupOptions?

    /// Makes options.
    public init(
        versions: [MinorRelease: ComponentVersion],
        packages: [String] = ["helm"],
        tillerNamespaces: [String] = ["kube-system"],
        image: String = "tiller",
        migrateAt: MinorRelease? = nil,
        revisions: Int? = nil,
        excluded: [HelmExclusion] = []
    ) {
        self.versions = versions
        self.packages = packages
        self.tillerNamespaces = tillerNamespaces
        self.image = image
        self.migrateAt = migrateAt
        self.revisions = revisions
        self.excluded = excluded
    }
}

/// That what Helm 2 keeps is removed once all of it is verified, and Tiller with it.
public struct HelmCleanupOptions: Hashable, Sendable {
    /// The release at whose arrival it is.
    public var at: MinorRelease
    /// What becomes of what the playbook excludes from the conversion.
    public enum Excluded: String, Hashable, Sendable, CaseIterable {
        /// It stays, and so does its Tiller.
        case keep
        /// It is copied and removed like the rest.
        case remove
    }

    /// What becomes of what the playbook excludes from the conversion.
    public var excluded: Excluded

    /// Makes options.
    public init(at release: MinorRelease, excluded: Excluded = .keep) {
        at = release
        self.excluded = excluded
    }
}
