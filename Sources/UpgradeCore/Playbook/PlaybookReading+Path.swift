import Yams

/// The releases of a playbook with the one to reach.
struct ReleasePath {
    var target: MinorRelease
    var releases: [MinorRelease: PackageVersion]
    /// The lowest of the releases; where no hop arrives.
    var lowest: MinorRelease

    /// Whether a hop of the releases arrives at this one.
    func arrives(at release: MinorRelease) -> Bool {
        release > lowest && releases[release] != nil
    }
}

extension PlaybookReading {
    /// The path; `nil` when it is wrong, which is reported.
    func releasePath() -> ReleasePath? {
        let target = top.required("target", .release)
        let isThere = top.require("releases")
        guard isThere, let section = top.section("releases") else { return nil }
        var releases: [MinorRelease: PackageVersion] = [:]
        var listed: Set<MinorRelease> = []
        for entry in section.entries {
            guard let release = self.release(of: entry, in: section) else { continue }
            listed.insert(release)
            guard let version = section.scalar(entry.node, section.name(entry.key), .packageVersion) else { continue }
            if version.kubernetes?.release != release {
                let place = top.problems.place(of: entry.node)
                top.problems.report(.releaseMismatch(release, version: version, at: place))
            }
            releases[release] = version
        }
        guard let lowest = listed.min() else {
            if section.entries.isEmpty { top.problems.report(.emptyList(key: "releases", at: section.place)) }
            return nil
        }
        guard let target, let place = top.entry("target").map({ top.problems.place(of: $0.node) }) else { return nil }
        guard lowest <= target else {
            top.problems.report(.pathGoesDown(from: lowest, target: target, at: place))
            return nil
        }
        reportGaps(listed.union([target]).filter { $0 <= target }, listed, section.place, target)
        return ReleasePath(target: target, releases: releases, lowest: lowest)
    }

    /// Reports the first release of each gap, and the target when it is the one that is missing.
    private func reportGaps(
        _ path: Set<MinorRelease>,
        _ listed: Set<MinorRelease>,
        _ place: PlaybookLocation,
        _ target: MinorRelease
    ) {
        let ordered = path.sorted()
        guard let lowest = ordered.first else { return }
        for (below, above) in zip(ordered, ordered.dropFirst()) where below.next != above {
            top.problems.report(.releaseMissing(below.next, from: lowest, target: target, at: place))
        }
        let isReported = ordered.dropLast().last.map { $0.next != target } ?? false
        if !listed.contains(target), !isReported {
            top.problems.report(.releaseMissing(target, from: lowest, target: target, at: place))
        }
    }

    private func release(of entry: PlaybookSection.Entry, in section: PlaybookSection) -> MinorRelease? {
        let form = ScalarForm.release
        if let release = form.read(entry.key) { return release }
        top.problems.report(
            .invalidValue(
                key: section.title,
                value: entry.key,
                expected: form.expected,
                suggestion: nil,
                at: entry.place
            )
        )
        return nil
    }

    /// A simulated cluster; its release must be one of the path.
    func simulation(_ path: ReleasePath?) -> SimulationSettings? {
        guard let section = top.section("simulation") else { return nil }
        let release = section.required("release", .release)
        let pace = section.value("pace", .duration(atLeast: .zero))
        let calico = section.value("calico", .tag)
        let servesV2 = section.value("etcd-v2", .flag)
        let tiller = section.value("tiller", .tag)
        // As many as upstream says a cluster may have.
        let pods = section.value("pods", .integer(0...150_000))
        let lost = section.list("lost", .lostObject)
        let failures = section.sections("failures").compactMap(simulatedFailure)
        guard let release else { return nil }
        if let path, release > path.target || path.releases[release] == nil,
            let place = section.entry("release").map({ top.problems.place(of: $0.node) })
        {
            let choices = path.releases.keys.filter { $0 <= path.target }.sorted().map { "`\($0)`" }
            top.problems.report(
                .invalidValue(
                    key: "simulation.release",
                    value: release.description,
                    expected: "one of \(choices.joined(separator: ", "))",
                    suggestion: nil,
                    at: place
                )
            )
        }
        return SimulationSettings(
            release: release,
            pace: pace ?? .milliseconds(100),
            calicoTag: calico,
            servesV2: servesV2 ?? false,
            tillerTag: tiller,
            pods: pods ?? 0,
            failures: failures,
            lost: lost ?? []
        )
    }

    private func simulatedFailure(_ section: PlaybookSection) -> SimulatedFailure? {
        let step = section.required("step", .stepName).flatMap { StepID($0) }
        let target = section.value("host", .name).flatMap { Target($0) }
        let attempts = section.value("attempts", .integer(1...1000))
        return step.map { SimulatedFailure(step: $0, target: target, attempts: attempts ?? 1) }
    }

    // MARK: Components

