import UpgradeCore

/// Which pods of a node a drain moves, and which it must not touch.
///
/// - Source: kubectl drain, Kubernetes 1.14 pkg/kubectl/drain/filters.go
struct DrainDecision {
    /// The node.
    var node: String
    /// Every pod on it.
    var pods: [PodState]

    /// The pods that have to go.
    ///
    /// Mirror pods and pods of a DaemonSet stay. A finished pod runs nothing: kubectl may remove it without asking, and
    /// nothing waits for it.
    var toMove: [PodState] {
        pods.filter { !$0.isMirror && !$0.isOfDaemonSet && !$0.isFinished }
    }

    /// What the playbook does not permit; `nil` when it permits all.
    ///
    /// A pod whose deletion somebody requested already is lost anyway.
    func refusal(_ options: DrainOptions) -> Unmet? {
        let staying = toMove.filter { !$0.isTerminating }
        let bare = staying.filter { $0.owner == nil }.map(\.path).sorted()
        if !options.deletesBarePods, !bare.isEmpty { return .barePods(node: node, pods: bare) }
        let emptyDir = staying.filter(\.hasEmptyDir).map(\.path).sorted()
        if !options.deletesEmptyDirData, !emptyDir.isEmpty { return .emptyDirPods(node: node, pods: emptyDir) }
        return nil
    }

    /// The first pod that no drain can ever move, by what the budgets say of themselves.
    ///
    /// Pure arithmetic: an eviction with `dryRun` really evicts on the releases that the tool starts from.
    func hopelessBudget(_ budgets: [BudgetState]) -> Unmet? {
        // Only a budget of its namespace covers a pod; a large cluster has thousands of others.
        let byNamespace = Dictionary(grouping: budgets, by: \.namespace)
        for pod in toMove where !pod.isTerminating {
            let holding = (byNamespace[pod.namespace] ?? []).filter { $0.holds(pod) }
            if holding.count > 1 { return .twoBudgets(pod: pod.path, budgets: holding.map(\.path).sorted()) }
            if let budget = holding.first(where: \.neverAllows) {
                return .budgetNeverAllows(budget: budget.path, pod: pod.path, node: node)
            }
        }
        return nil
    }
}

extension BudgetState {
    /// Whether an eviction of `pod` asks this budget; one with an empty selector holds nothing.
    ///
    /// - Source: Kubernetes 1.14, pkg/registry/core/pod/storage/eviction.go, getPodDisruptionBudgets.
    fileprivate func holds(_ pod: PodState) -> Bool {
        matchLabels?.isEmpty == false && covers(pod)
    }

    /// Whether no eviction is allowed now, nor will be with all its pods healthy.
    fileprivate var neverAllows: Bool {
        disruptionsAllowed == 0 && currentHealthy <= desiredHealthy && expectedPods <= desiredHealthy
    }
}
