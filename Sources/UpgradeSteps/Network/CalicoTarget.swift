import UpgradeCore

/// What Calico should be at the end of a roll.
struct CalicoTarget {
    /// Where Calico is.
    var options: CalicoOptions
    /// The version of its packages.
    var packageVersion: PackageVersion
    /// The image of its DaemonSet, or of the container that its unit starts.
    var image: String
    /// The tag of its images.
    var tag: String
    /// Whether its data moves with it.
    var migrates: Bool
    /// What the rolls after it at the same release lead to.
    var later: [ComponentVersion]

    /// `nil` where the playbook does not move Calico in this phase.
    init?(_ context: StepContext) {
        let (release, roll) = (context.componentRelease, context.key.phase.roll)
        guard let options = context.playbook.calico, let rolls = options.rolls[release], roll <= rolls.count else {
            return nil
        }
        let version = rolls[roll - 1]
        self.options = options
        packageVersion = version.package
        tag = version.tag
        image = "\(options.image):\(version.tag)"
        migrates = options.migratingRoll(at: release) == roll
        later = options.rolls(after: roll, at: release)
    }

    /// What is asked to know whether a later roll of the release has reached Calico on a host.
    func passedProbes(on host: String) -> [Probe] {
        if later.isEmpty { return [] }
        return options.unit == nil ? [probe] : [.packages(host: host, names: options.packages)]
    }

    /// Whether a later roll of the release has reached Calico on a host: nothing of this one is wanted then, for a run that is
    /// planned anew must not take it back.
    ///
    /// - Throws: `.notObserved`, `.workloadMissing`.
    func isPassed(_ seen: Observation, on host: String) throws(StepError) -> Bool {
        if later.isEmpty { return false }
        if options.unit == nil { return isPassed(image: try daemonSet(seen).image) }
        let installed = try seen.packages(on: host, names: options.packages)
        return options.packages.contains { name in isPassed(package: installed[name]?.version) }
    }

    /// Whether it is the image of a later roll of the release.
    func isPassed(image: String?) -> Bool { later.contains { "\(options.image):\($0.tag)" == image } }

    /// Whether it is the package of a later roll of the release.
    func isPassed(package: PackageVersion?) -> Bool { later.contains { $0.package == package } }

    /// What Typha should be; `nil` where the playbook names none.
    var typha: Typha? {
        options.typha.map {
            Typha(options: $0, namespace: options.namespace, tag: tag, later: later.map(\.tag))
        }
    }

    /// A Typha and its image.
    struct Typha {
        /// Where it is.
        let options: TyphaOptions
        /// Its image, with Calico's tag.
        let image: String
        /// The images of it that are at least as new: its own, and those of later rolls of the release.
        let images: [String]
        /// The question about its Deployment.
        let probe: Probe

        init(options: TyphaOptions, namespace: String, tag: String, later: [String]) {
            self.options = options
            image = "\(options.image):\(tag)"
            images = ([tag] + later).map { "\(options.image):\($0)" }
            probe = .deployment(namespace: namespace, name: options.deployment)
        }
    }

    /// The question whether a host has the image.
    func imageProbe(on host: String) -> Probe {
        .nodeImage(host: host, image: image, client: options.imageClient)
    }

    /// The answer to it.
    func nodeImage(_ seen: Observation, on host: String) throws(StepError) -> NodeImage {
        try seen.nodeImage(image, on: host, client: options.imageClient)
    }

    /// What is asked of the unit on a host, where a unit runs Calico.
    func unitProbes(on host: String) -> [Probe] {
        options.unit.map { unit in
            [
                .unit(host: host, unit: unit), .packages(host: host, names: options.packages),
                .newerFiles(host: host, unit: unit, packages: options.packages),
            ]
        } ?? []
    }

    /// The package of the unit that is not there at its version; `nil` where all are.
    ///
    /// - Throws: `.notObserved`.
    func packageMissing(_ seen: Observation, on host: String) throws(StepError) -> Unmet? {
        let installed = try seen.packages(on: host, names: options.packages)
        for name in options.packages {
            let found = installed[name]
            guard found?.version == packageVersion, found?.isConfigured == true else {
                return .unexpectedPackage(host: host, package: name, found: found?.version, expected: [packageVersion])
            }
        }
        return nil
    }

    /// Why the unit on a host is not the new Calico yet; `nil` where it is, or a DaemonSet runs it.
    ///
    /// - Throws: `.notObserved`.
    func unitUnmet(_ seen: Observation, on host: String) throws(StepError) -> Unmet? {
        guard let unit = options.unit else { return nil }
        if let missing = try packageMissing(seen, on: host) { return missing }
        guard try seen.unit(unit, on: host).isActive else {
            return .unitNotRunning(host: host, unit: unit, found: nil, expected: nil)
        }
        let newer = try seen.newerFiles(of: unit, on: host, packages: options.packages)
        return newer.isEmpty ? nil : .unitBehind(host: host, unit: unit, files: newer)
    }

    /// The question about the DaemonSet.
    var probe: Probe { .daemonSet(namespace: options.namespace, name: options.daemonSet) }

    /// The DaemonSet.
    ///
    /// - Throws: `.workloadMissing` where there is none.
    func daemonSet(_ seen: Observation) throws(StepError) -> DaemonSetState {
        guard let state = try seen.daemonSet(options.daemonSet, in: options.namespace) else {
            throw .unmet(.workloadMissing(kind: "DaemonSet", namespace: options.namespace, name: options.daemonSet))
        }
        return state
    }
}
