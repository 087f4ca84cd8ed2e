import UpgradeCore

/// Puts the node packages of a worker back to the version that the hop leaves, from the archives that `KeepPackages` kept.
///
/// Needs the node cordoned where there is something to put back; no repository is asked.
struct DowngradeNode: Step {
    let id: StepID = "downgrade-node"
    let title = "Put the older node packages back"

    func longest(_ context: StepContext) -> Duration { context.playbook.deadlines.install }

    func probes(_ context: StepContext) -> [Probe] {
        let names = context.playbook.packages.node
        let host = context.hostName
        return PackageDecision.probes(host: host, names: names) + [.node(context.nodeName)]
            + KeptArchives.probes(host: host, names: names)
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        let decision = PackageDecision(
            context,
            names: context.playbook.packages.node,
            version: try context.target(),
            allowed: context.versionsOfHop
        )
        if try decision.actions(seen).isEmpty { return [] }
        // A kubelet that does not come up may have lost its Node object; then nothing is scheduled there.
        if let node = try seen.node(context.nodeName), !node.isCordoned {
            throw .unmet(.mustBeCordoned(node: node.name))
        }
        return try decision.puttingBack(seen)
    }
}
