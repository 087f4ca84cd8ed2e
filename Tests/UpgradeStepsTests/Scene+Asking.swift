import Testing

@testable import UpgradeCore

extension Scene {
    /// What the step decides, seeing the answers to its own probes and nothing else.
    func decide(_ step: any Step, _ phase: PhaseID, on target: String) throws -> [Action] {
        let context = context(step.id, phase, on: target)
        return try step.actions(observe(step.probes(context)), context)
    }

    /// What the step refuses with; `nil` when it decides.
    func refusal(_ step: any Step, _ phase: PhaseID, on target: String) throws -> Unmet? {
        try unmet { _ = try decide(step, phase, on: target) }
    }

    /// What the step's gate says; `nil` when it has none.
    func verdict(_ step: any Step, _ phase: PhaseID, on target: String) throws -> Verdict? {
        guard let gate = step.gate(context(step.id, phase, on: target)) else { return nil }
        return try gate.verdict(observe(gate.probes))
    }

    /// What the step's gate will never open for; `nil` when it opens or waits.
    func refusalAtGate(_ step: any Step, _ phase: PhaseID, on target: String) throws -> Unmet? {
        try unmet { _ = try verdict(step, phase, on: target) }
    }

    private func unmet(_ body: () throws -> Void) throws -> Unmet? {
        do {
            try body()
            return nil
        } catch StepError.unmet(let unmet) {
            return unmet
        }
    }

    /// What the step's gate measures, as a person reads it.
    func measured(_ step: any Step, _ phase: PhaseID, on target: String) throws -> [String] {
        guard let gate = step.gate(context(step.id, phase, on: target)) else { return [] }
        return try gate.measured(observe(gate.probes)).map(\.text)
    }

    func context(_ step: StepID, _ phase: PhaseID, on target: String) -> StepContext {
        StepContext(
            key: StepKey(hop: hop, phase: phase, step: step, target: target == "cluster" ? .cluster : .host(target)),
            run: run,
            hop: Scene.facts(hop),
            playbook: playbook,
            plan: Plan(
                cluster: playbook.cluster,
                playbookDigest: "",
                versionsDigest: "",
                machineIDs: machineIDs,
                baseline: baseline,
                hops: hops.map { PlannedHop(id: $0, phases: phases) },
                takesBack: takesBack,
                restores: snapshot
            ),
            ledger: ledger,
            isUnderWay: isUnderWay
        )
    }

    func observe(_ probes: [Probe]) -> Observation {
        var seen = Observation()
        for probe in probes {
            if let answer = answer(probe) { seen.record(answer, to: probe) }
        }
        return seen
    }

    private func answer(_ probe: Probe) -> Answer? {
        switch probe {
        case .identity(let host): identities[host].map { .identity($0) }
        case .freeSpace(let host, let path): freeSpace["\(host):\(path)"].map { .freeSpace($0) }
        case .packages(let host, let names):
            packages[host].map { all in .packages(all.filter { names.contains($0.key) }) }
        case .candidates(_, let names): .candidates(offered.filter { names.contains($0.key) })
        case .archives(let host, let packages): .archives(archives(of: packages, on: host))
        case .dryStart(let host, _, _): .dryStart(dryStarts[host] ?? DryStartResult())
        case .conffiles(let host, let packages): .conffiles(conffiles[host] ?? ConffileSurvey(archives: packages))
        case .packageSystem(let host): packageSystems[host].map { .packageSystem($0) }
        case .unit(let host, let unit): units[host]?[unit].map { .unit($0) }
        case .etcdMember(let host): members[host].map { .etcdMember($0) }
        case .snapshot(let host, let path): .snapshot(snapshots["\(host):\(path)"])
        case .file(let host, let path): .file(files["\(host):\(path)"])
        case .files(let host, let directory, let prefix):
            .files(
                files.keys.filter { $0.hasPrefix("\(host):\(directory)/\(prefix)") }
                    .map { String($0.dropFirst(host.count + directory.count + 2)) }.sorted()
            )
        case .localFile(let path): .file(localFiles[path])
        case .apiServer(let host): servers[host].map { .apiServer($0) }
        case .leader(let component): .leader(leaders[component])
        case .nodes: .nodes(nodes.values.sorted { $0.name < $1.name })
        case .node(let name): .node(nodes[name])
        case .podsOnNode(let node): pods[node].map { .pods($0) }
        case .budgets: .budgets(budgets)
        case .daemonSet(let namespace, let name): .daemonSet(daemonSets["\(namespace)/\(name)"])
        case .deployment(let namespace, let name): .deployment(deployments["\(namespace)/\(name)"])
        case .hostConfiguration(let host): configurations[host].map { .hostConfiguration($0) }
        case .pods: .podsByNode(pods)
        case .apiServers: .apiServers(playbook.hosts(.controlPlane).map(\.address))
        case .objects: .objects(objects)
        case .helmManifests: .helmManifests(helmManifests)
        case .helmReleases: helm.map { .helmReleases($0) }
        case .helmPresence: .helmPresence(helmPresence)
        case .helmVersion(let host, let program): .helmVersion(helmVersion(of: program, on: host))
        case .apiRequests(let host): requests[host].map { .apiRequests($0) }
        case .unreachedKubelets(let host): unreachedKubelets[host].map { .unreachedKubelets($0) }
        case .bgpPeers(let host): .bgpPeers(bgpPeers[host])
        case .calicoStores: calico.map { .calicoStores($0) }
        case .calicoConfiguration(let host): .calicoConfiguration(calicoFiles[host] ?? [])
        case .podReach(let host, _): podReach[host].map { .podReach($0) }
        case .nodeImage(let host, _, let client):
            .nodeImage(nodeImages[host] ?? NodeImage(client: client, isPresent: false))
        case .programs(_, let names): .programs(names.filter { !missingPrograms.contains($0) })
        case .newerFiles(let host, let unit, _): .newerFiles(newerFiles["\(host):\(unit)"] ?? [])
        case .silence(let silence): .silence(silences[silence])
        case .marks(let host): .marks(marks[host] ?? [])
        case .markedDaemonSets: .markedDaemonSets(markedDaemonSets)
        case .silenceMarks(let silence): .silenceMarks(silenceMarks[silence.name] ?? [])
        case .etcdRestore(let host, _): restores[host].map { .etcdRestore($0) }
        }
    }
}

extension Scene: CustomTestStringConvertible {
    /// Short: a failed test of a whole scene would print pages.
    var testDescription: String { "scene of " + playbook.hosts.map(\.name).joined(separator: " ") }

    /// What is offered has one sum everywhere, but for `otherArchives`.
    private func archives(of packages: [PackageSpec], on host: String) -> [OfferedArchive] {
        packages.filter { offered[$0.name]?.contains($0.version) == true }
            .flatMap { package in
                (otherArchives[host]?[package] ?? ["a"]).map {
                    OfferedArchive(package: package, sha256: String(repeating: $0, count: 64))
                }
            }
    }

    /// What a program of Helm's says: the version of its package unless something else was written down.
    private func helmVersion(of program: HelmProgram, on host: String) -> HelmProgramVersion {
        let name = program == .helmfile ? "helmfile" : program.title
        let text =
            helmVersions["\(host) \(program.title)"] ?? packages[host]?[name].map { "v\($0.version.upstream)" } ?? ""
        return HelmProgramVersion(version: KubernetesVersion(text), text: text)
    }
}
