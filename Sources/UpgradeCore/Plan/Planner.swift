/// Turns playbook, version data and what is true into a plan.
public enum Planner {
    /// Makes the plan that leads from where the cluster is to the playbook's target.
    ///
    /// Looks at the cluster and changes nothing. The start is the lowest release that any API server or kubelet
    /// runs, so that a hop which was left half done is planned again; its finished steps decide that nothing is left.
    /// - Throws: `PlanError`.
    public static func plan(
        playbook: Playbook,
        playbookDigest: String,
        versionsDigest: String,
        run: String,
        steps: StepSet,
        hops: [HopID: HopFacts],
        access: any ClusterAccess
    ) async throws(PlanError) -> (plan: Plan, survey: Observation) {
        let first = try await look(at: playbook, access)
        let start = try lowestRelease(first, playbook)
        let plan = Plan(
            cluster: playbook.cluster,
            playbookDigest: playbookDigest,
            versionsDigest: versionsDigest,
            machineIDs: try machineIDs(first, playbook),
            baseline: baseline(first, playbook),
            hops: try outline(from: start, try inWaves(playbook, first), steps, hops)
        )
        return (plan, try await survey(plan, first, playbook: playbook, run: run, steps: steps, hops: hops, access))
    }

    /// Makes the plan that takes back what a run has done in a hop.
    ///
    /// Looks at the cluster and changes nothing.
    /// - Parameters:
    ///   - upgrade: the name of that run.
    ///   - plan: its plan.
    ///   - hop: what is taken back, with the phases that do it.
    ///   - step: the step from which on all is taken back; `nil` where it is one worker's lane.
    ///   - restores: the snapshot of etcd that it leads back to; `nil` where data stays as it is.
    ///   - playbook: the one of the upgrade.
    ///   - run: the name of the rollback.
    ///   - steps: the steps that exist.
    ///   - hops: facts by hop.
    ///   - access: the cluster, to look at.
    /// - Returns: the plan and what was seen.
    /// - Throws: `PlanError`.
    public static func rollback(
        of upgrade: String,
        _ plan: Plan,
        hop: PlannedHop,
        to step: StepKey? = nil,
        restores: EtcdRestoration? = nil,
        playbook: Playbook,
        run: String,
        steps: StepSet,
        hops: [HopID: HopFacts],
        access: any ClusterAccess
    ) async throws(PlanError) -> (plan: Plan, survey: Observation) {
        let first = try await look(at: playbook, access)
        let before = plan.baseline.readyNodes
        var plan = plan
        plan.machineIDs = try machineIDs(first, playbook)
        plan.baseline = baseline(first, playbook)
        plan.hops = [hop]
        plan.takesBack = upgrade
        plan.takesBackTo = step
        plan.restores = restores
        // A node that came later is not in what is restored.
        if restores != nil { plan.baseline.readyNodes.formIntersection(before) }
        return (plan, try await survey(plan, first, playbook: playbook, run: run, steps: steps, hops: hops, access))
    }

    private static func survey(
        _ plan: Plan,
        _ first: Observation,
        playbook: Playbook,
        run: String,
        steps: StepSet,
        hops: [HopID: HopFacts],
        _ access: any ClusterAccess
    ) async throws(PlanError) -> Observation {
        let survey: Observation
        do {
            survey = try await Survey.take(
                plan: plan,
                run: run,
                playbook: playbook,
                steps: steps,
                hops: hops,
                access: access
            )
        } catch {
            throw .access(error)
        }
        return merged(first, survey)
    }

    /// What a plan begins with: which machines there are and what they run.
    private static func look(at playbook: Playbook, _ access: any ClusterAccess) async throws(PlanError) -> Observation
    {
        do {
            return try await access.answer(firstQuestions(playbook))
        } catch {
            throw .access(error)
        }
    }

    private static func firstQuestions(_ playbook: Playbook) -> [Probe] {
        playbook.hosts.map { .identity(host: $0.name) }
            + playbook.hosts(.controlPlane).map { .apiServer(host: $0.name) } + [.nodes]
            + (playbook.calico == nil
                ? []
                : playbook.hosts(.worker).flatMap { host -> [Probe] in
                    [.bgpPeers(host: host.name), .podReach(host: host.name, node: host.node)]
                })
    }

