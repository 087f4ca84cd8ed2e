internal import UpgradeCore

extension Lattice {
    /// The components that are out of range in a state, with how far.
    ///
    /// During a hop both releases are live, so a component is as far out as it is for the farther one.
    /// - Parameters:
    ///   - point: the state; its own release of Kubernetes is not looked at.
    ///   - place: what of Kubernetes is live.
    /// - Returns: a violation for each component that is out of range.
    public func violations(_ point: ClusterPoint, _ place: PathPlace) -> [PathViolation] {
        [
            point.calico.flatMap { violation(calico: $0, place) },
            point.helm.flatMap { violation(helm: $0, place) },
            violation(helmfile: point.helmfile, helm: point.helm, place),
            point.etcd.flatMap { violation(etcd: $0, place) },
        ]
        .compactMap { $0 }
    }

    /// What being in a state costs.
    func cost(_ point: ClusterPoint, _ place: PathPlace) -> PathCost {
        let distance = violations(point, place).reduce(0) { $0 + $1.distance }
        return PathCost(
            distance: distance,
            states: distance > 0 ? 1 : 0,
            frozen: point.helm?.isFrozen == true ? 1 : 0
        )
    }

    /// What a move costs besides the states that it leads through.
    func cost(of move: PathMove) -> PathCost {
        func newer(_ versions: [PatchVersion], _ version: PatchVersion) -> Int { versions.count { version < $0 } }
        let age =
            switch move {
            case .calico(_, let to): newer(calicoVersions, to)
            case .helm(_, let to), .helmConversion(_, let to): newer(helmVersions, to)
            case .helmfile(_, let to): newer(helmfileVersions, to)
            case .hop, .calicoDatastore, .helmThaw, .etcd, .etcdObjects: 0
            }
        return PathCost(moves: 1, age: age)
    }

    /// What a path costs that consists of these steps, each from the state that the ones before it lead to.
    public func cost(of steps: [PathStep]) -> PathCost {
        let path = UpgradePath(start: start, steps: steps, cost: PathCost())
        let stays = path.states.map { cost($0.point, $0.place) }
        return (stays + steps.map { cost(of: $0.move) }).reduce(PathCost(), +)
    }

    func violation(helm: HelmPoint, _ place: PathPlace) -> PathViolation? {
        // Nothing is asked of a Helm that nobody uses; an idle Tiller does nothing to what runs.
        guard !helm.isFrozen, let range = knowledge.helm(helm.version.release)?.kubernetes else { return nil }
        guard let far = farthest(place, { range.distance(to: $0) }) else { return nil }
        return PathViolation(
            component: .helm,
            version: helm.version,
            place: place,
            distance: far.distance,
            reason: "Helm \(helm.version.release) is promised for Kubernetes \(range); \(far.release) is "
                + "\(far.distance) \(range.max < far.release ? "newer" : "older")"
        )
    }

    private func violation(calico: CalicoPoint, _ place: PathPlace) -> PathViolation? {
        guard let release = knowledge.calico(calico.version.release) else { return nil }
        let tested = release.kubernetes.tested(on: request.day)
        let newest = release.kubernetes.newestNamed
        let far = farthest(place) { live in
            if let tested { return tested.distance(to: live) }
            return newest.map { max(0, live.minor - $0.minor) } ?? 0
        }
        guard let far else { return nil }
        let says =
            tested.map { "is tested with Kubernetes \($0)" }
            ?? "has no list of tested versions; the newest that its makers name is \(newest.map(\.description) ?? "none")"
        return PathViolation(
            component: .calico,
            version: calico.version,
            place: place,
            distance: far.distance,
            reason: "Calico \(release.version) \(says); \(far.release) is \(far.distance) beyond"
        )
    }

    private func violation(helmfile: PatchVersion?, helm: HelmPoint?, _ place: PathPlace) -> PathViolation? {
        guard let helmfile, let helm, !helm.isFrozen,
            case .beyondEvidence(let distance) = knowledge.support(
                helmfile: helmfile,
                helm: helm.version,
                usesChartify: true
            )
        else { return nil }
        return PathViolation(
            component: .helmfile,
            version: helmfile,
            place: place,
            distance: distance,
            reason: "helmfile \(helmfile) was never tried with Helm \(helm.version.release) by its makers"
        )
    }

    private func violation(etcd: EtcdPoint, _ place: PathPlace) -> PathViolation? {
        let far = farthest(place) { knowledge.kubernetes($0)?.etcd.distance(of: etcd.version, rules.etcd) ?? 0 }
        guard let far, let wanted = knowledge.kubernetes(far.release)?.etcd else { return nil }
        return PathViolation(
            component: .etcd,
            version: etcd.version,
            place: place,
            distance: far.distance,
            reason: "Kubernetes \(far.release) is recommended for production with etcd "
                + wanted.minimums.map { "\($0)" }.joined(separator: " or ") + " or later; \(etcd.version) is below"
        )
    }

    /// The live release that is farthest out; `nil` where all are within.
    private func farthest(
        _ place: PathPlace,
        _ distance: (MinorRelease) -> Int
    ) -> (release: MinorRelease, distance: Int)? {
        place.live.map { (release: $0, distance: distance($0)) }.filter { $0.distance > 0 }
            .max { $0.distance < $1.distance }
    }
}
