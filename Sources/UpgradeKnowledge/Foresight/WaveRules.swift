internal import UpgradeCore

/// What the nodes of one wave, out together, mean for budgets and for APIs of other servers; by arithmetic alone.
enum WaveRules {
    @Sendable
    static func findings(_ facts: ClusterFacts, _ path: [HopID], _ knowledge: Breakage) -> [Finding] {
        guard let hop = path.first else { return [] }
        let waves = facts.outTogether()
        let certain = budgets(facts, waves, hop, knowledge.requirements)
        return certain + behindFailures(facts, certain, hop, knowledge.requirements) + aggregated(facts, waves, hop)
            + onlyCanaries(facts, hop)
    }

    /// Groups that have no wave of their own, for each worker of them is a canary: their own limits hold for nobody.
    private static func onlyCanaries(_ facts: ClusterFacts, _ hop: HopID) -> [Finding] {
        guard let waves = facts.waves else { return [] }
        let drawn = Set(waves.compactMap(\.name))
        return facts.playbook.waves.groups.filter { !drawn.contains($0.name) }.map { group in
            Finding(
                id: "group-of-canaries/\(group.name)",
                title: "the group \(group.name) of workers has no wave of its own",
                places: [],
                reason: "each of its workers is a canary: they go first, one at a time, and none of them may fail",
                hop: hop,
                severity: .worthKnowing,
                cure: "nothing, or name other workers in `workers.canary`",
                source: "the playbook: workers.canary, workers.groups"
            )
        }
    }

    /// Budgets that end a drain half way only while a node is out that failed, as the failure budget allows.
    private static func behindFailures(
        _ facts: ClusterFacts,
        _ certain: [Finding],
        _ hop: HopID,
        _ source: Requirements
    ) -> [Finding] {
        let refused = Set(certain.filter { $0.severity == .refusedByAPI }.map(\.id))
        let found = budgets(facts, facts.outTogether(failed: true), hop, source)
        return found.filter { $0.severity == .refusedByAPI && !refused.contains($0.id) }.map { finding in
            var finding = finding
            finding.id += "/behind-failures"
            finding.title += ", behind workers that failed"
            finding.severity = .worthKnowing
            finding.cure = "make room or label another node, relax the budget, or make `workers.failure-budget` smaller"
            return finding
        }
    }

    /// In so many rounds of evictions a drain goes as drains go.
    private static let quietRounds = 2

    /// Budgets that allow some evictions, but far fewer than one wave has pods of them.
    private static func budgets(
        _ facts: ClusterFacts,
        _ waves: [[String]],
        _ hop: HopID,
        _ source: Requirements
    ) -> [Finding] {
        let budgets = facts.budgets.filter { $0.disruptionsAllowed > 0 && $0.matchLabels?.isEmpty == false }
        guard !budgets.isEmpty else { return [] }
        let byNamespace = Dictionary(grouping: budgets, by: \.namespace)
        let free = facts.room
        var found: [String: Finding] = [:]
        var isStuck: Set<String> = []
        for wave in waves {
            var held: [String: (budget: BudgetState, pods: [PodState])] = [:]
            for pod in wave.flatMap({ facts.pods[$0] ?? [] }) where pod.isMoved {
                for budget in byNamespace[pod.namespace] ?? [] where budget.covers(pod) {
                    held[budget.path, default: (budget, [])].pods.append(pod)
                }
            }
            for (path, (budget, pods)) in held where pods.count > budget.disruptionsAllowed {
                // One that finds no other node stays Pending, and the budget then allows nothing more.
                let out = Set(wave)
                let stuck = pods.first { pod in !fits(pod, facts, free, outside: out) }
                guard stuck != nil || pods.count > quietRounds * budget.disruptionsAllowed else { continue }
                guard found[path] == nil || stuck != nil && !isStuck.contains(path) else { continue }
                if stuck != nil { isStuck.insert(path) }
                found[path] = finding(budget, pods.count, stuck, wave, hop, source)
            }
        }
        return found.sorted { $0.key < $1.key }.map(\.value)
    }

    private static func finding(
        _ budget: BudgetState,
        _ count: Int,
        _ stuck: PodState?,
        _ wave: [String],
        _ hop: HopID,
        _ source: Requirements
    ) -> Finding {
        let nodes = wave.joined(separator: ", ")
        let numbers = "\(count) of its pods are on \(nodes), and it allows \(budget.disruptionsAllowed) at a time"
        guard let stuck else {
            return Finding(
                id: "budget-serialises/\(budget.path)",
                title: "budget \(budget.path) lets a wave go only one part after another",
                places: [Finding.Place(object: "nodes \(nodes)")],
                reason: "\(numbers): the drain waits for each replacement, within its deadline",
                hop: hop,
                severity: .worthKnowing,
                cure: "raise the replicas, relax the budget, or give `drain.deadline` the time",
                source: source.evictions.source
            )
        }
        return Finding(
            id: "budget-stuck/\(budget.path)",
            title: "budget \(budget.path) ends the drain of a wave half way",
            places: [Finding.Place(object: "pod \(stuck.path) on \(nodes)")],
            reason:
                "\(numbers); a pod like \(stuck.name) fits on no other node, so that what was evicted stays Pending "
                + "and nothing more is allowed",
            hop: hop,
            severity: .refusedByAPI,
            cure: "make room or label another node for it, relax the budget, or make `workers.batch` smaller",
            source: source.evictions.source
        )
    }

    private static func fits(
        _ pod: PodState,
        _ facts: ClusterFacts,
        _ free: [String: Resources?],
        outside wave: Set<String>
    ) -> Bool {
        facts.nodes.contains { node in
            guard !wave.contains(node.name), let room = free[node.name],
                pod.nodeSelector.allSatisfy({ node.labels[$0.key] == $0.value })
            else { return false }
            guard let room else { return true }
            return pod.requests.cpu <= room.cpu && pod.requests.memory <= room.memory && pod.requests.pods <= room.pods
        }
    }

    /// APIs of other servers whose only backends are drained together.
    private static func aggregated(_ facts: ClusterFacts, _ waves: [[String]], _ hop: HopID) -> [Finding] {
        facts.objects.aggregated.filter(\.isAvailable).compactMap { api in
            guard let selector = facts.objects.services[api.service], !selector.isEmpty else { return nil }
            let nodes = WebhookRules.backends(of: api.service, selector, facts)
            guard !nodes.isEmpty, let wave = waves.first(where: { Set($0).isSuperset(of: nodes) }) else { return nil }
            return Finding(
                id: "aggregated-api-backend/\(api.name)",
                title: "every backend of the aggregated API \(api.name) is on \(nodes.joined(separator: ", "))",
                places: [Finding.Place(object: "service \(api.service)")],
                reason: "while \(wave.joined(separator: ", ")) is drained the API does not answer: discovery is "
                    + "incomplete, and what lists all APIs fails",
                hop: hop,
                severity: .changesBehaviour,
                cure: "run its backend on nodes of two waves",
                source: "urgent-notes.yaml: k114-aggregated-openapi, k116-discovery-timeout"
            )
        }
    }
}

extension PodState {
    /// Whether a drain moves it.
    fileprivate var isMoved: Bool { !isMirror && !isOfDaemonSet && !isFinished && !isTerminating && owner != nil }
}
