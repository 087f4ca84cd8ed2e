/// All that is known of what breaks on the way, read from the data files once.
public struct Breakage: Sendable {
    let flags: FlagTable
    let gates: GateTable
    let apis: APITable
    let notes: UrgentNotes
    let requirements: Requirements
    let rewrites: ObjectRewrites
    let configurations: ConfigurationAPIs

    private init() throws(VersionDataError) {
        flags = try FlagTable()
        gates = try GateTable()
        apis = try APITable()
        notes = try VersionData.decode(UrgentNotes.self, from: "urgent-notes.yaml")
        requirements = try VersionData.decode(Requirements.self, from: "requirements.yaml")
        rewrites = try ObjectRewrites.all()
        configurations = try VersionData.decode(ConfigurationAPIs.self, from: "api-removals.yaml")
    }

    /// The versions of the coordination API that hold a Lease, the oldest first.
    ///
    /// The oldest one that a server has is the right one to write: where two releases are live, both have it.
    public var leaseVersions: [String] { apis.versions(of: "Lease", in: "coordination.k8s.io") }

    private static let known: Result<Breakage, VersionDataError> = Result { () throws(VersionDataError) in
        try Breakage()
    }

    /// What is known.
    ///
    /// - Throws: `VersionDataError`; a mistake of this program's makers, which a test excludes.
    public static func all() throws(VersionDataError) -> Breakage { try known.get() }
}
