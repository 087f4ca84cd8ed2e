import UpgradeCore

/// The programs of Calico and Helm that an operator uses on a host, `calicoctl` and `helm`: where somebody has installed
/// them, they follow what runs.
enum ComponentPrograms {
    /// What the packages of Calico and Helm should be on any host at the end of the hop.
    ///
    /// The newest version that the playbook names at or before the hop's release.
    static func atEnd(of hop: HopID, _ playbook: Playbook) -> [PackageSpec] {
        components(playbook).flatMap { names, versions in
            let release = versions.keys.filter { $0 <= hop.to }.max()
            let version = release.flatMap { versions[$0]?.package }
            return version.map { version in names.map { PackageSpec(name: $0, version: version) } } ?? []
        }
    }

    /// Every version that the playbook moves them to at these releases.
    static func at(_ releases: [MinorRelease], _ playbook: Playbook) -> [PackageSpec] {
        components(playbook).flatMap { names, versions in
            releases.compactMap { versions[$0]?.package }
                .flatMap { version in names.map { PackageSpec(name: $0, version: version) } }
        }
    }

    private static func components(_ playbook: Playbook) -> [([String], [MinorRelease: ComponentVersion])] {
        [
            (playbook.calico?.packages ?? [], playbook.calico?.versions ?? [:]),
            (playbook.helm?.packages ?? [], playbook.helm?.versions ?? [:]),
        ]
    }
}
