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
        let host = context.hostName
        let names = context.playbook.packages.node
        let version = try context.target()
        let decision = PackageDecision(context, names: names, version: version, allowed: context.versionsOfHop)
        let left = try decision.actions(seen)
        if left.isEmpty { return [] }
        // A kubelet that does not come up may have lost its Node object; then nothing is scheduled there.
        if let node = try seen.node(context.nodeName), !node.isCordoned {
            throw .unmet(.mustBeCordoned(node: node.name))
        }
        let older = names.map { PackageSpec(name: $0, version: version) }
        let missing = try KeptArchives.missing(older, on: host, seen)
        guard missing.isEmpty else {
            throw .unmet(.noKeptArchive(host: host, packages: missing, directory: KeptArchives.directory))
        }
        // dpkg would lift the hold of one that is there already.
        let installed = try seen.packages(on: host, names: names)
        return left.map { action in
            guard case .install(let host, let packages, _) = action else { return action }
            let back = packages.filter { !decision.isThere(installed[$0.name]) }
            return .downgrade(host: host, packages: back, directory: KeptArchives.directory)
        }
    }
}
