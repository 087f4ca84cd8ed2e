public import UpgradeCore

/// What `upgrader helm verify` has to say: what Helm 3 does not hold as Helm 2 does, and what of it the cluster lacks.
public struct HelmVerification: Hashable, Sendable, Encodable {
    /// An object, or a manifest that could not be read.
    public struct Finding: Hashable, Sendable, Encodable {
        /// The object, as `Kind namespace/name`; `its manifest` where that is meant.
        public var object: String
        /// What is wrong with it, in words.
        public var state: String
    }

    /// A release.
    public struct Release: Hashable, Sendable, Encodable {
        /// Its namespace.
        public var namespace: String
        /// Its name.
        public var name: String
        /// Whose manifest was read, 2 or 3: that of Helm 3 where both have one.
        public var helm: Int
        /// Its revision.
        public var revision: Int
        /// How many of its objects are there.
        public var present: Int
        /// How many were not looked for, because Helm leaves them to their operator.
        public var kept: Int
        /// What is not as its manifest says.
        public var findings: [Finding]
    }

    /// The form, raised when it changes.
    public var schema = 1
    /// The cluster.
    public var cluster: String
    /// The deployed releases of Helm 2 and 3, by namespace and name.
    public var releases: [Release]
    /// What Helm 3 does not hold as Helm 2 does, of what the playbook has converted; empty while nothing was.
    public var differences: [String]

    /// Looks.
    ///
    /// - Parameters:
    ///   - inventory: every release of Helm 2 and 3, compared.
    ///   - presence: what the cluster has of them.
    ///   - playbook: says what is converted.
    /// - Throws: `StepError` where the data of this program cannot be read.
    public init(_ inventory: HelmInventory, _ presence: HelmPresence, _ playbook: Playbook) throws(StepError) {
        cluster = playbook.cluster
        let all = try HelmObjectsDecision(presence.releases, playbook).all
        let findings = Dictionary(grouping: all, by: \.release)
        releases = presence.releases.map { release in
            Release(
                namespace: release.namespace,
                name: release.name,
                helm: release.helm,
                revision: release.revision,
                present: release.present,
                kept: release.kept,
                findings: (findings[release.path] ?? []).map { Finding(object: $0.object, state: $0.state) }
            )
        }
        // Before the conversion every release would differ, which says nothing.
        let isConverted = inventory.secrets.contains { $0.mark?.origin == .conversion }
        differences = []
        if isConverted, let options = playbook.helm, options.migrateAt != nil {
            differences = HelmDecision(inventory, options, mark: "").differences
        }
    }
}

extension HelmVerification {
    /// What is to be said before a run that removes what Helm 2 keeps.
    ///
    /// - Parameters:
    ///   - playbook: says whether and when it is removed.
    ///   - survey: what was seen before the run.
    /// - Returns: a line; `nil` where the cluster has all that releases name, or nothing is removed.
    public static func warning(_ playbook: Playbook, _ survey: Observation) -> String? {
        guard let options = playbook.helm, let cleanup = options.cleanup,
            let inventory = try? survey.helmReleases(compares: true), let presence = try? survey.helmPresence(),
            let objects = try? HelmObjectsDecision(presence, HelmDecision(inventory, options, mark: ""), playbook),
            !objects.findings.isEmpty
        else { return nil }
        let count = objects.findings.count
        let first = objects.findings.prefix(3).joined(separator: "; ")
        return
            "helm-cleanup at \(cleanup.at) cannot be taken back, and of what the releases name the cluster has not all: \(first)"
            + (count > 3 ? "; and \(count - 3) more" : "") + " (`upgrader helm verify` names each)"
    }
}