    /// Calico, where the playbook moves it.
    func calico(_ path: ReleasePath?, _ hosts: [Host]) -> CalicoOptions? {
        guard let section = top.section("calico") else { return nil }
        _ = section.require("versions")
        var options = CalicoOptions(versions: [:])
        options.rolls = rolls(section, path) ?? [:]
        options.packages = section.list("packages", .packageName) ?? options.packages
        options.namespace = section.value("namespace", .objectName) ?? options.namespace
        options.unit = calicoUnit(section)
        options.isContainer = options.unit == nil || section.entry("image") != nil
        options.daemonSet = section.value("daemonset", .objectName) ?? options.daemonSet
        options.container = section.value("container", .objectName) ?? options.container
        options.image = section.value("image", .image) ?? options.image
        options.host = section.value("host", .choice(of: hosts.map(\.name)))
        options.pull = section.value("pull", .choice)
        options.typha = section.section("typha").map { section in
            var typha = TyphaOptions.usual
            typha.deployment = section.value("deployment", .objectName) ?? typha.deployment
            typha.container = section.value("container", .objectName) ?? typha.container
            typha.image = section.value("image", .image) ?? typha.image
            return typha
        }
        options.migration = section.section("datastore-migration").flatMap { migration($0, options) }
        return options
    }

    /// The move of Calico's data; it comes with a move of Calico itself.
    private func migration(_ section: PlaybookSection, _ calico: CalicoOptions) -> CalicoMigrationOptions? {
        // The other way Calico's data could go is not of this path, and is refused with the fact that says so.
        _ = section.value("to", .calicoDatastore)
        let release = section.required("at", .release)
        let old = section.value("etcdv2", .path)
        let new = section.value("etcdv3", .path)
        guard let release, let entry = section.entry("at") else { return nil }
        if calico.rolls[release] == nil {
            top.problems.report(
                .invalidValue(
                    key: section.name("at"),
                    value: release.description,
                    expected: "a release of `calico.versions`, at which Calico moves from 2 to 3",
                    suggestion: nil,
                    at: top.problems.place(of: entry.node)
                )
            )
        }
        refuseNoRoll(at: release, calico, section)
        var options = CalicoMigrationOptions(at: release)
        options.oldConfiguration = old ?? options.oldConfiguration
        options.newConfiguration = new ?? options.newConfiguration
        return options
    }

    /// Helm, where the playbook moves it.
    func helm(_ path: ReleasePath?) -> HelmOptions? {
        guard let section = top.section("helm") else { return nil }
        // A playbook may move from Helm 2 to 3, or releases to other APIs, without moving Helm first.
        let others = ["migrate-at", "map-apis", "helm3", "helmfile"]
        if others.allSatisfy({ section.entry($0) == nil }) { _ = section.require("versions") }
        var options = HelmOptions(versions: versions(section, path) ?? [:])
        options.packages = section.list("packages", .packageName) ?? options.packages
        options.program = section.value("program", .program)
        options.tillerNamespaces =
            section.list("tiller-namespaces", .objectName, mayBeEmpty: true) ?? options.tillerNamespaces
        options.image = section.value("image", .image) ?? options.image
        options.mapsAPIs = section.value("map-apis", .flag) ?? options.mapsAPIs
        options.migrateAt = section.value("migrate-at", .release)
        options.revisions = section.value("revisions", .integer(1...100_000))
        options.excluded = exclusions(section)
        options.helm3 = section.section("helm3").flatMap { program($0, ["helm3"], path, atLeast: 3) }
        if let helmfile = section.section("helmfile") {
            options.helmfile = program(helmfile, ["helmfile"], path)
            options.environments = helmfile.list("environments", .localPath) ?? []
        }
        options.asksTiller = section.value("ask-tiller", .flag) ?? options.asksTiller
        refuseUnstated(options, section)
        options.cleanup = section.section("cleanup").flatMap { cleanup($0, after: options.migrateAt, path) }
        if let release = options.migrateAt, let path, !path.arrives(at: release),
            let place = section.entry("migrate-at").map({ top.problems.place(of: $0.node) })
        {
            top.problems.report(.notOnPath(key: "helm.migrate-at", release: release, at: place))
        }
        return options
    }

    /// Refuses a Tiller that is asked for a version that nobody has stated.
    private func refuseUnstated(_ options: HelmOptions, _ section: PlaybookSection) {
        guard options.asksTiller, options.versions.values.contains(where: { KubernetesVersion($0.tag) == nil }) else {
            return
        }
        refuse("ask-tiller", of: section, "false, or tags of `\(section.name("versions"))` that say a version")
    }

