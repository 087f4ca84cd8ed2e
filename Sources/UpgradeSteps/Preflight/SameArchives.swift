import UpgradeCore

/// Checks that a version of a package is the same archive on every host that will install it.
///
/// Hosts have their lists from where their sources lead: a mirror that lags, or a version that was built anew and
/// published over the old one, gives two hosts two packages of one name.
struct SameArchives: Step {
    let id: StepID = "same-archives"
    let title = "Every host is offered the same packages"

    func probes(_ context: StepContext) -> [Probe] {
        hosts(context).map { .archives(host: $0.name, packages: $0.packages) }
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        var hostsBySum: [PackageSpec: [String: [String]]] = [:]
        for host in hosts(context) {
            for one in Set(try seen.archives(on: host.name, packages: host.packages)) {
                hostsBySum[one.package, default: [:]][one.sha256, default: []].append(host.name)
            }
        }
        let differing = hostsBySum.filter { $0.value.count > 1 }
        if let first = differing.keys.min(by: { ($0.name, $0.version.text) < ($1.name, $1.version.text) }) {
            throw .unmet(.archivesDiffer(package: first, hosts: hostsBySum[first] ?? [:], others: differing.count - 1))
        }
        return []
    }

    /// The hosts that install something, with what that is.
    private func hosts(_ context: StepContext) -> [(name: String, packages: [PackageSpec])] {
        context.playbook.hosts.compactMap { host in
            let ofHost = PackagesOfHost(context, host: host)
            let packages = ofHost.wanted + ofHost.wantedWhereInstalled
            return packages.isEmpty ? nil : (host.name, packages)
        }
    }
}
