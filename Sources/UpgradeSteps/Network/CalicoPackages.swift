import UpgradeCore

/// Installs Calico's packages on a worker: the CNI programs and calicoctl come as packages, not in the image.
///
/// Beside a DaemonSet one that is newer already stays: a roll whose image runs has nothing to do, and apt takes none back.
struct CalicoPackages: Step {
    let id: StepID = "calico-packages"
    let title = "Install Calico's packages"

    func longest(_ context: StepContext) -> Duration { context.playbook.deadlines.install }

    func probes(_ context: StepContext) -> [Probe] {
        ComingPackages.runs(context).flatMap { PackageDecision.installProbes(host: context.hostName, specs: $0.specs) }
            + (CalicoTarget(context)?.passedProbes(on: context.hostName) ?? [])
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        guard let calico = CalicoTarget(context) else { return [] }
        let names = calico.options.packages
        var decision = PackageDecision(context, names: names, version: calico.packageVersion)
        decision.later = calico.later.map(\.package)
        decision.staysNewer = calico.options.staysNewer
        let installed = try seen.packages(on: context.hostName, names: names)
        // What the later roll has left half done is its own to end.
        if names.allSatisfy({ calico.isPassed(package: installed[$0]?.version) }) { return [] }
        // Beside the image of a later roll the CNI programs of this one would be too old.
        if calico.options.unit == nil, try calico.isPassed(seen, on: context.hostName) { return [] }
        return try decision.installing(seen, context.playbook.conffiles)
    }
}