    /// Packages of a program of Helm's, with a version a release.
    private func program(
        _ section: PlaybookSection,
        _ usual: [String],
        _ path: ReleasePath?,
        atLeast least: Int = 0
    ) -> HelmProgramPackages? {
        let packages = section.list("packages", .packageName) ?? usual
        let program = section.value("program", .program)
        guard section.require("versions"), let stated = section.section("versions") else { return nil }
        if stated.entries.isEmpty { top.problems.report(.emptyList(key: stated.title, at: stated.place)) }
        var versions: [MinorRelease: PackageVersion] = [:]
        for entry in stated.entries {
            guard let release = release(of: entry, in: stated) else { continue }
            if let path, path.releases[release] == nil {
                top.problems.report(.notOnPath(key: stated.title, release: release, at: entry.place))
            }
            guard let version = stated.scalar(entry.node, stated.name(entry.key), .packageVersion) else { continue }
            if let major = Int(version.upstream.prefix(while: \.isNumber)), major < least {
                top.problems.report(
                    .invalidValue(
                        key: stated.name(entry.key),
                        value: "\(version)",
                        expected: "a version \(least) or later",
                        suggestion: nil,
                        at: top.problems.place(of: entry.node)
                    )
                )
            }
            versions[release] = version
        }
        for (earlier, later) in zip(versions.keys.sorted(), versions.keys.sorted().dropFirst()) {
            guard let from = versions[earlier].flatMap({ KubernetesVersion($0.upstream) }),
                let to = versions[later].flatMap({ KubernetesVersion($0.upstream) }), to < from
            else { continue }
            top.problems.report(
                .invalidValue(
                    key: "\(stated.title).\(later)",
                    value: "\(to)",
                    expected: "no version below that of \(earlier), \(from)",
                    suggestion: nil,
                    at: stated.place
                )
            )
        }
        return HelmProgramPackages(packages: packages, program: program, versions: versions)
    }

    /// The removal of what Helm 2 keeps; `confirm` has to name the cluster.
    private func cleanup(
        _ section: PlaybookSection,
        after migration: MinorRelease?,
        _ path: ReleasePath?
    ) -> HelmCleanupOptions? {
        let release = section.required("at", .release)
        let name = section.required("confirm", .name)
        let excluded: HelmCleanupOptions.Excluded? = section.value("excluded", .choice)
        let absent: HelmCleanupOptions.Absent? = section.value("absent", .choice)
        if let name, let entry = section.entry("confirm"), let cluster = top.entry("cluster")?.node.scalar?.string,
            name != cluster
        {
            top.problems.report(
                .invalidValue(
                    key: section.name("confirm"),
                    value: name,
                    expected: "the name of the cluster, \(cluster): what is removed cannot be taken back",
                    suggestion: nil,
                    at: top.problems.place(of: entry.node)
                )
            )
        }
        guard let release, let entry = section.entry("at") else { return nil }
        if let path, !path.arrives(at: release) {
            top.problems.report(
                .notOnPath(key: section.name("at"), release: release, at: top.problems.place(of: entry.node))
            )
        } else if migration.map({ release < $0 }) ?? true {
            top.problems.report(
                .invalidValue(
                    key: section.name("at"),
                    value: release.description,
                    expected: "a release from `helm.migrate-at` on, where all is converted and verified",
                    suggestion: nil,
                    at: top.problems.place(of: entry.node)
                )
            )
        }
        return HelmCleanupOptions(at: release, excluded: excluded ?? .keep, absent: absent ?? .accept)
    }

    private func exclusions(_ helm: PlaybookSection) -> [HelmExclusion] {
        var unique = UniqueValues(problems: top.problems)
        guard helm.entry("exclude") != nil else { return [] }
        return helm.sections("exclude").compactMap { section in
            let release = section.required("release", .helmRelease)
            let storage: HelmStorage? = section.value("storage", .choice)
            let reason = section.required("reason", .reason)
            guard let release else { return nil }
            let exclusion = HelmExclusion(release: release, reason: reason ?? "", storage: storage)
            unique.take("\(exclusion)", section, "release", named: "helm.exclude.release")
            return reason == nil ? nil : exclusion
        }
    }

    private func versions(_ component: PlaybookSection, _ path: ReleasePath?) -> [MinorRelease: ComponentVersion]? {
        byRelease(component, path) { section, entry in section.section(ofRelease: entry).flatMap(version) }
    }

    /// What a component becomes by release, each value read as the component has it there.
    func byRelease<Value>(
        _ component: PlaybookSection,
        _ path: ReleasePath?,
        _ read: (PlaybookSection, PlaybookSection.Entry) -> Value?
    ) -> [MinorRelease: Value]? {
        guard let section = component.section("versions") else { return nil }
        if section.entries.isEmpty {
            top.problems.report(.emptyList(key: section.title, at: section.place))
        }
        var values: [MinorRelease: Value] = [:]
        for entry in section.entries {
            guard let release = release(of: entry, in: section) else { continue }
            if let path, path.releases[release] == nil {
                top.problems.report(.notOnPath(key: section.title, release: release, at: entry.place))
            }
            if let value = read(section, entry) { values[release] = value }
        }
        return values
    }

    /// A package version and a tag.
    func version(_ section: PlaybookSection) -> ComponentVersion? {
        let package = section.required("package", .packageVersion)
        let tag = section.required("tag", .tag)
        guard let package, let tag else { return nil }
        return ComponentVersion(package: package, tag: tag)
    }
}
