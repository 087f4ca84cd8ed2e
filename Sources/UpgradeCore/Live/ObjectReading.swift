import FoundationEssentials

/// Reads what kubectl prints.
enum ObjectReading {
    /// The annotation of a static pod's mirror.
    /// - Source: Kubernetes 1.14 pkg/kubelet/types/pod_update.go, ConfigMirrorAnnotationKey
    private static let mirror = "kubernetes.io/config.mirror"
    /// The annotation that holds a leader record.
    /// - Source: Kubernetes 1.14 client-go tools/leaderelection/resourcelock/interface.go
    private static let leaderRecord = "control-plane.alpha.kubernetes.io/leader"

    static func nodes(_ text: String) throws(ReadingError) -> [NodeState] {
        try HostJSON.read(KubernetesObjects.List<KubernetesObjects.Node>.self, text).items.map(state)
    }

    static func node(_ text: String) throws(ReadingError) -> NodeState? {
        guard !isEmpty(text) else { return nil }
        return state(try HostJSON.read(KubernetesObjects.Node.self, text))
    }

    static func pods(_ text: String) throws(ReadingError) -> [PodState] {
        try HostJSON.read(KubernetesObjects.List<KubernetesObjects.Pod>.self, text).items.map(state)
    }

    static func podsByNode(_ text: String) throws(ReadingError) -> [String: [PodState]] {
        var pods: [String: [PodState]] = [:]
        for pod in try HostJSON.read(KubernetesObjects.List<KubernetesObjects.Pod>.self, text).items {
            pods[pod.spec.nodeName ?? "", default: []].append(state(pod))
        }
        return pods
    }

    static func budgets(_ text: String) throws(ReadingError) -> [BudgetState] {
        try HostJSON.read(KubernetesObjects.List<KubernetesObjects.Budget>.self, text).items.map { budget in
            BudgetState(
                namespace: budget.metadata.namespace ?? "",
                name: budget.metadata.name,
                matchLabels: labels(of: budget),
                disruptionsAllowed: budget.status?.disruptionsAllowed ?? 0,
                currentHealthy: budget.status?.currentHealthy ?? 0,
                desiredHealthy: budget.status?.desiredHealthy ?? 0,
                expectedPods: budget.status?.expectedPods ?? 0
            )
        }
    }

    static func daemonSet(_ sections: Sections) throws(ReadingError) -> DaemonSetState? {
        let object = try sections.part("daemonset")
        let pods = try sections.part("pods")
        guard !isEmpty(object.text) else { return nil }
        let daemonSet = try HostJSON.read(KubernetesObjects.DaemonSet.self, object.text)
        var byNode: [String: PodState] = [:]
        for pod in try HostJSON.read(KubernetesObjects.List<KubernetesObjects.Pod>.self, pods.text).items {
            guard let node = pod.spec.nodeName, let owner = pod.metadata.controller, owner.kind == "DaemonSet",
                owner.name == daemonSet.metadata.name, owner.uid == daemonSet.metadata.uid
            else { continue }
            // While one is ending and the next has begun, the next is the node's pod.
            if let other = byNode[node], !other.isTerminating, pod.metadata.deletionTimestamp != nil { continue }
            byNode[node] = state(pod)
        }
        let containers = daemonSet.spec.template.spec.containers ?? []
        let variables = containers.flatMap { $0.env ?? [] }
        return DaemonSetState(
            image: containers.first?.image ?? "",
            updateStrategy: daemonSet.spec.updateStrategy?.type ?? "",
            datastoreType: variables.first { $0.name == "DATASTORE_TYPE" }?.value,
            outdated: daemonSet.outdated,
            pods: byNode
        )
    }

    static func markedDaemonSets(_ text: String) throws(ReadingError) -> [MarkedDaemonSet] {
        try HostJSON.read(KubernetesObjects.List<KubernetesObjects.DaemonSet>.self, text).items.compactMap { one in
            guard let run = one.metadata.annotations?[Kubectl.strategyMark],
                let prior = one.metadata.annotations?[Kubectl.strategyBefore]
            else { return nil }
            return MarkedDaemonSet(
                namespace: one.metadata.namespace ?? "",
                name: one.metadata.name,
                strategy: one.spec.updateStrategy?.type ?? "",
                run: run,
                prior: prior,
                outdated: one.outdated
            )
        }
    }

