import UpgradeCore

/// What is left to do so that packages of a host are installed at a version.
struct PackageDecision {
    /// The host.
    var host: String
    /// The packages.
    var names: [String]
    /// The version that each must have.
    var version: PackageVersion
    /// The versions that a package may have before; `nil` permits any.
    var allowed: [PackageVersion]?
    /// Newer versions with which a package is left as it is.
    var later: [PackageVersion] = []
    /// Whether any newer version is such a one.
    var staysNewer = false
    /// Whether packages on hold are installed all the same.
    private var mayLiftHolds: Bool
    /// The packages whose hold this run has lifted.
    private var lifted: Set<String>

    /// Makes a decision for the host of the step.
    init(_ context: StepContext, names: [String], version: PackageVersion, allowed: [PackageVersion]? = nil) {
        let host = context.hostName
        self.host = host
        self.names = names
        self.version = version
        self.allowed = allowed
        mayLiftHolds = context.playbook.packageHolds == .keep
        lifted = Set(names.filter { context.ledger.contains(.liftedHold(host: host, package: $0)) })
    }

    /// The questions it needs.
    static func probes(host: String, names: [String]) -> [Probe] {
        [.packages(host: host, names: names), .packageSystem(host: host)]
    }

    /// Whether all are installed at the version and configured.
    func isDone(_ seen: Observation) throws(StepError) -> Bool {
        let installed = try seen.packages(on: host, names: names)
        return names.allSatisfy { isThere(installed[$0]) }
    }

    /// Whether a package is installed at the version and configured.
    func isThere(_ package: InstalledPackage?) -> Bool {
        guard let package, package.isConfigured else { return false }
        return package.version == version || stays(package.version)
    }

    /// Whether a package of this version is left as it is, though it is another one.
    private func stays(_ found: PackageVersion) -> Bool {
        later.contains(found) || staysNewer && version.isOlder(than: found)
    }

    /// What is left to do; an interrupted dpkg run is ended first, and what was on hold is put on hold again.
    ///
    /// - Throws: `.packageHeld` and `.unexpectedPackage`: what somebody else decided is not overruled.
    func actions(_ seen: Observation) throws(StepError) -> [Action] {
        let installed = try seen.packages(on: host, names: names)
        let isLifted = { (name: String) in lifted.contains(name) && installed[name]?.isHeld == false }
        if try isDone(seen) { return names.filter(isLifted).map { .hold(host: host, package: $0) } }
        var held: [String] = []
        for name in names {
            guard let package = installed[name], package.version != version, !stays(package.version) else {
                continue
            }
            if package.isHeld {
                guard mayLiftHolds else { throw .unmet(.packageHeld(host: host, package: name)) }
                held.append(name)
            }
            if let allowed, !allowed.contains(package.version) {
                throw .unmet(
                    .unexpectedPackage(host: host, package: name, found: package.version, expected: allowed)
                )
            }
        }
        let isHalfDone = installed.values.contains { !$0.isConfigured }
        let isUnclean = try !seen.packageSystem(on: host).audit.isEmpty
        let wanted = names.filter { name in installed[name].map { !stays($0.version) } ?? true }
            .map { PackageSpec(name: $0, version: version) }
        return (isHalfDone || isUnclean ? [.configurePending(host: host)] : [])
            + held.map { .unhold(host: host, package: $0) }
            + (wanted.isEmpty ? [] : [.install(host: host, packages: wanted)])
            + names.filter { held.contains($0) || isLifted($0) }.map { .hold(host: host, package: $0) }
    }

    /// What is left to do where the version is an older one, from the archives that the host has kept.
    ///
    /// - Throws: as `actions`, and `.noKeptArchive`. Asks for `KeptArchives.probes` as well.
    func puttingBack(_ seen: Observation) throws(StepError) -> [Action] {
        let left = try actions(seen)
        if left.isEmpty { return [] }
        let older = names.map { PackageSpec(name: $0, version: version) }
        let missing = try KeptArchives.missing(older, on: host, seen)
        guard missing.isEmpty else {
            throw .unmet(.noKeptArchive(host: host, packages: missing, directory: KeptArchives.directory))
        }
        // dpkg would lift the hold of one that is there already.
        let installed = try seen.packages(on: host, names: names)
        return left.map { action in
            guard case .install(let host, let packages, _) = action else { return action }
            let back = packages.filter { !isThere(installed[$0.name]) }
            return .downgrade(host: host, packages: back, directory: KeptArchives.directory)
        }
    }
}
