import UpgradeCore

/// Installs the client packages of a host at the hop's version, after all servers; `calicoctl` and `helm` follow Calico
/// and Helm where they are installed already, and never go down.
struct InstallClients: Step {
    let id: StepID = "install-clients"
    let title = "Install the client packages"

    func longest(_ context: StepContext) -> Duration { context.playbook.deadlines.install }

    func probes(_ context: StepContext) -> [Probe] {
        ComingPackages.runs(context).flatMap { PackageDecision.installProbes(host: context.hostName, specs: $0.specs) }
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        let clients = PackageDecision(
            context,
            names: context.playbook.packages.client,
            version: try context.target(),
            allowed: context.versionsOfHop
        )
        let rules = context.playbook.conffiles
        var actions = try clients.installing(seen, rules)
        for program in programs(context) {
            let names = [program.name]
            let installed = try seen.packages(on: context.hostName, names: names)[program.name]
            guard ComponentPrograms.follows(installed, to: program) else { continue }
            let decision = PackageDecision(context, names: names, version: program.version)
            actions += try decision.installing(seen, rules).filter { !actions.contains($0) }
        }
        return actions
    }

    private func programs(_ context: StepContext) -> [PackageSpec] {
        ComponentPrograms.at(context.key.hop.to, context.playbook)
    }
}