    static func deployment(_ text: String) throws(ReadingError) -> DeploymentState? {
        guard !isEmpty(text) else { return nil }
        let deployment = try HostJSON.read(KubernetesObjects.Deployment.self, text)
        let status = deployment.status
        let updated = max(0, status?.updatedReplicas ?? 0)
        // Which of the available ones are new is not said; at least those that cannot be old ones.
        let old = max(0, (status?.replicas ?? 0).saturatingSubtract(updated))
        let isSeen = (status?.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
        return DeploymentState(
            image: deployment.spec.template.spec.containers?.first?.image ?? "",
            replicas: deployment.spec.replicas ?? 1,
            updatedAndAvailable: isSeen
                ? min(updated, max(0, (status?.availableReplicas ?? 0).saturatingSubtract(old))) : 0,
            maxUnavailable: maxUnavailable(deployment.spec)
        )
    }

    /// A percentage is of the replicas, rounded down; where that is none, the API counts one unless pods may surge.
    ///
    /// - Source: Kubernetes 1.12 pkg/controller/deployment/util/deployment_util.go, ResolveFenceposts
    private static func maxUnavailable(_ spec: KubernetesObjects.Deployment.Spec) -> Int? {
        guard let strategy = spec.strategy else { return nil }
        let replicas = spec.replicas ?? 1
        guard strategy.type != "Recreate" else { return replicas }
        switch strategy.rollingUpdate?.maxUnavailable {
        case .number(let count): return count
        case .text(let text):
            guard text.hasSuffix("%"), let percent = Int(text.dropLast()), (0...100).contains(percent) else {
                return nil
            }
            return Int(Double(replicas) * Double(percent) / 100)
        case nil: return nil
        }
    }

    /// An API server that does not answer is unhealthy, not an error.
    static func apiServer(_ sections: Sections) throws(ReadingError) -> APIServerState {
        let health = try sections.part("health")
        let version = try sections.part("version")
        return APIServerState(
            isHealthy: health.succeeded && health.text == "ok",
            version: version.succeeded
                ? HostJSON.value(KubernetesObjects.Version.self, version.text).flatMap {
                    KubernetesVersion($0.gitVersion)
                }
                : nil
        )
    }

    static func apiServers(_ text: String) throws(ReadingError) -> [String] {
        let endpoints = try HostJSON.read(KubernetesObjects.Endpoints.self, text)
        return (endpoints.subsets ?? []).flatMap { $0.addresses ?? [] }.map(\.ip)
    }

    static func leader(_ sections: Sections) throws(ReadingError) -> LeaderState? {
        let endpoints = try sections.part("endpoints")
        let lease = try sections.part("lease")
        guard let now = HostClock.seconds(try sections.part("clock").text) else { throw .unreadable("no clock") }
        var records: [KubernetesObjects.LeaderRecord] = []
        if !isEmpty(endpoints.text) {
            let object = try HostJSON.read(KubernetesObjects.Endpoints.self, endpoints.text)
            if let record = object.metadata.annotations?[leaderRecord] {
                records.append(try HostJSON.read(KubernetesObjects.LeaderRecord.self, record))
            }
        }
        // An API server may not know Lease objects; then the lock is not one.
        if lease.succeeded, !isEmpty(lease.text) {
            let spec = try HostJSON.read(KubernetesObjects.Lease.self, lease.text).spec
            records.append(.init(holderIdentity: spec?.holderIdentity, renewTime: spec?.renewTime))
        }
        var newest: LeaderState?
        for record in records {
            guard let holder = record.holderIdentity, !holder.isEmpty else { continue }
            guard let renewed = record.renewTime.flatMap(seconds) else { throw .unreadable("no renewTime") }
            let state = LeaderState(holder: holder, secondsSinceRenewal: now - renewed)
            if newest.map({ state.secondsSinceRenewal < $0.secondsSinceRenewal }) ?? true { newest = state }
        }
        return newest
    }

    private static func isEmpty(_ text: String) -> Bool { text.allSatisfy(\.isWhitespace) }

    /// Seconds since 1970 of `2026-11-22T15:15:00Z` or `2026-11-22T15:15:00.191095Z`.
    private static func seconds(_ text: String) -> Double? {
        let whole = text.prefix { $0 != "." && $0 != "Z" }
        let fraction = text.dropFirst(whole.count).prefix { $0 != "Z" }
        do {
            let date = try Date("\(whole)Z", strategy: .iso8601)
            return date.timeIntervalSince1970 + (Double("0\(fraction)") ?? 0)
        } catch {
            return nil
        }
    }

    private static func labels(of budget: KubernetesObjects.Budget) -> [String: String]? {
        guard let selector = budget.spec?.selector, selector.matchExpressions?.isEmpty ?? true else { return nil }
        let labels = selector.matchLabels ?? [:]
        // In policy/v1beta1 an empty selector matches no pod, later every pod.
        // Source: Kubernetes 1.14 pkg/registry/core/pod/storage/eviction.go, getPodDisruptionBudgets
        if labels.isEmpty, budget.apiVersion?.hasSuffix("beta1") == true { return nil }
        return labels
    }

    private static func state(_ node: KubernetesObjects.Node) -> NodeState {
        let ready = node.status?.conditions?.first { $0.type == "Ready" && $0.status == "True" }
        return NodeState(
            name: node.metadata.name,
            isReady: ready != nil,
            isCordoned: node.spec?.unschedulable ?? false,
            cordonMark: node.metadata.annotations?[Kubectl.cordonMark],
            kubeletVersion: node.status?.nodeInfo?.kubeletVersion.flatMap { KubernetesVersion($0) },
            taints: node.spec?.taints?.map(\.key) ?? [],
            labels: node.metadata.labels ?? [:],
            runtime: node.status?.nodeInfo?.containerRuntimeVersion ?? "",
            room: node.status?.allocatable.map(Quantity.resources),
            // Source: Kubernetes 1.12 pkg/kubelet/nodestatus/setters.go, ReadyCondition
            confinesPods: ready?.message?.contains("AppArmor enabled")
        )
    }

    private static func state(_ pod: KubernetesObjects.Pod) -> PodState {
        PodState(
            namespace: pod.metadata.namespace ?? "",
            name: pod.metadata.name,
            uid: pod.metadata.uid ?? "",
            owner: pod.metadata.controller.map { "\($0.kind)/\($0.name)" },
            isMirror: pod.metadata.annotations?[mirror] != nil,
            hasEmptyDir: pod.spec.volumes?.contains { $0.emptyDir != nil } ?? false,
            isFinished: pod.status?.phase == "Succeeded" || pod.status?.phase == "Failed",
            isReady: pod.status?.conditions?.contains { $0.type == "Ready" && $0.status == "True" } ?? false,
            isTerminating: pod.metadata.deletionTimestamp != nil,
            labels: pod.metadata.labels ?? [:],
            image: pod.spec.containers?.first?.image ?? "",
            nodeSelector: pod.spec.nodeSelector ?? [:],
            tolerations: pod.spec.tolerations?.compactMap(\.key) ?? [],
            requests: (pod.spec.containers ?? []).map { Quantity.resources($0.resources?.requests ?? [:]) }
                .reduce(Resources(pods: 1), +),
            claims: pod.spec.volumes?.compactMap { $0.persistentVolumeClaim?.claimName } ?? [],
            isCriticalByAnnotation: isCritical(pod.metadata.annotations, pod.spec)
        )
    }

    /// Whether a pod or a template has the critical-pod annotation and no priority class.
    ///
    /// - Source: Kubernetes 1.12 pkg/kubelet/types/pod_update.go, CriticalPodAnnotationKey
    static func isCritical(_ annotations: [String: String]?, _ spec: KubernetesObjects.PodSpec) -> Bool {
        annotations?["scheduler.alpha.kubernetes.io/critical-pod"] != nil && (spec.priorityClassName ?? "").isEmpty
    }
}
