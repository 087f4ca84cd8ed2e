internal import UpgradeCore

/// What would hold or hurt a drain, by arithmetic alone: a dry-run of an eviction may really evict.
///
/// - Source: eviction with dryRun on servers below 1.13 patch levels, recorded; Kubernetes 1.14
///   pkg/registry/core/pod/storage/eviction.go
enum DrainRules {
    @Sendable
    static func findings(_ facts: ClusterFacts, _ path: [HopID], _ knowledge: Breakage) -> [Finding] {
        guard let hop = path.first else { return [] }
        let workers = facts.playbook.hosts(.worker).map(\.node)
        let byNamespace = Dictionary(grouping: facts.budgets, by: \.namespace)
        var found: [Finding] = []
        var replicas: [String: (nodes: Set<String>, count: Int)] = [:]
        for node in workers {
            for pod in facts.pods[node] ?? [] where !pod.isMirror && !pod.isOfDaemonSet && !pod.isFinished {
                if !pod.isTerminating {
                    let holding = (byNamespace[pod.namespace] ?? []).filter {
                        $0.matchLabels?.isEmpty == false && $0.covers(pod)
                    }
                    found +=
                        budgets(holding, pod, node, hop, knowledge.requirements)
                        + lost(pod, node, facts, hop, knowledge.requirements)
                }
                if let owner = pod.owner {
                    replicas["\(pod.namespace)/\(owner)", default: ([], 0)].count += 1
                    replicas["\(pod.namespace)/\(owner)"]?.nodes.insert(node)
                }
            }
        }
        return found + unread(facts.budgets, hop, knowledge.requirements) + together(replicas, workers, hop)
    }

    /// Budgets whose selectors are more than labels: their own numbers tell that they hold pods, not which.
    private static func unread(_ budgets: [BudgetState], _ hop: HopID, _ source: Requirements) -> [Finding] {
        budgets.filter { $0.matchLabels == nil && $0.expectedPods > 0 && $0.disruptionsAllowed == 0 }.map {
            refusal(of: $0, Finding.Place(object: "budget \($0.path)"), hop, source)
        }
    }

    private static func budgets(
        _ holding: [BudgetState],
        _ pod: PodState,
        _ node: String,
        _ hop: HopID,
        _ source: Requirements
    ) -> [Finding] {
        let place = Finding.Place(object: "pod \(pod.path) on \(node)")
        if holding.count > 1 {
            let names = holding.map(\.path).sorted()
            return [
                Finding(
                    id: "two-budgets/\(names.joined(separator: "+"))",
                    title: "pods are held by two budgets: \(names.joined(separator: ", "))",
                    places: [place],
                    reason: "the API answers 500 to an eviction of a pod that more than one budget selects",
                    hop: hop,
                    severity: .refusedByAPI,
                    cure: "change the selectors so that one budget holds each pod",
                    source: source.evictions.source
                )
            ]
        }
        guard let budget = holding.first, budget.disruptionsAllowed == 0 else { return [] }
        return [refusal(of: budget, place, hop, source)]
    }

    private static func refusal(
        of budget: BudgetState,
        _ place: Finding.Place,
        _ hop: HopID,
        _ source: Requirements
    ) -> Finding {
        let never = budget.expectedPods <= budget.desiredHealthy
        return Finding(
            id: "\(never ? "budget-never-allows" : "budget-exhausted")/\(budget.path)",
            title: never
                ? "budget \(budget.path) never allows an eviction"
                : "budget \(budget.path) allows no eviction now",
            places: [place],
            reason: "it wants \(budget.desiredHealthy) of \(budget.expectedPods) pods healthy, and "
                + "\(budget.currentHealthy) are: the API refuses each eviction, and the drain ends at its deadline",
            hop: hop,
            severity: never ? .refusedByAPI : .changesBehaviour,
            cure: never ? "raise the replicas, or relax the budget" : "bring its pods to health before the run",
            source: source.evictions.source
        )
    }

    /// Pods and data that a drain would delete for good.
    private static func lost(
        _ pod: PodState,
        _ node: String,
        _ facts: ClusterFacts,
        _ hop: HopID,
        _ source: Requirements
    ) -> [Finding] {
        let place = Finding.Place(object: "pod \(pod.path) on \(node)")
        var found: [Finding] = []
        if pod.owner == nil, !facts.playbook.drain.deletesBarePods {
            found.append(
                Finding(
                    id: "bare-pod/\(pod.path)",
                    title: "pod \(pod.path) has no controller; a drain would lose it",
                    places: [place],
                    reason: "nothing brings it back, and the playbook does not permit that",
                    hop: hop,
                    severity: .refusedByAPI,
                    cure: "remove it, or say `drain.delete-bare-pods: true`",
                    source: source.drain_filters.source
                )
            )
        }
        if pod.hasEmptyDir, !facts.playbook.drain.deletesEmptyDirData {
            found.append(
                Finding(
                    id: "emptydir/\(pod.namespace)/\(pod.owner ?? pod.name)",
                    title: "pods of \(pod.namespace)/\(pod.owner ?? pod.name) have emptyDir data that a drain deletes",
                    places: [place],
                    reason: "the data is nowhere else, and the playbook does not permit that",
                    hop: hop,
                    severity: .refusedByAPI,
                    cure: "move the data, or say `drain.delete-emptydir-data: true`",
                    source: source.drain_filters.source
                )
            )
        }
        for claim in pod.claims where facts.objects.localClaims.contains("\(pod.namespace)/\(claim)") {
            found.append(
                Finding(
                    id: "local-volume/\(pod.namespace)/\(claim)",
                    title: "pod \(pod.path) uses a volume of its node",
                    places: [place],
                    reason: "it cannot run elsewhere and stays Pending while its node is out",
                    hop: hop,
                    severity: .changesBehaviour,
                    cure: "know that it is away for as long as the node",
                    source: "Kubernetes documentation, Local persistent volumes"
                )
            )
        }
        return found
    }

    private static func together(
        _ replicas: [String: (nodes: Set<String>, count: Int)],
        _ workers: [String],
        _ hop: HopID
    ) -> [Finding] {
        guard workers.count > 1 else { return [] }
        return replicas.compactMap { owner, placed in
            guard placed.count > 1, placed.nodes.count == 1, let node = placed.nodes.first else { return nil }
            return Finding(
                id: "all-on-one-node/\(owner)",
                title: "all \(placed.count) pods of \(owner) are on \(node)",
                places: [Finding.Place(object: "node \(node)")],
                reason: "the drain of that node takes all of them at once, where no budget forbids it",
                hop: hop,
                severity: .changesBehaviour,
                cure: "spread them, or put a budget over them",
                source: "Kubernetes documentation, Safely Drain a Node"
            )
        }
    }
}
