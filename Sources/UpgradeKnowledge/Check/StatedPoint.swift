public import UpgradeCore

/// A cluster at one point of its path, as the playbook states it.
public struct StatedPoint: Hashable, Sendable {
    /// The releases of Kubernetes that are live: one at rest, two while a hop is under way.
    public var kubernetes: [MinorRelease]
    /// Calico; `nil` where the playbook does not say.
    public var calico: PatchVersion?
    /// Helm; `nil` where the playbook does not say.
    public var helm: PatchVersion?
    /// Helm 3 under a name of its own; `nil` where the playbook has none.
    public var helm3: PatchVersion?
    /// helmfile; `nil` where the playbook does not say.
    public var helmfile: PatchVersion?

    /// How reports call it.
    public var title: String {
        kubernetes.count == 1
            ? "at \(kubernetes[0])" : "during \(kubernetes.map(\.description).joined(separator: " → "))"
    }

    /// The points of a playbook, from a release to its target.
    ///
    /// A component moves at the end of the hop that arrives at a release: while that hop is under way, and at its end
    /// until the component has moved, the version of before is there. Of several versions of Calico at one release each is a
    /// point, the last with the Helm that the release has then.
    /// - Parameters:
    ///   - playbook: the playbook.
    ///   - start: the release that the cluster runs; the lowest of the path where it is `nil`.
    /// - Returns: the points in order; none when the playbook has no release.
    public static func points(of playbook: Playbook, from start: MinorRelease? = nil) -> [StatedPoint] {
        let releases = playbook.releases.keys.filter { $0 <= playbook.target }.sorted()
        var points: [StatedPoint] = []
        var (calico, helm): (PatchVersion?, PatchVersion?)
        var (helm3, helmfile): (PatchVersion?, PatchVersion?)
        func point(_ kubernetes: [MinorRelease]) -> StatedPoint {
            StatedPoint(kubernetes: kubernetes, calico: calico, helm: helm, helm3: helm3, helmfile: helmfile)
        }
        for (index, release) in releases.enumerated() {
            let isAhead = start.map { $0 < release } ?? (index > 0)
            if isAhead, index > 0 {
                points.append(point([releases[index - 1], release]))
            }
            let isOnPath = isAhead || start.map({ $0 == release }) ?? true
            let rolls = playbook.calico?.rolls[release] ?? []
            for roll in rolls.dropLast() {
                calico = roll.version ?? calico
                if isOnPath { points.append(point([release])) }
            }
            calico = rolls.last?.version ?? calico
            helm = playbook.helm?.versions[release]?.version ?? helm
            helm3 = playbook.helm?.helm3?.versions[release].flatMap { PatchVersion($0.upstream) } ?? helm3
            helmfile = playbook.helm?.helmfile?.versions[release].flatMap { PatchVersion($0.upstream) } ?? helmfile
            if isOnPath {
                points.append(point([release]))
            }
        }
        return points
    }
}
