import UpgradeCore

/// Which packages a run installs on a host, and at which versions.
struct PackagesOfHost {
    /// The Kubernetes packages of its roles.
    var kubernetes: [String]
    /// Those and the packages of Calico and Helm, where the run moves them.
    var all: [String]
    /// What apt must offer.
    var wanted: [PackageSpec]
    /// What apt must offer as well where the package is installed.
    var wantedWhereInstalled: [PackageSpec] = []
    /// Of what Calico goes through at one release, the versions after each: who has one of these does not want the earlier.
    private var later: [PackageSpec: [PackageVersion]] = [:]
    /// What carries Calico beside no DaemonSet: such a package may not be newer than what comes.
    private var running: Set<String> = []
    /// What stays where it is newer than what comes.
    private var staying: Set<String> = []

    /// Reads them off the playbook for the host of the step.
    init(_ context: StepContext) {
        self.init(context, host: context.playbook.host(context.hostName))
    }

    /// Reads them off the playbook for a host.
    init(_ context: StepContext, host: Host?) {
        let playbook = context.playbook
        let releases = Self.releases(context)
        kubernetes = Self.kubernetes(of: host, playbook)
        all = kubernetes
        wanted = []
        for release in releases {
            for name in kubernetes {
                if let version = playbook.releases[release] {
                    wanted.append(PackageSpec(name: name, version: version))
                }
            }
        }
        let components = Self.componentReleases(context, releases)
        if let calico = playbook.calico, host?.roles.contains(.worker) == true {
            add(calico.packages, calico.rolls.mapValues { $0.map(\.package) }, components)
            if calico.staysNewer { staying = Set(calico.packages) } else { running = Set(calico.packages) }
        }
        if let helm = playbook.helm, playbook.helmHosts.contains(where: { $0.name == host?.name }) {
            for program in helm.programs { add(program.packages, program.versions.mapValues { [$0] }, components) }
        }
        if host?.roles.contains(where: { $0 == .controlPlane || $0 == .client }) == true {
            for spec in releases.flatMap({ ComponentPrograms.at($0, playbook) })
            where !wanted.contains(spec) && !wantedWhereInstalled.contains(spec) {
                wantedWhereInstalled.append(spec)
            }
            for spec in wantedWhereInstalled where !all.contains(spec.name) { all.append(spec.name) }
        }
    }

    /// What is to be installed, by what is there.
    func left(_ installed: [String: InstalledPackage]) -> [PackageSpec] {
        (wanted + wantedWhereInstalled.filter { ComponentPrograms.follows(installed[$0.name], to: $0) })
            .filter { spec in
                guard let found = installed[spec.name]?.version else { return true }
                if staying.contains(spec.name), spec.version.isOlder(than: found) { return false }
                return found != spec.version && later[spec]?.contains(found) != true
            }
    }

    /// What the unit of Calico is to run of a package that is newer already: apt would not take it back in the middle of the
    /// roll.
    func beyond(_ installed: [String: InstalledPackage]) -> PackageSpec? {
        wanted.first { spec in
            guard running.contains(spec.name), let found = installed[spec.name]?.version else { return false }
            return spec.version.isOlder(than: found) && later[spec]?.contains(found) != true
        }
    }

    /// The Kubernetes packages of a host's roles.
    static func kubernetes(of host: Host?, _ playbook: Playbook) -> [String] {
        let roles = host?.roles ?? []
        var names: [String] = []
        if roles.contains(.controlPlane) { names += playbook.packages.controlPlane }
        if roles.contains(.worker) { names += playbook.packages.node }
        if roles.contains(.controlPlane) || roles.contains(.client) { names += playbook.packages.client }
        return names
    }

    private mutating func add(
        _ names: [String],
        _ versions: [MinorRelease: [PackageVersion]],
        _ releases: [MinorRelease]
    ) {
        let planned = releases.compactMap { versions[$0] }.filter { !$0.isEmpty }
        guard !planned.isEmpty else { return }
        all += names
        for rolls in planned {
            for (index, version) in rolls.enumerated() {
                let specs = names.map { PackageSpec(name: $0, version: version) }
                wanted += specs
                for spec in specs { later[spec] = Array(rolls.dropFirst(index + 1)) }
            }
        }
    }

    /// The first hop also makes the moves that come before it.
    private static func componentReleases(_ context: StepContext, _ releases: [MinorRelease]) -> [MinorRelease] {
        let hop = context.key.hop
        return context.plan.hops.first?.id == hop ? [hop.from] + releases : releases
    }

    /// Every release on the path for the first hop of the plan, the hop's own for the others.
    private static func releases(_ context: StepContext) -> [MinorRelease] {
        let hop = context.key.hop
        guard context.plan.hops.first?.id == hop else { return [hop.to] }
        var releases = [hop.to]
        while let last = releases.last, last < context.playbook.target { releases.append(last.next) }
        return releases
    }
}

extension Playbook {
    /// The hosts with Helm's packages: the client hosts, or else the first control-plane host.
    var helmHosts: [Host] {
        let clients = hosts(.client)
        return clients.isEmpty ? Array(hosts(.controlPlane).prefix(1)) : clients
    }
}
