internal import UpgradeCore

extension PathPlanner {
    /// The named ways besides the cheapest path: each differs from it in one decision.
    func alternatives(to best: UpgradePath, _ request: PathRequest) -> [PathAlternative] {
        var found: [PathAlternative] = []
        func offer(
            _ id: String,
            _ summary: String,
            goesDown: Bool = false,
            _ change: (inout PathRequest) -> Void
        ) {
            var other = request
            change(&other)
            let path = lattice(other).cheapest()
            // One that is not what it says, or another one once more, is no way besides.
            let isMeant = !goesDown || path?.steps.contains(where: \.move.isHelmDown) != false
            if let path, !isMeant || ([best] + found.compactMap(\.path)).contains(where: path.isLike) { return }
            found.append(PathAlternative(id: id, summary: summary, path: path, end: nil))
        }
        if let helm = request.start.helm, helm.version.release.major == Lattice.tillerMajor {
            offer("freeze-helm", "nothing is deployed with Helm 2 until its releases are converted") {
                $0.helm = .frozen
            }
            offer("use-helm", "Helm is used all the way, also where it is out of range") { $0.helm = .active }
            offer(
                "downgrade-helm",
                "Tiller goes down to a version that is in range, which no document calls safe",
                goesDown: true
            ) {
                $0.helm = .downgrade
            }
            offer("helm-2-to-the-end", "Helm 2 is kept to the last release and converted there, if at all") {
                $0.conversion = .atTheEnd
            }
            for release in best.releases {
                offer(
                    "convert-at-\(release)",
                    "Helm 2 releases are converted to Helm 3 while Kubernetes runs \(release)"
                ) {
                    $0.conversion = .at(release)
                }
            }
        }
        found.append(rebuild(request))
        return found
    }

    /// A new cluster at the goal: no state in between, so nothing to violate but the end.
    private func rebuild(_ request: PathRequest) -> PathAlternative {
        var end = ClusterPoint(kubernetes: request.goal.kubernetes)
        let lattice = self.lattice(request)
        func isInRange(_ point: ClusterPoint) -> Bool {
            lattice.violations(point, .at(point.kubernetes)).isEmpty && lattice.broken(by: point) == nil
        }
        if request.start.calico != nil {
            end.calico = (request.goal.calico.map { [$0] } ?? lattice.calicoVersions.reversed())
                .map { version in
                    // A new cluster needs no etcd for Calico where the Kubernetes API can hold its data.
                    let kept = knowledge.calico(version.release)?.datastores ?? []
                    return CalicoPoint(
                        version: version,
                        datastore: kept.contains(.customResources) ? .customResources : kept.first ?? .etcdv3
                    )
                }
                .first { calico in
                    var point = end
                    point.calico = calico
                    return isInRange(point)
                }
        }
        if request.start.helm != nil {
            end.helm = (request.goal.helm.map { [$0] } ?? lattice.helmVersions.reversed()).map {
                HelmPoint(version: $0)
            }
            .first { helm in
                var point = end
                point.helm = helm
                return isInRange(point)
            }
        }
        return PathAlternative(
            id: "rebuild",
            summary: "the cluster is taken out of service, built anew at the target, and everything is deployed again",
            path: nil,
            end: end
        )
    }
}

extension UpgradePath {
    /// Whether it is the same way.
    fileprivate func isLike(_ other: UpgradePath) -> Bool { start == other.start && steps == other.steps }
}

extension PathMove {
    /// Whether Helm goes down.
    fileprivate var isHelmDown: Bool {
        if case .helm(let from, let to) = self { to < from } else { false }
    }
}
