public import UpgradeCore

/// What a playbook says of Calico for a path to be walked: the section `calico`, with every version that the path goes
/// through at the release at which it does.
///
/// A move before a hop stands at the release that the hop leaves, a move after it at the one that it arrives at.
public struct PathPlaybook: Hashable, Sendable {
    /// The versions of each release, in order.
    public var rolls: [MinorRelease: [PatchVersion]] = [:]
    /// The release at which Calico's data goes from etcd's v2 API to its v3 API.
    public var migration: MinorRelease?

    /// Reads it off a path; `nil` where the path leaves Calico alone.
    public init?(_ path: UpgradePath) {
        var before = path.start
        for step in path.steps {
            if case .calico(_, let version) = step.move {
                rolls[before.kubernetes, default: []].append(version)
                if before.calico?.datastore == .etcdv2, step.after.calico?.datastore == .etcdv3 {
                    migration = before.kubernetes
                }
            }
            before = step.after
        }
        if rolls.isEmpty { return nil }
    }

    /// The section as YAML, a key a line; packages by their upstream version and the revision 1, for no path knows an archive.
    public var text: String {
        var lines = ["calico:", "  versions:"]
        for (release, versions) in rolls.sorted(by: { $0.key < $1.key }) {
            let each = versions.map { "{package: \($0)-1, tag: v\($0)}" }
            if each.count == 1 {
                lines.append("    \(release): \(each[0])")
            } else {
                lines += ["    \(release):"] + each.map { "      - \($0)" }
            }
        }
        if let migration { lines.append("  datastore-migration: {at: \(migration)}") }
        return lines.joined(separator: "\n") + "\n"
    }
}
