extension CalicoOptions {
    /// Which Calico runs once all rolls of a release are done, by release.
    public var versions: [MinorRelease: ComponentVersion] { rolls.compactMapValues(\.last) }

    /// Which roll of a release, counted from 1, takes Calico's data along from etcd's v2 API to its v3 API: the only one, or
    /// of several the first to a Calico that has no v2 API left.
    ///
    /// - Parameter release: the release.
    /// - Returns: `nil` where the data does not move there.
    public func migratingRoll(at release: MinorRelease) -> Int? {
        guard migration?.at == release, let rolls = rolls[release] else { return nil }
        if rolls.count == 1 { return 1 }
        // Source: docs.projectcalico.org v3.0, getting-started/kubernetes/upgrade: Calico 3 reads etcd's v3 API alone
        return rolls.firstIndex { $0.version.map { $0.release.major >= 3 } ?? false }.map { $0 + 1 }
    }

    /// The versions of a release that come after one of its rolls.
    ///
    /// - Parameters:
    ///   - roll: the roll, counted from 1.
    ///   - release: the release.
    /// - Returns: none after the last.
    public func rolls(after roll: Int, at release: MinorRelease) -> [ComponentVersion] {
        Array((rolls[release] ?? []).dropFirst(roll))
    }

    /// The versions of a release that are still to come where a version runs: those after it, and all where it is none of them.
    ///
    /// Who runs what a later roll leads to is not taken back to what an earlier one leads to.
    /// - Parameters:
    ///   - release: the release.
    ///   - running: the version that runs; `nil` where none is known.
    /// - Returns: them, in order.
    public func rollsLeft(at release: MinorRelease, running: KubernetesVersion?) -> [ComponentVersion] {
        let all = rolls[release] ?? []
        guard let running, let index = all.lastIndex(where: { $0.version == running }) else { return all }
        return Array(all.dropFirst(index + 1))
    }
}

extension ComponentVersion {
    /// The version that the tag says, or else the package; `nil` where neither does.
    public var version: KubernetesVersion? { KubernetesVersion(tag) ?? KubernetesVersion(package.upstream) }
}
