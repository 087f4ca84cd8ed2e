public import UpgradeCore

/// What a playbook says for a path to be walked: the sections `calico` and `helm`, with every version that the path goes
/// through at the release at which it does.
///
/// A move before a hop stands at the release that the hop leaves, a move after it at the one that it arrives at.
public struct PathPlaybook: Hashable, Sendable {
    /// The versions of Calico at each release, in order.
    public var rolls: [MinorRelease: [PatchVersion]] = [:]
    /// The release at which Calico's data goes from etcd's v2 API to its v3 API.
    public var migration: MinorRelease?
    /// The version of Helm 2 and its Tiller, by release.
    public var helm: [MinorRelease: PatchVersion] = [:]
    /// The release at which Helm 2's releases are converted.
    public var conversion: MinorRelease?
    /// Whether that is where the cluster stands: a playbook converts where a hop arrives.
    public var convertsBefore = false
    /// The version of Helm 3, by release.
    public var helm3: [MinorRelease: PatchVersion] = [:]
    /// The version of helmfile, by release.
    public var helmfile: [MinorRelease: PatchVersion] = [:]
    /// What the path goes through at a release besides, in words: a playbook has one version of each of these at a release.
    public var passed: [String] = []

    /// Reads it off a path; `nil` where the path leaves Calico, Helm and helmfile alone.
    public init?(_ path: UpgradePath) {
        var before = path.start
        for step in path.steps {
            let release = before.kubernetes
            switch step.move {
            case .calico(_, let version):
                rolls[release, default: []].append(version)
                if before.calico?.datastore == .etcdv2, step.after.calico?.datastore == .etcdv3 { migration = release }
            case .helm(_, let version):
                if version.release.major == Lattice.tillerMajor {
                    pass("Helm", helm[release], at: release)
                    helm[release] = version
                } else {
                    pass("Helm", helm3[release], at: release)
                    helm3[release] = version
                }
            case .helmConversion(_, let version):
                conversion = release
                convertsBefore = release == path.start.kubernetes
                helm3[release] = version
            case .helmfile(_, let version):
                pass("helmfile", helmfile[release], at: release)
                helmfile[release] = version
            case .hop, .calicoDatastore, .helmThaw, .etcd, .etcdObjects: break
            }
            before = step.after
        }
        if rolls.isEmpty, !movesHelm { return nil }
    }

    private mutating func pass(_ name: String, _ version: PatchVersion?, at release: MinorRelease) {
        guard let version else { return }
        passed.append(
            "at \(release) the path goes through \(name) \(version), and a playbook has one version at a release"
        )
    }

    /// Whether there is a section `helm`.
    public var movesHelm: Bool { !helm.isEmpty || !helm3.isEmpty || !helmfile.isEmpty }

    /// Whose sections it has, as people write them.
    public var components: [PathComponent] {
        (rolls.isEmpty ? [] : [.calico]) + (movesHelm ? [.helm] : [])
    }

    /// The release that `migrate-at` names; `nil` where nothing is converted, or no hop arrives where it is.
    public var migrateAt: MinorRelease? { convertsBefore ? nil : conversion }

    /// The sections as YAML, a key a line; packages by their upstream version and the revision 1, for no path knows an archive.
    public var text: String {
        (calicoLines + helmLines).joined(separator: "\n") + "\n"
    }

    private var calicoLines: [String] {
        if rolls.isEmpty { return [] }
        var lines = ["calico:", "  versions:"]
        for (release, versions) in rolls.sorted(by: { $0.key < $1.key }) {
            let each = versions.map { "{package: \(Self.package($0)), tag: v\($0)}" }
            if each.count == 1 {
                lines.append("    \(release): \(each[0])")
            } else {
                lines += ["    \(release):"] + each.map { "      - \($0)" }
            }
        }
        if let migration { lines.append("  datastore-migration: {at: \(migration)}") }
        return lines
    }

    private var helmLines: [String] {
        if !movesHelm { return [] }
        var lines = ["helm:"]
        if !helm.isEmpty { lines.append("  versions:") }
        for (release, version) in helm.sorted(by: { $0.key < $1.key }) {
            lines.append("    \(release): {package: \(Self.package(version)), tag: v\(version)}")
        }
        if let migrateAt {
            lines.append("  migrate-at: \(migrateAt)")
        } else if let conversion {
            lines.append(
                "  # converted at \(conversion), where the cluster stands: by hand, for `migrate-at` is where a hop arrives"
            )
        }
        for (name, versions) in [("helm3", helm3), ("helmfile", helmfile)] where !versions.isEmpty {
            let each = versions.sorted { $0.key < $1.key }.map { "\($0.key): \(Self.package($0.value))" }
            lines.append("  \(name): {versions: {\(each.joined(separator: ", "))}}")
        }
        return lines + passed.map { "  # \($0)" }
    }

    /// The version of a package of an upstream version, for whom no path knows the revision.
    public static func package(_ version: PatchVersion) -> String { "\(version)-1" }
}
