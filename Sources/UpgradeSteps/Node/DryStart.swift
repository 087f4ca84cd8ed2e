import UpgradeCore
import UpgradeKnowledge

/// Fetches the packages of a host and starts their daemons with the arguments of the running ones and `--version`.
///
/// On all hosts before anything of the hop is installed and a node is cordoned: a flag that the new release does not know is found
/// where it costs nothing. What a daemon reads after it has printed its version stays unseen, as `DryStartResult` says;
/// foresight looks at that.
struct DryStart: Step {
    let id: StepID = "dry-start"
    let title = "The new daemons take the arguments of the running ones"

    func probes(_ context: StepContext) -> [Probe] {
        let subject = Subject(context)
        return PackageDecision.probes(host: context.hostName, names: subject.names)
            + [
                .dryStart(host: context.hostName, packages: subject.packages, units: subject.units),
                .hostConfiguration(host: context.hostName),
            ]
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        let subject = Subject(context)
        let host = context.hostName
        let version = try context.target()
        let left = try PackageDecision(
            context,
            names: subject.names,
            version: version,
            allowed: context.versionsOfHop
        )
        .actions(seen)
        // Nothing to install; or an install was interrupted, which had its dry-start: ending it is for a cordoned node.
        guard left.contains(where: \.isForGood), !left.contains(.configurePending(host: host)) else { return [] }
        let result = try seen.dryStart(on: host, packages: subject.packages, units: subject.units)
        guard subject.packages.allSatisfy(result.archives.contains) else {
            return [.download(host: host, packages: subject.packages)]
        }
        if let (unit, program) = result.elsewhere.min(by: { $0.key < $1.key }) {
            throw .unmet(.programElsewhere(host: host, unit: unit, program: program, packages: subject.packages))
        }
        let facts = ClusterFacts(playbook: context.playbook, seen: seen)
        if let unmet = RefusedStart.unmet(result, host: host, version: version, facts) { throw .unmet(unmet) }
        return []
    }

    /// What the phase installs on the host and which daemons that holds.
    private struct Subject {
        var names: [String]
        var units: [String]
        var packages: [PackageSpec]

        init(_ context: StepContext) {
            let isControlPlane = context.key.phase == PhaseName.prepareControlPlane
            let packages = context.playbook.packages
            let names = isControlPlane ? packages.controlPlane : packages.node
            self.names = names
            units = isControlPlane ? ControlPlaneUnit.allCases.map(\.rawValue) : NodeUnit.allCases.map(\.rawValue)
            guard let version = context.targetVersion else {
                self.packages = []
                return
            }
            self.packages = names.map { PackageSpec(name: $0, version: version) }
        }
    }
}
