import UpgradeCore

/// Puts the control-plane packages of a host back to the version that the hop leaves, from the archives that it has kept.
///
/// Needs its daemons stopped by this run: no newer one may read what was restored, and write to it.
struct DowngradeControlPlane: Step {
    let id: StepID = "downgrade-control-plane"
    let title = "Put the older control-plane packages back"

    func longest(_ context: StepContext) -> Duration { context.playbook.deadlines.install }

    func probes(_ context: StepContext) -> [Probe] {
        let host = context.hostName
        let names = context.playbook.packages.controlPlane
        return PackageDecision.probes(host: host, names: names) + KeptArchives.probes(host: host, names: names)
            + [.unit(host: host, unit: UnitName.apiServer)]
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        let decision = PackageDecision(
            context,
            names: context.playbook.packages.controlPlane,
            version: try context.target(),
            allowed: context.versionsOfHop
        )
        let actions = try decision.puttingBack(seen)
        if !actions.isEmpty, try seen.unit(UnitName.apiServer, on: context.hostName).isActive {
            throw .unmet(.unitStillRuns(host: context.hostName, unit: UnitName.apiServer))
        }
        return actions
    }
}
