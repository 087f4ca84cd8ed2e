public import UpgradeCore

/// Names what will break on a path, before anything is touched.
///
/// Pure: the same facts, path and knowledge always give the same findings.
public enum Foresight {
    typealias Rule = @Sendable (ClusterFacts, [HopID], Breakage) -> [Finding]

    /// A family of rules a line; each stands in its own file.
    private static let rules: [Rule] = [
        FlagRules.findings, GateRules.findings, NodeLabelRules.findings, APIRules.findings, HostRules.findings,
        DrainRules.findings, WebhookRules.findings, CapacityRules.findings, StateRules.findings,
        AccessRules.findings, PolicyRules.findings, NoteRules.findings, RequestRules.findings,
        DefinitionRules.findings, ReachRules.findings, ConfigurationRules.findings, WaveRules.findings,
        ConffileFindings.findings, ConfinementRules.findings,
    ]

    /// The families that need no more than the configuration of a host.
    private static let hostRules: [Rule] = [
        FlagRules.findings, GateRules.findings, NodeLabelRules.findings, HostRules.findings, AccessRules.findings,
        ConfigurationRules.findings,
    ]

    /// Everything found over the whole path, in the order of the hops, the worst first.
    ///
    /// - Parameters:
    ///   - facts: what was seen; rules about what was not asked for find nothing.
    ///   - path: the hops to come.
    ///   - knowledge: what is known to break.
    /// - Returns: the findings, each id once with all its places.
    public static func findings(_ facts: ClusterFacts, path: [HopID], knowledge: Breakage) -> [Finding] {
        let facts = facts.prepared()
        return merged(rules.flatMap { $0(facts, path, knowledge) })
    }

    /// What the configuration of a host alone tells; cheap enough to ask before every node.
    public static func hostFindings(_ facts: ClusterFacts, path: [HopID], knowledge: Breakage) -> [Finding] {
        let facts = facts.prepared()
        return merged(hostRules.flatMap { $0(facts, path, knowledge) })
    }

    /// Where a daemon of a host has a flag, files before the command line; empty where it is not seen anywhere.
    public static func places(
        of flag: String,
        daemon: String,
        on host: String,
        _ facts: ClusterFacts
    ) -> [Finding.Place] {
        guard let configuration = facts.hosts.first(where: { $0.host.name == host })?.configuration,
            let daemon = configuration.daemon(daemon)
        else { return [] }
        return DaemonArguments(host: host, daemon, configuration).all.filter {
            $0.flag == flag.replacing("_", with: "-")
        }
        .map(\.place)
    }

    /// What the probes of `findings` are, for a playbook.
    public static func probes(_ playbook: Playbook) -> [Probe] {
        playbook.hosts.filter { $0.roles != [.client] }.map { .hostConfiguration(host: $0.name) }
            + playbook.hosts.map { .identity(host: $0.name) }
            + playbook.hosts(.etcd).map { .etcdMember(host: $0.name) }
            + playbook.hosts(.controlPlane).flatMap { host -> [Probe] in
                [.apiServer(host: host.name), .apiRequests(host: host.name), .unreachedKubelets(host: host.name)]
            }
            + [.nodes, .pods, .budgets, .objects, .helmManifests]
    }

    /// The findings of which none is accepted.
    public static func open(_ findings: [Finding], accepted: [AcceptedFinding], clock: Double?) -> [Finding] {
        let ids = Set(accepted.filter { $0.holds(at: clock) }.map(\.id))
        return findings.filter { !ids.contains($0.id) }
    }

    /// One finding an id, with the places of all and the earliest hop.
    static func merged(_ findings: [Finding]) -> [Finding] {
        var byID: [String: Finding] = [:]
        var places: [String: Set<Finding.Place>] = [:]
        for finding in findings {
            let new = finding.places.filter { places[finding.id, default: []].insert($0).inserted }
            guard var known = byID[finding.id] else {
                byID[finding.id] = finding
                continue
            }
            byID[finding.id] = nil
            known.places += new
            known.hop = min(known.hop, finding.hop)
            known.severity = min(known.severity, finding.severity)
            byID[finding.id] = known
        }
        return byID.values.sorted { ($0.hop, $0.severity, $0.id) < ($1.hop, $1.severity, $1.id) }
    }
}

extension [HopID] {
    /// The hop of the path that arrives at a release, or the first one where the cluster is there already.
    func arriving(at release: MinorRelease) -> HopID? {
        guard let first, let last, release <= last.to else { return nil }
        return self.first { $0.to == release } ?? first
    }
}
