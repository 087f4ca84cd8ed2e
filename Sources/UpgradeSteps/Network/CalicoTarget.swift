import UpgradeCore

/// What Calico should be at the end of the hop.
struct CalicoTarget {
    /// Where Calico is.
    var options: CalicoOptions
    /// The version of its packages.
    var packageVersion: PackageVersion
    /// The image of its DaemonSet.
    var image: String
    /// Whether its data moves with it.
    var migrates: Bool

    /// `nil` where the playbook does not move Calico in this hop.
    init?(_ context: StepContext) {
        guard let options = context.playbook.calico, let version = options.versions[context.componentRelease] else {
            return nil
        }
        self.options = options
        packageVersion = version.package
        image = "\(options.image):\(version.tag)"
        migrates = options.migration?.at == context.componentRelease
    }

    /// The question about the DaemonSet.
    var probe: Probe { .daemonSet(namespace: options.namespace, name: options.daemonSet) }

    /// The DaemonSet.
    ///
    /// - Throws: `.workloadMissing` where there is none.
    func daemonSet(_ seen: Observation) throws(StepError) -> DaemonSetState {
        guard let state = try seen.daemonSet(options.daemonSet, in: options.namespace) else {
            throw .unmet(.workloadMissing(kind: "DaemonSet", namespace: options.namespace, name: options.daemonSet))
        }
        return state
    }
}
