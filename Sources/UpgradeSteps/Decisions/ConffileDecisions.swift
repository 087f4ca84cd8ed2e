import UpgradeCore

/// What becomes of conffiles that a host and the packages to come have both changed.
enum ConffileDecisions {
    /// A decision about each.
    ///
    /// - Throws: `.conffileRefused` and `.conffileUnmergeable`: then nothing may be installed.
    static func decided(
        _ contested: [Conffile],
        on host: String,
        _ rules: ConffileRules
    ) throws(StepError) -> [ConffileDecision] {
        var decisions: [ConffileDecision] = []
        for one in contested {
            let choice = rules.choice(for: one.path)
            if choice == .refuse {
                throw .unmet(
                    .conffileRefused(host: host, package: one.package, path: one.path, difference: one.difference)
                )
            }
            if choice == .merge, one.merged == nil {
                throw .unmet(
                    .conffileUnmergeable(
                        host: host,
                        package: one.package,
                        path: one.path,
                        reason: one.problem,
                        difference: one.difference
                    )
                )
            }
            decisions.append(
                ConffileDecision(package: one.package, path: one.path, choice: choice, present: one.present)
            )
        }
        return decisions
    }
}

extension PackageDecision {
    /// The packages at the version.
    var specs: [PackageSpec] { names.map { PackageSpec(name: $0, version: version) } }

    /// The questions of a step that installs.
    static func installProbes(host: String, specs: [PackageSpec]) -> [Probe] {
        probes(host: host, names: specs.map(\.name)) + [.conffiles(host: host, packages: specs)]
    }

    /// What is left to do, with what becomes of conffiles.
    ///
    /// Where an archive is not on the host any more and every conffile is to be kept, nothing need be known of it: dpkg keeps
    /// what it finds.
    ///
    /// - Throws: as `actions`, as `ConffileDecisions.decided`, and `.conffilesUnknown`: without the archive of a package
    ///   nothing else than to keep can be decided.
    func installing(_ seen: Observation, _ rules: ConffileRules) throws(StepError) -> [Action] {
        var actions: [Action] = []
        for action in try self.actions(seen) {
            guard case .install(let host, let packages, _) = action else {
                actions.append(action)
                continue
            }
            let installed = try seen.packages(on: host, names: names)
            let coming = packages.filter { installed[$0.name]?.version != $0.version }
            let survey = try seen.conffiles(on: host, packages: specs)
            let unknown = coming.filter { !survey.archives.contains($0) }
            guard unknown.isEmpty || rules.keepsAll else {
                throw .unmet(.conffilesUnknown(host: host, packages: unknown))
            }
            let decisions = try ConffileDecisions.decided(survey.contested, on: host, rules)
            actions.append(.install(host: host, packages: packages, conffiles: decisions.isEmpty ? nil : decisions))
        }
        return actions
    }
}
