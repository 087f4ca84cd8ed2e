import UpgradeCore

/// The programs of Calico and Helm that an operator uses on a host, `calicoctl` and `helm`: where somebody has installed
/// them, they follow what runs.
enum ComponentPrograms {
    /// What the packages of Calico and Helm should be on any host once Kubernetes runs a release.
    ///
    /// The newest version that the playbook names at or before it.
    static func at(_ release: MinorRelease, _ playbook: Playbook) -> [PackageSpec] {
        components(playbook).flatMap { names, versions in
            let release = versions.keys.filter { $0 <= release }.max()
            let version = release.flatMap { versions[$0] }
            return version.map { version in names.map { PackageSpec(name: $0, version: version) } } ?? []
        }
    }

    /// Whether an installed package follows: one that somebody has brought further stays, for apt would not take it back.
    static func follows(_ installed: InstalledPackage?, to wanted: PackageSpec) -> Bool {
        installed.map { !wanted.version.isOlder(than: $0.version) } ?? false
    }

    private static func components(_ playbook: Playbook) -> [([String], [MinorRelease: PackageVersion])] {
        // A package that carries a unit is no operator's program: its install may restart the unit, behind no gate.
        let calico = playbook.calico.map { $0.unit == nil ? $0.packages : $0.packages.filter { $0 == "calicoctl" } }
        return [(calico ?? [], (playbook.calico?.versions ?? [:]).mapValues(\.package))]
            + (playbook.helm?.programs ?? []).map { ($0.packages, $0.versions) }
    }
}
