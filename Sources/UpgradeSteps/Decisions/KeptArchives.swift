import UpgradeCore

/// The archives of older packages that a host keeps, so that the way back needs no repository.
enum KeptArchives {
    /// Where they are kept; one version of each package.
    static let directory = HostPlace.rollback

    /// The questions it needs.
    static func probes(host: String, names: [String]) -> [Probe] {
        names.map { .files(host: host, directory: directory, prefix: "\($0)_") }
    }

    /// Those of the packages whose archive the host does not keep.
    static func missing(
        _ packages: [PackageSpec],
        on host: String,
        _ seen: Observation
    ) throws(StepError)
        -> [PackageSpec]
    {
        var missing: [PackageSpec] = []
        for package in packages {
            let kept = try seen.files(on: host, directory: directory, prefix: "\(package.name)_")
            if !kept.contains(where: { $0.hasPrefix(package.archivePrefix) }) { missing.append(package) }
        }
        return missing
    }
}
