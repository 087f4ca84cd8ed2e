public import UpgradeCore

/// Where a path leads and what it may do.
public struct PathRequest: Hashable, Sendable {
    /// Where the cluster is.
    public var start: ClusterPoint
    /// Where it goes.
    public var goal: PathGoal
    /// What becomes of Helm meanwhile.
    public var helm: HelmUse
    /// When Helm 2 releases may be converted.
    public var conversion: ConversionPolicy
    /// The day on which the path is walked: what is not released then is not moved to; `nil` for all that is known.
    public var day: CalendarDay?

    /// Makes a request.
    public init(
        from start: ClusterPoint,
        to goal: PathGoal,
        helm: HelmUse = .automatic,
        conversion: ConversionPolicy = .anywhere,
        day: CalendarDay? = nil
    ) {
        self.start = start
        self.goal = goal
        self.helm = helm
        self.conversion = conversion
        self.day = day
    }

    /// Whether a point is where the path leads; where the releases are to be converted at a release, Helm 2 is no end.
    public func isReached(_ point: ClusterPoint) -> Bool {
        if case .at = conversion, point.helm?.version.release.major == Lattice.tillerMajor { return false }
        return goal.isReached(point)
    }
}

/// Where a path ends.
public struct PathGoal: Hashable, Sendable {
    /// The release of Kubernetes.
    public var kubernetes: MinorRelease
    /// The version of Calico; `nil` for whichever costs least.
    public var calico: PatchVersion?
    /// The version of Helm; `nil` for whichever costs least.
    public var helm: PatchVersion?
    /// The version of helmfile; `nil` for whichever costs least.
    public var helmfile: PatchVersion?
    /// The version of etcd; `nil` for whichever costs least.
    public var etcd: PatchVersion?
    /// Where Calico's data is at the end; `nil` for wherever it is.
    public var datastore: CalicoDatastore?

    /// Makes a goal.
    public init(
        kubernetes: MinorRelease,
        calico: PatchVersion? = nil,
        helm: PatchVersion? = nil,
        helmfile: PatchVersion? = nil,
        etcd: PatchVersion? = nil,
        datastore: CalicoDatastore? = nil
    ) {
        self.kubernetes = kubernetes
        self.calico = calico
        self.helm = helm
        self.helmfile = helmfile
        self.etcd = etcd
        self.datastore = datastore
    }

    /// Whether a point is there; a frozen Helm is no end.
    public func isReached(_ point: ClusterPoint) -> Bool {
        point.kubernetes == kubernetes && point.helm?.isFrozen != true
            && calico.map { $0 == point.calico?.version } ?? true && helm.map { $0 == point.helm?.version } ?? true
            && helmfile.map { $0 == point.helmfile } ?? true && etcd.map { $0 == point.etcd?.version } ?? true
            && datastore.map { $0 == point.calico?.datastore } ?? true
    }
}

/// What becomes of Helm on a path.
public enum HelmUse: Hashable, Sendable {
    /// Frozen where Helm 2 is newer than its range allows, as it does not go down; used otherwise.
    case automatic
    /// Used all the way, in range or not.
    case active
    /// Nothing is deployed until the conversion, or until Helm is in range.
    case frozen
    /// Used, and Helm 2 may go down.
    case downgrade
}

/// When Helm 2 releases are converted to Helm 3.
public enum ConversionPolicy: Hashable, Sendable {
    /// Where it costs least, or never.
    case anywhere
    /// At this release.
    case at(MinorRelease)
    /// Not before the last release.
    case atTheEnd

    func allows(_ release: MinorRelease, _ goal: PathGoal) -> Bool {
        switch self {
        case .anywhere: true
        case .at(let only): release == only
        case .atTheEnd: release == goal.kubernetes
        }
    }
}
