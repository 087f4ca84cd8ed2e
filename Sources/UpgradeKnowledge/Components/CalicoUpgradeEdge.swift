public import UpgradeCore

/// A way from one release of Calico to another that its documents describe.
public struct CalicoUpgradeEdge: Hashable, Sendable, Decodable {
    /// Its stable name.
    public var id: String
    /// How it is done.
    public var method: String
    /// Where it was read.
    public var source: String
    /// A remark.
    public var note: String?
    /// Between which versions it leads; `nil` for the edge that says that no way leads down.
    public var bounds: Bounds?

    /// Between which versions an edge leads.
    public struct Bounds: Hashable, Sendable, Decodable {
        /// The lowest version that it may leave: `2.6.5`, or a minor.
        public var fromMin: LooseVersion
        /// The first version that it may no longer leave.
        public var fromBelow: LooseVersion?
        /// The lowest minor that it may reach.
        public var toMin: MinorRelease
        /// The highest minor that it may reach; `nil` for no end.
        public var toMax: MinorRelease?
        /// The datastore that it leaves; `nil` where it keeps whichever there is.
        public var fromDatastore: CalicoDatastore?
        /// The datastore that it reaches; `nil` where it keeps the one there is.
        public var toDatastore: CalicoDatastore?
        /// Whether data is converted by a tool or a job of its own.
        public var needsTool: Bool
        /// The only minor of Kubernetes on which it can be done.
        public var kubernetesOnly: MinorRelease?

        enum CodingKeys: String, CodingKey {
            case fromMin = "from_min"
            case fromBelow = "from_below"
            case toMin = "to_min"
            case toMax = "to_max"
            case fromDatastore = "from_datastore"
            case toDatastore = "to_datastore"
            case needsTool = "needs_tool"
            case kubernetesOnly = "kubernetes_only"
        }
    }

    /// Whether it leads up from one version to another.
    ///
    /// - Parameters:
    ///   - from: the version that runs.
    ///   - to: the version to reach, of a higher minor.
    ///   - datastore: where the data is now.
    ///   - kubernetes: the release that the cluster runs.
    /// - Returns: whether the documents describe it.
    public func leads(
        from: PatchVersion,
        to: PatchVersion,
        datastore: CalicoDatastore,
        kubernetes: MinorRelease
    ) -> Bool {
        guard let bounds, from.release < to.release else { return false }
        return bounds.fromMin.version <= from && bounds.fromBelow.map { from < $0.version } ?? true
            && bounds.toMin <= to.release && bounds.toMax.map { to.release <= $0 } ?? true
            && bounds.fromDatastore.map { $0 == datastore } ?? true
            && bounds.kubernetesOnly.map { $0 == kubernetes } ?? true
    }

    /// Where the data is after it.
    public func datastore(after datastore: CalicoDatastore) -> CalicoDatastore { bounds?.toDatastore ?? datastore }
}

/// A version whose patch number may be left out, which then is 0.
public struct LooseVersion: Hashable, Sendable, TextCodable {
    /// The version.
    public var version: PatchVersion
    /// As it was written.
    public var description: String

    /// Reads `2.6` or `2.6.5`; `nil` for anything else.
    public init?(_ text: String) {
        guard let version = PatchVersion(text) ?? MinorRelease(text).map({ PatchVersion(release: $0, patch: 0) })
        else { return nil }
        self.version = version
        description = text
    }
}
