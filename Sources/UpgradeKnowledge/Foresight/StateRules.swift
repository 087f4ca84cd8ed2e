internal import UpgradeCore

/// What somebody left behind: cordons, mixed versions, holds, and an etcd that is nearly full.
enum StateRules {
    @Sendable
    static func findings(_ facts: ClusterFacts, _ path: [HopID], _ knowledge: Breakage) -> [Finding] {
        guard let hop = path.first else { return [] }
        return cordons(facts, hop) + mixed(facts, hop) + outside(facts, path) + holds(facts, hop)
            + etcd(facts, hop, knowledge.requirements.etcd) + etcdVersions(facts, path, knowledge.versions)
    }

    private static func cordons(_ facts: ClusterFacts, _ hop: HopID) -> [Finding] {
        // What the playbook says of them is an answer.
        guard facts.playbook.foreignCordons != .keep else { return [] }
        let workers = Set(facts.playbook.hosts(.worker).map(\.node))
        return facts.nodes.filter { $0.isCordoned && $0.cordonMark == nil && workers.contains($0.name) }.map { node in
            Finding(
                id: "foreign-cordon/\(node.name)",
                title: "node \(node.name) is cordoned by somebody else",
                places: [Finding.Place(object: "node \(node.name)")],
                reason: "it takes no pods of the others, and an upgrade that lifts the cordon undoes their decision",
                hop: hop,
                severity: .changesBehaviour,
                cure: "uncordon it, or say `foreign-cordons: keep` in the playbook",
                source: "wikimedia operations/cookbooks af181e2"
            )
        }
    }

    private static func mixed(_ facts: ClusterFacts, _ hop: HopID) -> [Finding] {
        let workers = Set(facts.playbook.hosts(.worker).map(\.node))
        let kubelets = facts.nodes.filter { workers.contains($0.name) }.compactMap(\.kubeletVersion?.release)
        let servers = facts.servers.values.compactMap(\.version?.release)
        return [("kubelets", kubelets), ("API servers", servers)].compactMap { what, releases in
            let all = Set(releases).sorted()
            guard all.count > 1 else { return nil }
            return Finding(
                id: "mixed-versions/\(what == "kubelets" ? "kubelet" : "kube-apiserver")",
                title: "\(what) run \(all.map(\.description).joined(separator: ", "))",
                places: [],
                reason: "an earlier upgrade ended half way, or is still going on",
                hop: hop,
                severity: .changesBehaviour,
                cure: "end that upgrade first, or let this run begin at the lowest release",
                source: "kubernetes/website version-skew-policy.md"
            )
        }
    }

    /// Nodes that the playbook does not upgrade fall behind with every hop.
    private static func outside(_ facts: ClusterFacts, _ path: [HopID]) -> [Finding] {
        let workers = Set(facts.playbook.hosts(.worker).map(\.node))
        let catalog = (try? HopCatalog.all()) ?? [:]
        return facts.nodes.filter { !workers.contains($0.name) }.compactMap { node in
            guard let release = node.kubeletVersion?.release else { return nil }
            let broken = path.first { hop in
                guard let limit = catalog[hop]?.kubeletSkewLimit.value else { return false }
                return release.major == hop.to.major && hop.to.minor - release.minor > limit
            }
            guard let hop = broken, let limit = catalog[hop]?.kubeletSkewLimit else { return nil }
            return Finding(
                id: "node-left-behind/\(node.name)",
                title:
                    "node \(node.name) is not in the playbook and falls \(hop.to.minor - release.minor) releases behind",
                places: [Finding.Place(object: "node \(node.name): kubelet \(release)")],
                reason: "a kubelet may be \(limit.value) releases behind the API servers",
                hop: hop,
                severity: .refusedByAPI,
                cure: "add its host to the playbook, or remove the node",
                source: limit.source
            )
        }
    }

