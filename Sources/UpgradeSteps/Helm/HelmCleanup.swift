import UpgradeCore

/// Copies what Helm 2 keeps to the run's directory and removes it, then Tiller: the point of no return of the conversion.
///
/// Only while Helm 3 holds every release as Helm 2 does. What the playbook excludes stays, and so does its Tiller, unless
/// the playbook gives it up as well. With `absent: stop` only while the cluster has every object of the converted releases.
/// ServiceAccounts and role bindings of Tiller stay: others may use them.
struct HelmCleanup: Step {
    let id: StepID = "helm-cleanup"
    let title = "Copy and remove what Helm 2 keeps, and Tiller"

    let pointOfNoReturn: String? =
        "Helm 2 knows no release any more; what leads back is the copy in the run's directory, by hand"

    func probes(_ context: StepContext) -> [Probe] {
        [.helmReleases(compares: true)] + (context.playbook.helm?.cleanup?.absent == .stop ? [.helmPresence] : [])
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        guard let options = context.playbook.helm, let cleanup = options.cleanup else { return [] }
        let inventory = try seen.helmReleases(compares: true)
        let decision = HelmDecision(inventory, options, mark: context.run)
        let findings = decision.findings
        guard findings.isEmpty else { throw .unmet(.helmUnconvertible(findings)) }
        let differences = decision.differences
        guard differences.isEmpty else { throw .unmet(.helmDiffers(differences)) }
        if cleanup.absent == .stop {
            try HelmObjectsDecision(try seen.helmPresence(), decision, context.playbook).requireAll()
        }
        let (going, staying) = decision.partition(removesExcluded: cleanup.excluded == .remove)
        let held = Set(staying.map(\.source.namespace))
        return going.map { .retireHelmRecord(HelmRetirement(source: $0.source, digest: $0.digest)) }
            + Set(inventory.tillers.map(\.namespace)).subtracting(held).sorted().map { .removeTiller(namespace: $0) }
    }
}
