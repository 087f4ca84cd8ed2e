import UpgradeCore
import UpgradeKnowledge

/// Refuses, before anything is changed, what the playbook asks for and cannot be done: Helm 2 releases that cannot be
/// converted, or not be written with the APIs that stay, and are not excluded by name; objects of releases that are absent,
/// where the playbook says that the cleanup stops for them; a Calico that is moved to one which does not read its data;
/// programs of Helm's that are not what later steps take them for.
struct ComponentsSupported: Step {
    let id: StepID = "components-supported"
    let title = "All that the playbook asks for can be done"

    func probes(_ context: StepContext) -> [Probe] {
        let asksHelm = converts(context) || maps(context) || needsObjects(context)
        return (asksHelm ? [.helmReleases(compares: false)] : []) + (needsObjects(context) ? [.helmPresence] : [])
            + CalicoAhead(context).probes + HelmProgramsAhead(context).probes
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        if maps(context), let options = context.playbook.helm {
            let inventory = try seen.helmReleases(compares: false)
            let knowledge = try BreakageData.known(context.playbook)
            let findings = context.plan.hops.map(\.id).filter { $0 >= context.key.hop }.flatMap { hop in
                HelmMapDecision(inventory, options, at: hop, knowledge, mark: context.run).findings
            }
            guard findings.isEmpty else { throw .unmet(.helmUnmappable(findings)) }
        }
        if needsObjects(context), let options = context.playbook.helm {
            let decision = HelmDecision(try seen.helmReleases(compares: false), options, mark: context.run)
            try HelmObjectsDecision(try seen.helmPresence(), decision, context.playbook).requireAll()
        }
        try CalicoAhead(context).check(seen)
        try HelmProgramsAhead(context).check(seen)
        guard converts(context), let options = context.playbook.helm else { return [] }
        // In the first preflight alone: later, what was given up may be gone.
        if context.key.hop == context.plan.hops.first?.id {
            let inventory = try seen.helmReleases(compares: false)
            let unmatched = HelmDecision(inventory, options, mark: context.run).unmatched
            guard unmatched.isEmpty else { throw .unmet(.helmUnconvertible(unmatched)) }
        }
        return try HelmInventoryStep().actions(seen, context)
    }

    private func maps(_ context: StepContext) -> Bool { context.playbook.helm?.mapsAPIs == true }

    /// Whether a cleanup is still ahead that stops where objects are absent.
    private func needsObjects(_ context: StepContext) -> Bool {
        guard let cleanup = context.playbook.helm?.cleanup, cleanup.absent == .stop else { return false }
        return cleanup.at > context.key.hop.from && cleanup.at <= context.playbook.target
    }

    /// Whether the conversion is still ahead.
    private func converts(_ context: StepContext) -> Bool {
        guard let release = context.playbook.helm?.migrateAt else { return false }
        return release > context.key.hop.from && release <= context.playbook.target
    }
}