    private static func holds(_ facts: ClusterFacts, _ hop: HopID) -> [Finding] {
        let names = facts.playbook.packages
        let components =
            (facts.playbook.calico?.packages ?? []) + (facts.playbook.helm?.programs.flatMap(\.packages) ?? [])
        let ours = Set(names.controlPlane + names.node + names.client + components)
        return facts.hosts.flatMap { host, configuration in
            ours.intersection(configuration.holds).sorted().map { name in
                Finding(
                    id: "package-held/\(name)",
                    title: "package \(name) is on hold",
                    places: [Finding.Place(host: host.name)],
                    reason: "apt refuses to change it",
                    hop: hop,
                    severity: .refusedByAPI,
                    cure: "`apt-mark unhold \(name)`, if the hold may go",
                    source: "apt-mark(8)"
                )
            }
        }
    }

    private static func etcd(_ facts: ClusterFacts, _ hop: HopID, _ rule: Requirements.Etcd) -> [Finding] {
        facts.members.sorted { $0.key < $1.key }.flatMap { host, member -> [Finding] in
            let quota = quota(of: host, facts) ?? rule.quota_bytes
            var found = member.alarms.map { alarm in
                Finding(
                    id: "etcd-alarm/\(alarm)",
                    title: "etcd has raised \(alarm)",
                    places: [Finding.Place(host: host)],
                    reason: rule.rule,
                    hop: hop,
                    severity: .refusedByAPI,
                    cure: "mend the cause, compact and defragment, then `etcdctl alarm disarm`",
                    source: rule.source
                )
            }
            // Every object may be written anew during a hop; what is used now must fit beside it.
            if member.databaseSize.bytes > quota / 10 * 8 {
                found.append(
                    Finding(
                        id: "etcd-size/\(host)",
                        title: "etcd's database fills \(member.databaseSize.bytes / (quota / 100)) % of its quota",
                        places: [Finding.Place(host: host, object: "\(member.databaseSize)")],
                        reason: rule.rule,
                        hop: hop,
                        severity: .changesBehaviour,
                        cure: "compact and defragment, or raise --quota-backend-bytes",
                        source: rule.source
                    )
                )
            }
            return found
        }
    }

    /// Members below what a release of the path is recommended for production with.
    private static func etcdVersions(
        _ facts: ClusterFacts,
        _ path: [HopID],
        _ known: VersionKnowledge
    ) -> [Finding] {
        func least(_ hop: HopID, _ version: PatchVersion) -> (minimum: String, source: String)? {
            guard let etcd = known.kubernetes(hop.to)?.etcd, !etcd.isRecommended(version) else { return nil }
            let fact = "kubernetes/\(hop.to)/etcd/minimum-recommended-for-production"
            let change = known.overrides.last { $0.fact == fact }
            return (
                etcd.minimums.map(\.description).joined(separator: " or "),
                change.map { "the playbook: \($0.source)" } ?? "kubernetes.yaml: \(etcd.minimumSource)"
            )
        }
        return facts.members.sorted { $0.key < $1.key }.compactMap { host, member in
            guard let version = PatchVersion(member.version),
                let (hop, wanted) = path.lazy.compactMap({ hop in least(hop, version).map { (hop, $0) } }).first
            else { return nil }
            return Finding(
                id: "etcd-version/\(version.release)",
                title: "etcd \(version.release) is below what Kubernetes \(hop.to) is recommended with",
                places: [Finding.Place(host: host, object: "etcd \(version)")],
                reason: "\(wanted.minimum) or later is recommended for production; nobody tests the release with less",
                hop: hop,
                severity: .changesBehaviour,
                cure: "bring etcd to \(wanted.minimum) or later before the hop, one minor release at a time",
                source: wanted.source
            )
        }
    }

    private static func quota(of host: String, _ facts: ClusterFacts) -> Int64? {
        guard let found = facts.hosts.first(where: { $0.host.name == host }),
            let daemon = found.configuration.daemon("etcd")
        else { return nil }
        let arguments = facts.arguments(of: daemon, on: host)
        let value = arguments.first { $0.flag == "--quota-backend-bytes" }?.value
        return value.flatMap { Int64($0) }.flatMap { $0 > 100 ? $0 : nil }
    }
}
