public import UpgradeCore

/// What is marked on a cluster, and where nobody could be asked.
public struct MarkSurvey: Sendable {
    /// A host that could not be asked for its marks.
    public struct Silent: Sendable {
        /// The host.
        public var host: String
        /// Why.
        public var error: AccessError
    }

    /// What is marked, that of the cluster first.
    public var found: [MarkedEffect]
    /// Hosts that could not be asked.
    public var silent: [Silent]
    /// Which machine each host is that could be asked.
    public var machineIDs: [String: String]
    /// The oldest release that a node runs.
    public var release: MinorRelease?

    /// The runs that are named by what is marked.
    public var runs: [String] { Set(found.map(\.run)).sorted() }

    /// Looks at every node, DaemonSet, silence and host of a playbook; a host that is away does not keep the others.
    ///
    /// - Parameters:
    ///   - playbook: names what is looked at.
    ///   - access: the cluster; it is only asked.
    ///   - holder: the run that the lease names, which may have a window open and no other mark.
    /// - Returns: what was found.
    /// - Throws: `AccessError` where the API or an Alertmanager could not be asked.
    public static func look(
        at playbook: Playbook,
        _ access: any ClusterAccess,
        holder: String?
    ) async throws(AccessError) -> MarkSurvey {
        var survey = MarkSurvey(found: [], silent: [], machineIDs: [:], release: nil)
        var ofHosts: [MarkedEffect] = []
        let nobody = MarkedEffects(playbook, runs: [])
        for host in playbook.hosts {
            let probes = [Probe.identity(host: host.name)] + nobody.of(host.name)
            do throws(AccessError) {
                let seen = try await access.answer(probes)
                survey.machineIDs[host.name] = try? seen.identity(of: host.name).machineID
                ofHosts += (try? nobody.of(host.name, seen)) ?? []
            } catch {
                survey.silent.append(Silent(host: host.name, error: error))
            }
        }
        let known = Set(ofHosts.map(\.run) + [holder].compactMap { $0 })
        // Twice: a cordon may name a run whose window is to be asked for.
        let first = try await access.answer(nobody.ofCluster)
        survey.release = (try? first.nodes())?.compactMap { $0.kubeletVersion?.release }.min()
        let runs = known.union(((try? nobody.ofCluster(first)) ?? []).map(\.run)).filter { !$0.isEmpty }.sorted()
        let all = MarkedEffects(playbook, runs: runs)
        let seen = try await access.answer(all.ofCluster)
        survey.found = ((try? all.ofCluster(seen)) ?? []) + ofHosts
        return survey
    }

    /// The plan that undoes what is marked: every host and the cluster once, none kept by another's failure.
    ///
    /// - Parameters:
    ///   - playbook: the one that was looked by.
    ///   - digest: of its text.
    ///   - versions: the digest of the version data.
    ///   - hops: those that there are facts of; a plan has steps in hops only, and this one does nothing of its hop.
    ///   - holder: as for the look.
    /// - Returns: `nil` where there are no facts of any hop.
    public func plan(
        _ playbook: Playbook,
        digest: String,
        versions: String,
        hops: [HopID],
        holder: String?
    ) -> Plan? {
        let known = hops.sorted()
        guard
            let hop = known.first(where: { $0.from == release }) ?? known.last(where: { $0.to == release })
                ?? known.first
        else { return nil }
        let step = UndoMarks().id
        let lanes =
            [PlannedLane(target: .cluster, steps: [step])]
            + playbook.hosts.map { PlannedLane(target: .host($0.name), steps: [step]) }
        let phase = PlannedPhase(id: PhaseName.marks, batch: lanes.count, failureBudget: lanes.count, lanes: lanes)
        var plan = Plan(
            cluster: playbook.cluster,
            playbookDigest: digest,
            versionsDigest: versions,
            machineIDs: machineIDs,
            baseline: Baseline(readyNodes: [], foreignCordons: [], etcdMembers: playbook.hosts(.etcd).count),
            hops: [PlannedHop(id: hop, phases: [phase])]
        )
        plan.recovers = Set(runs + [holder].compactMap { $0 }).filter { !$0.isEmpty }.sorted()
        return plan
    }
}
