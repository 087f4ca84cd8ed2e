internal import UpgradeCore

/// The points of a request and the moves between them.
///
/// A point that breaks a rule is not part of it; how far a point is out of range is its `violations`.
public struct Lattice: Sendable {
    /// What is known of releases.
    public let knowledge: VersionKnowledge
    /// What is known of paths.
    public let rules: PathRules
    /// Where the path leads, and what it may do.
    public let request: PathRequest
    let calicoVersions: [PatchVersion]
    let helmVersions: [PatchVersion]
    let helmfileVersions: [PatchVersion]

    /// Makes the lattice of a request.
    public init(_ request: PathRequest, knowledge: VersionKnowledge, rules: PathRules) {
        self.request = request
        self.knowledge = knowledge
        self.rules = rules
        let goal = request.goal
        let day = request.day
        calicoVersions = knowledge.calico.filter { release in day.map { release.releaseDate <= $0 } ?? true }
            .flatMap { release in Self.landings(release.patch, goal.calico, request.start.calico?.version) }
        helmVersions = knowledge.helm.filter { release in day.map { release.first.date <= $0 } ?? true }
            .flatMap { release in
                // Between the first and the last tag the data has no days: of a release under way the first is there.
                let last = day.map { release.last.date <= $0 } ?? true ? release.last.tag : release.first.tag
                return Self.landings(last, goal.helm, request.start.helm?.version)
            }
        var landings = rules.helmfileLandings.filter { landing in day.map { landing.date <= $0 } ?? true }
            .map(\.version)
        if let version = goal.helmfile, !landings.contains(version) { landings.append(version) }
        helmfileVersions = landings.sorted()
    }

    /// The version that a path lands on within a release, and the one that the goal names.
    private static func landings(_ last: PatchVersion, _ goal: PatchVersion?, _ start: PatchVersion?) -> [PatchVersion]
    {
        guard let goal, goal.release == last.release, goal != last else { return [last] }
        return goal < last ? [goal, last] : [last, goal]
    }

    /// The first point: the start, with Helm frozen where the policy says so.
    public var start: ClusterPoint {
        var point = request.start
        guard let helm = point.helm, helm.version.release.major == Self.tillerMajor else { return point }
        switch request.helm {
        case .active, .downgrade: point.helm?.isFrozen = false
        case .frozen: point.helm?.isFrozen = true
        case .automatic: point.helm?.isFrozen = helm.isFrozen || isNewer(helm.version, than: point.kubernetes)
        }
        return point
    }

    /// Whether Helm was made for newer releases than this one, so that only going down would bring it into range.
    private func isNewer(_ helm: PatchVersion, than kubernetes: MinorRelease) -> Bool {
        knowledge.helm(helm.release).map { kubernetes < $0.kubernetes.min } ?? false
    }

    /// The major version of Helm that has a Tiller.
    static let tillerMajor = 2

    /// What the moves from a point lead to, in a fixed order; none breaks a rule.
    public func moves(from point: ClusterPoint) -> [(move: PathMove, to: ClusterPoint)] {
        (hops(point) + etcdMoves(point) + calicoMoves(point) + helmMoves(point) + helmfileMoves(point))
            .filter { broken(by: $0.move, from: point, to: $0.to) == nil }
    }

    private typealias Step = (move: PathMove, to: ClusterPoint)

    private func hops(_ point: ClusterPoint) -> [Step] {
        guard point.kubernetes < request.goal.kubernetes else { return [] }
        let hop = HopID(from: point.kubernetes)
        var next = point
        next.kubernetes = hop.to
        return [(.hop(hop), next)]
    }

    private func etcdMoves(_ point: ClusterPoint) -> [Step] {
        guard let etcd = point.etcd else { return [] }
        var steps: [Step] = []
        if etcd.holdsV2Objects {
            var next = point
            next.etcd?.holdsV2Objects = false
            steps.append((.etcdObjects, next))
        }
        if let goal = request.goal.etcd ?? wantedEtcd(after: etcd.version), etcd.version < goal,
            let release = goal.release == etcd.version.release
                ? goal.release : rules.etcd(after: etcd.version.release)
        {
            let version = goal.release <= release ? goal : PatchVersion(release: release, patch: 0)
            var next = point
            next.etcd?.version = version
            steps.append((.etcd(from: etcd.version, to: version), next))
        }
        return steps
    }

    /// The lowest version that the end recommends, where what runs is below it.
    private func wantedEtcd(after version: PatchVersion) -> PatchVersion? {
        guard let wanted = knowledge.kubernetes(request.goal.kubernetes)?.etcd, !wanted.isRecommended(version) else {
            return nil
        }
        return wanted.minimums.filter { version < $0 }.min()
    }

    private func calicoMoves(_ point: ClusterPoint) -> [Step] {
        guard let calico = point.calico else { return [] }
        var steps: [Step] = calicoVersions.filter { calico.version < $0 }.flatMap { version in
            datastores(after: calico, to: version, kubernetes: point.kubernetes).map { datastore in
                var next = point
                next.calico = CalicoPoint(version: version, datastore: datastore)
                return (.calico(from: calico.version, to: version), next)
            }
        }
        if request.goal.datastore == .customResources, calico.datastore == .etcdv3 {
            var next = point
            next.calico?.datastore = .customResources
            steps.append((.calicoDatastore, next))
        }
        return steps
    }

    /// Where the data can be after the documented ways to a version; empty where there is none.
    func datastores(
        after calico: CalicoPoint,
        to version: PatchVersion,
        kubernetes: MinorRelease
    ) -> [CalicoDatastore] {
        if calico.version.release == version.release { return [calico.datastore] }
        let edges = knowledge.calicoEdges(
            from: calico.version,
            to: version,
            datastore: calico.datastore,
            kubernetes: kubernetes
        )
        let kept = knowledge.calico(version.release)?.datastores ?? []
        var found: [CalicoDatastore] = []
        for datastore in edges.map({ $0.datastore(after: calico.datastore) })
        where kept.contains(datastore) && !found.contains(datastore) {
            found.append(datastore)
        }
        return found
    }

    private func helmMoves(_ point: ClusterPoint) -> [Step] {
        guard let helm = point.helm else { return [] }
        var steps: [Step] = []
        func step(_ move: PathMove, _ version: PatchVersion) {
            var next = point
            next.helm = HelmPoint(version: version)
            steps.append((move, next))
        }
        if helm.isFrozen, violation(helm: HelmPoint(version: helm.version), .at(point.kubernetes)) == nil {
            step(.helmThaw(helm.version), helm.version)
        }
        for version in helmVersions where version != helm.version {
            switch (helm.version.release.major, version.release.major) {
            case (Self.tillerMajor, Self.tillerMajor + 1):
                step(.helmConversion(from: helm.version, to: version), version)
            case (let from, let to) where from == to && !helm.isFrozen:
                step(.helm(from: helm.version, to: version), version)
            default:
                continue
            }
        }
        return steps
    }

    private func helmfileMoves(_ point: ClusterPoint) -> [Step] {
        guard let helmfile = point.helmfile else { return [] }
        return helmfileVersions.filter { helmfile < $0 }.map { version in
            var next = point
            next.helmfile = version
            return (.helmfile(from: helmfile, to: version), next)
        }
    }
}
