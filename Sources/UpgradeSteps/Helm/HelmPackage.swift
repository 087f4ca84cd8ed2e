import UpgradeCore

/// Brings the packages of Helm and helmfile of a host to the versions planned for the hop, and asks each program what it is.
struct HelmPackage: Step {
    let id: StepID = "helm-package"
    let title = "Install Helm"

    func longest(_ context: StepContext) -> Duration { context.playbook.deadlines.install }

    func probes(_ context: StepContext) -> [Probe] {
        ComingPackages.runs(context).flatMap { PackageDecision.installProbes(host: context.hostName, specs: $0.specs) }
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        var actions: [Action] = []
        for program in context.playbook.helm?.programs ?? [] {
            guard let version = program.versions[context.componentRelease] else { continue }
            let decision = PackageDecision(context, names: program.packages, version: version)
            actions += try decision.installing(seen, context.playbook.conffiles).filter { !actions.contains($0) }
        }
        return actions
    }

    func gate(_ context: StepContext) -> Gate? {
        let clients = HelmProgramVersions(installedBy: context)
        guard !clients.isEmpty else { return nil }
        return Gate(
            probes: clients.probes,
            deadline: context.playbook.deadlines.daemon,
            interval: GateInterval.daemon,
            measured: { (seen) throws(StepError) in try clients.readings(seen) },
            verdict: { (seen) throws(StepError) -> Verdict in
                // What is installed does not change by waiting.
                if let unmet = try clients.unmet(seen) { throw .unmet(unmet) }
                return .open
            }
        )
    }
}
