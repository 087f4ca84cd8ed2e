import UpgradeCore

/// Installs the control-plane packages of a host at the hop's version.
struct InstallControlPlane: Step {
    let id: StepID = "install-control-plane"
    let title = "Install the control-plane packages"
    /// The maintainer scripts restart the API server.
    let renews: StepID? = ClusterHealth.look

    let pointOfNoReturn: String? =
        "the new API server may write what the old one cannot read; only this hop's etcd snapshot leads back (`upgrader restore-etcd`), without what was written since"

    func longest(_ context: StepContext) -> Duration { context.playbook.deadlines.install }

    func probes(_ context: StepContext) -> [Probe] {
        ComingPackages.runs(context).flatMap { PackageDecision.installProbes(host: context.hostName, specs: $0.specs) }
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        try PackageDecision(
            context,
            names: context.playbook.packages.controlPlane,
            version: try context.target(),
            allowed: context.versionsOfHop
        )
        .installing(seen, context.playbook.conffiles)
    }
}
