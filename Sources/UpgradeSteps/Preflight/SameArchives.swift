import UpgradeCore

/// Checks that a version of a package is the same archive on every host that will install it.
///
/// Hosts have their lists from where their sources lead: a mirror that lags, or a version that was built anew and
/// published over the old one, gives two hosts two packages of one name.
struct SameArchives: Step {
    let id: StepID = "same-archives"
    let title = "Every host is offered the same packages"

    func probes(_ context: StepContext) -> [Probe] {
        hosts(context).flatMap { host -> [Probe] in
            [
                .packages(host: host.name, names: host.packages.all),
                .archives(host: host.name, packages: host.coming),
            ]
        }
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        var hostsBySum: [PackageSpec: [String: [String]]] = [:]
        for host in hosts(context) {
            let installed = try seen.packages(on: host.name, names: host.packages.all)
            let wanted = host.packages.left(installed)
            for one in Set(try seen.archives(on: host.name, packages: host.coming)) where wanted.contains(one.package) {
                hostsBySum[one.package, default: [:]][one.sha256, default: []].append(host.name)
            }
        }
        let differing = hostsBySum.filter { $0.value.count > 1 }
        if let first = differing.keys.min(by: { ($0.name, $0.version.text) < ($1.name, $1.version.text) }) {
            throw .unmet(.archivesDiffer(package: first, hosts: hostsBySum[first] ?? [:], others: differing.count - 1))
        }
        return []
    }

    private struct Installing {
        var name: String
        var packages: PackagesOfHost
        /// What it may install.
        var coming: [PackageSpec] { packages.wanted + packages.wantedWhereInstalled }
    }

    private func hosts(_ context: StepContext) -> [Installing] {
        context.playbook.hosts.map { Installing(name: $0.name, packages: PackagesOfHost(context, host: $0)) }
            .filter { !$0.coming.isEmpty }
    }
}
