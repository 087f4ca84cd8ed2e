import UpgradeCore

/// Brings Helm's packages of a host to the version planned for the hop.
struct HelmPackage: Step {
    let id: StepID = "helm-package"
    let title = "Install Helm"

    func longest(_ context: StepContext) -> Duration { context.playbook.deadlines.install }

    func probes(_ context: StepContext) -> [Probe] {
        ComingPackages.runs(context).flatMap { PackageDecision.installProbes(host: context.hostName, specs: $0.specs) }
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        guard let helm = context.playbook.helm, let version = helm.versions[context.componentRelease] else { return [] }
        return try PackageDecision(context, names: helm.packages, version: version.package)
            .installing(seen, context.playbook.conffiles)
    }
}
