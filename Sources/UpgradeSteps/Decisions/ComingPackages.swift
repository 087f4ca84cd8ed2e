import UpgradeCore

/// Which packages a lane brings to a host, in the runs of apt that install them.
struct ComingPackages {
    /// The packages of one run of apt.
    var specs: [PackageSpec]
    /// Whether they come only where an older version is installed.
    var followsOnly = false
    /// Versions that a later roll of the release leads to: who has one is not taken back.
    var later: [PackageVersion] = []
    /// Whether a newer package than this stays: it runs nothing, and apt would not take it back.
    var staysNewer = false

    /// Their names.
    var names: [String] { specs.map(\.name) }

    /// The runs of apt of a lane; none in phases that install nothing.
    static func runs(_ context: StepContext) -> [ComingPackages] {
        let packages = context.playbook.packages
        switch context.key.phase.kind {
        case PhaseName.controlPlane: return kubernetes(packages.controlPlane, context)
        case PhaseName.workers: return kubernetes(packages.node, context)
        case PhaseName.networkBefore, PhaseName.network:
            guard let calico = CalicoTarget(context) else { return [] }
            return component(calico)
        case PhaseName.helmBefore, PhaseName.helm:
            let programs = context.playbook.helm?.programs ?? []
            return programs.flatMap { program in
                program.versions[context.componentRelease].map { version in
                    [ComingPackages(specs: program.packages.map { PackageSpec(name: $0, version: version) })]
                } ?? []
            }
        case PhaseName.clients:
            return kubernetes(packages.client, context)
                + ComponentPrograms.at(context.key.hop.to, context.playbook).map {
                    ComingPackages(specs: [$0], followsOnly: true)
                }
        default: return []
        }
    }

    /// Those that are not installed yet.
    func left(_ installed: [String: InstalledPackage]) -> [PackageSpec] {
        specs.filter { spec in
            installed[spec.name]?.version != spec.version
                && !later.contains { $0 == installed[spec.name]?.version }
                && !(staysNewer && installed[spec.name].map { spec.version.isOlder(than: $0.version) } == true)
                && (!followsOnly || ComponentPrograms.follows(installed[spec.name], to: spec))
        }
    }

    private static func kubernetes(_ names: [String], _ context: StepContext) -> [ComingPackages] {
        guard let version = context.targetVersion, !names.isEmpty else { return [] }
        return [ComingPackages(specs: names.map { PackageSpec(name: $0, version: version) })]
    }

    private static func component(_ calico: CalicoTarget) -> [ComingPackages] {
        let specs = calico.options.packages.map { PackageSpec(name: $0, version: calico.packageVersion) }
        if specs.isEmpty { return [] }
        let later = calico.later.map(\.package)
        return [ComingPackages(specs: specs, later: later, staysNewer: calico.options.staysNewer)]
    }
}
