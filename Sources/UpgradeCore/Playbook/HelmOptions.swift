/// Which Helm is there at the end of each hop.
public struct HelmOptions: Hashable, Sendable {
    /// The version of the package and the tag of Tiller's image, by the release at whose arrival Helm is moved.
    ///
    /// At the release that the cluster has now, Helm is moved before the first hop.
    public var versions: [MinorRelease: ComponentVersion]
    /// The packages on client hosts, or on the control-plane hosts where there are none.
    public var packages: [String]
    /// The client of Helm 2, by name or path; `nil` for that of a package whose name says it.
    public var program: String?
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
    /// Helm 3 under a name of its own, beside Helm 2; `nil` where none comes.
    public var helm3: HelmProgramPackages?
    /// helmfile; `nil` where the run leaves it alone.
    public var helmfile: HelmProgramPackages?
    /// The files of helmfile's environments that say which Helm they call.
    public var environments: [String] = []
    /// Whether Tiller is asked for its version, through a client of Helm 2 on its own.
    public var asksTiller = false

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

/// Packages with a program of Helm's, and when which version of them comes.
public struct HelmProgramPackages: Hashable, Sendable {
    /// The packages, on the hosts that have Helm's.
    public var packages: [String]
    /// The program that they carry, by name or path; `nil` for that of a package whose name says it.
    public var program: String?
    /// The version, by the release at whose arrival it comes.
    public var versions: [MinorRelease: PackageVersion]

    /// Makes packages.
    public init(packages: [String], program: String? = nil, versions: [MinorRelease: PackageVersion]) {
        self.packages = packages
        self.program = program
        self.versions = versions
    }
}

extension HelmOptions {
    /// All packages, in the order in which they are installed: a newer helmfile works with the Helm that is there, an older one
    /// not with a newer Helm.
    ///
    /// - Source: the windows of helmfile in helm.yaml
    public var programs: [HelmProgramPackages] {
        [helmfile, own, helm3].compactMap { $0 }.filter { !$0.packages.isEmpty }
    }

    private var own: HelmProgramPackages {
        HelmProgramPackages(packages: packages, program: program, versions: versions.mapValues(\.package))
    }

    /// The client of Helm 2 that asks Tiller.
    public var tillerClient: String { program ?? HelmAskedProgram.usual }

    /// The programs that say which version they are, each with the package that carries it, in the order of `programs`.
    ///
    /// A package that is not known to carry one is not asked where the playbook names no program.
    public var asked: [HelmAskedProgram] {
        HelmAskedProgram.of(helmfile) { _ in .helmfile } + HelmAskedProgram.of(own) { .client($0) }
            + HelmAskedProgram.of(helm3) { .client($0) }
    }

    /// Whether Tillers get another image at the arrival at a release: Helm 3 has none, and a version that its tag does not say is
    /// taken for one of Helm 2.
    public func rollsTiller(at release: MinorRelease) -> Bool {
        versions[release].map { ($0.version?.release.major ?? 2) < 3 } ?? false
    }

    /// Whether any package comes at the arrival at a release.
    public func installs(at release: MinorRelease) -> Bool { programs.contains { $0.versions[release] != nil } }
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

    /// What becomes of the removal where objects of a converted release are not in the cluster.
    public enum Absent: String, Hashable, Sendable, CaseIterable {
        /// It goes on: they are named, and Helm 3 makes them anew at the next upgrade.
        case accept
        /// It stops before anything is removed.
        case stop
    }

    /// What becomes of the removal where objects of a converted release are not in the cluster.
    public var absent: Absent

    /// Makes options.
    public init(at release: MinorRelease, excluded: Excluded = .keep, absent: Absent = .accept) {
        at = release
        self.excluded = excluded
        self.absent = absent
    }
}
