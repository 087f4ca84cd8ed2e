import UpgradeCore

/// Keeps the archives of the packages that run, so that the way back needs no repository.
///
/// Where apt no longer offers the running version there is nothing to keep, and the host goes on without.
struct KeepPackages: Step {
    let id: StepID = "keep-packages"
    let title = "The running packages are kept for the way back"

    func probes(_ context: StepContext) -> [Probe] {
        let names = names(context)
        let host = context.hostName
        return [.packages(host: host, names: names), .candidates(host: host, names: names)]
            + KeptArchives.probes(host: host, names: names)
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        let names = names(context)
        let host = context.hostName
        let target = try context.target()
        let installed = try seen.packages(on: host, names: names)
        let offered = try seen.candidates(on: host, names: names)
        let running = names.compactMap { name -> PackageSpec? in
            guard let package = installed[name], package.version != target, package.isConfigured,
                offered[name]?.contains(package.version) == true
            else { return nil }
            return PackageSpec(name: name, version: package.version)
        }
        let missing = try KeptArchives.missing(running, on: host, seen)
        return missing.isEmpty ? [] : [.keepArchives(host: host, packages: missing, directory: KeptArchives.directory)]
    }

    private func names(_ context: StepContext) -> [String] {
        let packages = context.playbook.packages
        return context.key.phase == PhaseName.prepareControlPlane ? packages.controlPlane : packages.node
    }
}
