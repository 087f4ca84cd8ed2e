import UpgradeCore

extension StepContext {
    /// The release at which the playbook says what Calico and Helm become in this phase.
    ///
    /// What has to be there before the first hop stands at the release that the hop leaves.
    var componentRelease: MinorRelease {
        [PhaseName.networkBefore, PhaseName.helmBefore].contains(key.phase.kind) ? key.hop.from : key.hop.to
    }

    /// Those of the releases at which Calico or Helm are still moved by the hop and those after it, in order; the first hop also
    /// makes the moves that come before it.
    func ahead(_ releases: Set<MinorRelease>) -> [MinorRelease] {
        let isFirst = plan.hops.first?.id == key.hop
        return releases.filter { (isFirst ? $0 >= key.hop.from : $0 > key.hop.from) && $0 <= playbook.target }.sorted()
    }

    /// The package version that the hop leads to.
    ///
    /// - Throws: `StepError.notObserved` where the playbook has none: its decoder lets no such playbook pass.
    func target() throws(StepError) -> PackageVersion {
        guard let version = targetVersion else { throw .notObserved("package version of \(key.hop.to)") }
        return version
    }

    /// The Kubernetes version that must run at the end of the hop.
    ///
    /// - Throws: `StepError.notObserved` where the playbook has none: its decoder lets no such playbook pass.
    func targetKubernetes() throws(StepError) -> KubernetesVersion {
        guard let version = try target().kubernetes else {
            throw .notObserved("Kubernetes version of \(key.hop.to)")
        }
        return version
    }

    /// The versions that a package may have during the hop: where it starts and where it ends.
    var versionsOfHop: [PackageVersion] {
        [key.hop.from, key.hop.to].compactMap { playbook.releases[$0] }
    }

    /// Whether the node is cordoned, and by this run, or by the one that it takes back.
    func isOurCordon(_ node: NodeState) -> Bool {
        guard node.isCordoned, let mark = node.cordonMark else { return false }
        return isOurMark(mark, of: node)
    }

    /// Whether a mark of the node is of this run, or of the one that it takes back.
    func isOurMark(_ mark: String, of node: NodeState) -> Bool {
        let ours = [run, plan.takesBack].compactMap { $0 }.flatMap { [$0, CordonMark.ahead(of: $0)] }
        return ours.contains(mark) || ledger.contains(.cordon(node: node.name, mark: mark))
    }

    /// Refuses a node that somebody else has cordoned, unless the playbook keeps such cordons.
    ///
    /// - Throws: `.foreignCordon`.
    func requireNoForeignCordon(_ node: NodeState) throws(StepError) {
        switch playbook.foreignCordons {
        case .keep: return
        case .refuse: break
        }
        guard !node.isCordoned || isOurCordon(node) else { throw .unmet(.foreignCordon(node: node.name)) }
    }

    /// Whether the node is cordoned by this run because its lane works on it, and not to wait for its turn.
    func isInHand(_ node: NodeState) -> Bool { isOurCordon(node) && !CordonMark.isAhead(node) }

    /// Whether this run masked the unit, be it to stop it.
    func isOurMask(host: String, unit: String) -> Bool {
        ledger.contains(.mask(host: host, unit: unit)) || ledger.contains(.pause(host: host, unit: unit))
    }
}