    private static func lowestRelease(_ seen: Observation, _ playbook: Playbook) throws(PlanError) -> MinorRelease {
        var found: [MinorRelease] = []
        for host in playbook.hosts(.controlPlane) {
            if let state = try? seen.apiServer(on: host.name), let version = state.version {
                found.append(version.release)
            }
        }
        guard !found.isEmpty else { throw .noAPIServer(playbook.hosts(.controlPlane).map(\.name)) }
        let nodes = (try? seen.nodes()) ?? []
        let workers = Set(playbook.hosts(.worker).map(\.node))
        found += nodes.filter { workers.contains($0.name) }.compactMap(\.kubeletVersion?.release)
        guard let lowest = found.min() else { throw .noAPIServer([]) }
        return lowest
    }

    private static func machineIDs(_ seen: Observation, _ playbook: Playbook) throws(PlanError) -> [String: String] {
        var ids: [String: String] = [:]
        var hosts: [String: String] = [:]
        for host in playbook.hosts {
            guard let id = try? seen.identity(of: host.name).machineID else { continue }
            if let other = hosts[id] {
                throw .machineTwice(host.name, other)
            }
            hosts[id] = host.name
            ids[host.name] = id
        }
        return ids
    }

    private static func baseline(_ seen: Observation, _ playbook: Playbook) -> Baseline {
        let nodes = (try? seen.nodes()) ?? []
        let sessions = playbook.hosts(.worker).compactMap { host -> (String, Int)? in
            guard playbook.calico != nil, let peers = try? seen.bgpPeers(on: host.name) else { return nil }
            return (host.name, peers.count(where: \.isEstablished))
        }
        let reached = playbook.hosts(.worker).compactMap { host -> (String, [String])? in
            guard playbook.calico != nil, let reach = try? seen.podReach(from: host.node, on: host.name) else {
                return nil
            }
            return (host.name, reach.reached)
        }
        return Baseline(
            readyNodes: Set(nodes.filter(\.isReady).map(\.name)),
            foreignCordons: Set(nodes.filter { $0.isCordoned && $0.cordonMark == nil }.map(\.name)),
            etcdMembers: playbook.hosts(.etcd).count,
            bgpSessions: sessions.isEmpty ? nil : Dictionary(uniqueKeysWithValues: sessions),
            podsReached: reached.isEmpty ? nil : Dictionary(uniqueKeysWithValues: reached)
        )
    }

    /// The playbook with the waves as the cluster's labels and taints have them now: the plan keeps that, whatever becomes of
    /// them.
    private static func inWaves(_ playbook: Playbook, _ seen: Observation) throws(PlanError) -> Playbook {
        var playbook = playbook
        do throws(WaveError) {
            playbook.waves.drawn = try playbook.waves(among: (try? seen.nodes()) ?? [])
        } catch {
            throw .waves(error)
        }
        return playbook
    }

    private static func outline(
        from start: MinorRelease,
        _ playbook: Playbook,
        _ steps: StepSet,
        _ hops: [HopID: HopFacts]
    ) throws(PlanError) -> [PlannedHop] {
        guard start != playbook.target else { throw .alreadyThere(start) }
        guard start < playbook.target else { throw .goesDown(from: start, to: playbook.target) }
        var planned: [PlannedHop] = []
        var release = start
        while release < playbook.target {
            let hop = HopID(from: release)
            guard hops[hop] != nil else { throw .noFacts(hop) }
            guard playbook.releases[hop.to] != nil, playbook.releases[hop.from] != nil else {
                throw .noPackageVersion(hop)
            }
            planned.append(PlannedHop(id: hop, phases: steps.outline(hop, playbook, planned.isEmpty)))
            release = hop.to
        }
        return planned
    }

    private static func merged(_ first: Observation, _ second: Observation) -> Observation {
        // The smaller into the larger: what both have asked is as it was seen last.
        var merged = second
        for (probe, answer) in first.answers where merged.answers[probe] == nil {
            merged.record(answer, to: probe)
        }
        return merged
    }
}

/// Why no plan could be made.
public enum PlanError: Error, Hashable, Sendable {
    /// The cluster could not be looked at.
    case access(AccessError)
    /// No API server answered.
    case noAPIServer([String])
    /// The cluster runs the target already.
    case alreadyThere(MinorRelease)
    /// The target is below what runs.
    case goesDown(from: MinorRelease, to: MinorRelease)
    /// Nothing is known of a hop on the path.
    case noFacts(HopID)
    /// The playbook names no package version for a release of the hop.
    case noPackageVersion(HopID)
    /// Two hosts of the playbook are one machine.
    case machineTwice(String, String)
    /// The workers cannot be divided as the playbook says.
    case waves(WaveError)
}
