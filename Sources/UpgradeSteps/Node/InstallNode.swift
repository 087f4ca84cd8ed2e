import UpgradeCore

/// Installs the node packages of a worker at the hop's version.
///
/// Needs the node cordoned where there is something to install: the packages' scripts may restart the daemons.
struct InstallNode: Step {
    let id: StepID = "install-node"
    let title = "Install the node packages"

    func longest(_ context: StepContext) -> Duration { context.playbook.deadlines.install }

    func probes(_ context: StepContext) -> [Probe] {
        ComingPackages.runs(context).flatMap { PackageDecision.installProbes(host: context.hostName, specs: $0.specs) }
            + [.node(context.nodeName)]
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        let actions = try PackageDecision(
            context,
            names: context.playbook.packages.node,
            version: try context.target(),
            allowed: context.versionsOfHop
        )
        .installing(seen, context.playbook.conffiles)
        if !actions.isEmpty, try !WorkerState.node(seen, context).isCordoned {
            throw .unmet(.mustBeCordoned(node: context.nodeName))
        }
        return actions
    }
}
