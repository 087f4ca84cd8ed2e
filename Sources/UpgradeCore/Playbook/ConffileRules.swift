/// What becomes of conffiles that a host and a new package have both changed, as the playbook says.
///
/// Where it says nothing, the host's stays. In clusters of this kind the files are the operator's: configuration
/// management writes them again, so that what was taken or merged would be gone at its next run. And it is the host's
/// arguments that `dry-start` has just tried on the new daemon.
public struct ConffileRules: Hashable, Sendable {
    /// For every path that has no rule of its own.
    public var standard: ConffileChoice
    /// By absolute path.
    public var byPath: [String: ConffileChoice]

    /// Makes rules.
    public init(standard: ConffileChoice = .keep, byPath: [String: ConffileChoice] = [:]) {
        self.standard = standard
        self.byPath = byPath
    }

    /// Whether every conffile of the host is kept.
    public var keepsAll: Bool { standard == .keep && byPath.values.allSatisfy { $0 == .keep } }

    /// What becomes of the conffile at a path.
    public func choice(for path: String) -> ConffileChoice { byPath[path] ?? standard }
}
