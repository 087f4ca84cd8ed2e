import UpgradeCore

/// Checks that what is installed is where the hop starts or ends, and that apt offers what is to come.
///
/// On the first hop of a plan apt must offer every release on the path, so that no run ends half way for want of a
/// package; afterwards only that of the hop. The package lists are not read anew: nothing shows that they were, and the
/// step could not know when it is done.
struct PackagesReady: Step {
    let id: StepID = "packages-ready"
    let title = "Installed packages are as expected and apt offers the next ones"

    func probes(_ context: StepContext) -> [Probe] {
        let names = PackagesOfHost(context).all
        return [
            .packages(host: context.hostName, names: names),
            .candidates(host: context.hostName, names: names),
        ]
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        let host = context.hostName
        let packages = PackagesOfHost(context)
        let installed = try seen.packages(on: host, names: packages.all)
        for name in packages.all {
            guard let package = installed[name] else { continue }
            if package.isHeld, context.playbook.packageHolds == .refuse {
                throw .unmet(.packageHeld(host: host, package: name))
            }
            guard package.isConfigured else {
                throw .unmet(.packageSystemUnclean(host: host, audit: "\(name) is not configured"))
            }
        }
        let allowed = context.versionsOfHop
        for name in packages.kubernetes {
            guard let found = installed[name]?.version, allowed.contains(found) else {
                throw .unmet(
                    .unexpectedPackage(
                        host: host,
                        package: name,
                        found: installed[name]?.version,
                        expected: allowed
                    )
                )
            }
        }
        if let spec = packages.beyond(installed) {
            let found = installed[spec.name]?.version
            throw .unmet(
                .unexpectedPackage(host: host, package: spec.name, found: found, expected: [spec.version])
            )
        }
        let offered = try seen.candidates(on: host, names: packages.all)
        let missing = packages.left(installed).filter { offered[$0.name]?.contains($0.version) != true }
        guard missing.isEmpty else { throw .unmet(.noCandidate(host: host, packages: missing)) }
        return []
    }
}
