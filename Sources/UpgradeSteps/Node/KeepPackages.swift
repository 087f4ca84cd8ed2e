import UpgradeCore

/// Keeps the archives of the packages that run, so that the way back needs no repository.
///
/// Where apt no longer offers the running version there is nothing to keep, and the host goes on without.
struct KeepPackages: Step {
    let id: StepID = "keep-packages"
    let title = "The running packages are kept for the way back"

    /// Where they are kept; one version of each package.
    static let directory = "/var/lib/upgrader/rollback"

    func probes(_ context: StepContext) -> [Probe] {
        let names = names(context)
        let host = context.hostName
        return [.packages(host: host, names: names), .candidates(host: host, names: names)]
            + names.map { .files(host: host, directory: Self.directory, prefix: "\($0)_") }
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        let names = names(context)
        let host = context.hostName
        let target = try context.target()
        let installed = try seen.packages(on: host, names: names)
        let offered = try seen.candidates(on: host, names: names)
        var missing: [PackageSpec] = []
        for name in names {
            guard let package = installed[name], package.version != target, package.isConfigured,
                offered[name]?.contains(package.version) == true
            else { continue }
            let spec = PackageSpec(name: name, version: package.version)
            let kept = try seen.files(on: host, directory: Self.directory, prefix: "\(name)_")
            if !kept.contains(where: { $0.hasPrefix(spec.archivePrefix) }) { missing.append(spec) }
        }
        return missing.isEmpty ? [] : [.keepArchives(host: host, packages: missing, directory: Self.directory)]
    }

    private func names(_ context: StepContext) -> [String] {
        let packages = context.playbook.packages
        return context.key.phase == PhaseName.controlPlane ? packages.controlPlane : packages.node
    }
}
