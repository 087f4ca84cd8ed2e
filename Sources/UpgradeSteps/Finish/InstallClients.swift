import UpgradeCore

/// Installs the client packages of a host at the hop's version, after all servers.
struct InstallClients: Step {
    let id: StepID = "install-clients"
    let title = "Install the client packages"

    func probes(_ context: StepContext) -> [Probe] {
        PackageDecision.probes(host: context.hostName, names: context.playbook.packages.client)
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        try PackageDecision(
            host: context.hostName,
            names: context.playbook.packages.client,
            version: try context.target(),
            allowed: context.versionsOfHop
        )
        .actions(seen)
    }
}
