internal import Synchronization
public import UpgradeCore

/// All that is known of what breaks on the way, read from the data files once.
public struct Breakage: Sendable {
    let flags: FlagTable
    let gates: GateTable
    let apis: APITable
    let notes: UrgentNotes
    let requirements: Requirements
    let rewrites: ObjectRewrites
    let configurations: ConfigurationAPIs
    /// What is known of versions.
    public let versions: VersionKnowledge

    private init(overriding overrides: [FactOverride]) throws(VersionDataError) {
        flags = try FlagTable(overriding: overrides)
        gates = try GateTable(overriding: overrides)
        apis = try APITable(overriding: overrides)
        notes = try VersionData.decode(UrgentNotes.self, from: "urgent-notes.yaml", overriding: overrides)
        requirements = try VersionData.decode(Requirements.self, from: "requirements.yaml", overriding: overrides)
        rewrites = try ObjectRewrites.all()
        configurations = try VersionData.decode(
            ConfigurationAPIs.self,
            from: "api-removals.yaml",
            overriding: overrides
        )
        versions = try VersionKnowledge.embedded(overriding: overrides)
    }

    /// The versions of the coordination API that hold a Lease, the oldest first.
    ///
    /// The oldest one that a server has is the right one to write: where two releases are live, both have it.
    public var leaseVersions: [String] { apis.versions(of: "Lease", in: "coordination.k8s.io") }

    // A step asks before every host; the files and the playbook do not change while the program runs.
    private static let known = Mutex<[[FactOverride]: Result<Breakage, VersionDataError>]>([:])

    /// What is known, with what an operator changed or added.
    ///
    /// - Throws: `VersionDataError`; without changes a mistake of this program's makers, which a test excludes.
    public static func all(overriding overrides: [FactOverride] = []) throws(VersionDataError) -> Breakage {
        let result = known.withLock { known in
            if let result = known[overrides] { return result }
            let result = Result { () throws(VersionDataError) in try Breakage(overriding: overrides) }
            known[overrides] = result
            return result
        }
        return try result.get()
    }
}
