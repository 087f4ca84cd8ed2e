/// An API server, asked on its own address.
public struct APIServerState: Hashable, Sendable, Codable {
    /// Whether `/healthz` answers `ok`.
    public var isHealthy: Bool
    /// What `/version` says; `nil` when it does not answer.
    public var version: KubernetesVersion?

    /// Makes a state.
    public init(isHealthy: Bool, version: KubernetesVersion?) {
        self.isHealthy = isHealthy
        self.version = version
    }
}

/// Who holds a leader lock.
public struct LeaderState: Hashable, Sendable, Codable {
    /// The holder's identity: the host's name, an underscore and a unique part.
    public var holder: String
    /// Seconds since the lock was renewed, by the API host's clock.
    public var secondsSinceRenewal: Double

    /// Makes a state.
    public init(holder: String, secondsSinceRenewal: Double) {
        self.holder = holder
        self.secondsSinceRenewal = secondsSinceRenewal
    }
}

/// A Node object.
public struct NodeState: Hashable, Sendable, Codable {
    /// Its name.
    public var name: String
    /// Whether its Ready condition is True.
    public var isReady: Bool
    /// Whether `spec.unschedulable` is set.
    public var isCordoned: Bool
    /// The run that cordoned it, from the annotation that this tool sets in the same request; `nil` for a cordon of
    /// somebody else, or none.
    public var cordonMark: String?
    /// What its kubelet reports.
    public var kubeletVersion: KubernetesVersion?
    /// Keys of its taints.
    public var taints: [String]
    /// Its labels.
    public var labels: [String: String]
    /// The container runtime and its version, such as `docker://18.6.3`; empty where the node reports none.
    public var runtime: String
    /// What it can give to pods; `nil` where the node reports nothing.
    public var room: Resources?
    /// Whether its kubelet says that it confines pods with AppArmor; `nil` where it says nothing, as when not ready.
    public var confinesPods: Bool?

    /// Makes a state.
    public init(
        name: String,
        isReady: Bool = true,
        isCordoned: Bool = false,
        cordonMark: String? = nil,
        kubeletVersion: KubernetesVersion?,
        taints: [String] = [],
        labels: [String: String] = [:],
        runtime: String = "",
        room: Resources? = nil,
        confinesPods: Bool? = nil
    ) {
        self.name = name
        self.isReady = isReady
        self.isCordoned = isCordoned
        self.cordonMark = cordonMark
        self.kubeletVersion = kubeletVersion
        self.taints = taints
        self.labels = labels
        self.runtime = runtime
        self.room = room
        self.confinesPods = confinesPods
    }
}

/// A pod and what a drain must know of it.
public struct PodState: Hashable, Sendable, Codable {
    /// Its namespace.
    public var namespace: String
    /// Its name.
    public var name: String
    /// Its unique id.
    public var uid: String
    /// The kind and name of its controller, such as `ReplicaSet/web-5d8f`; `nil` for a bare pod.
    public var owner: String?
    /// Whether it is the mirror of a static pod.
    public var isMirror: Bool
    /// Whether it mounts an emptyDir volume.
    public var hasEmptyDir: Bool
    /// Whether its phase is Succeeded or Failed.
    public var isFinished: Bool
    /// Whether its Ready condition is True.
    public var isReady: Bool
    /// Whether its deletion was requested.
    public var isTerminating: Bool
    /// Its labels.
    public var labels: [String: String]
    /// The image of its first container.
    public var image: String
    /// The node labels that it wants.
    public var nodeSelector: [String: String]
    /// The keys of the taints that it tolerates.
    public var tolerations: [String]
    /// What its containers request.
    public var requests: Resources
    /// The names of the claims that it mounts.
    public var claims: [String]
    /// Whether it has the critical-pod annotation and no priority class.
    public var isCriticalByAnnotation: Bool

    /// Makes a state.
    public init(
        namespace: String,
        name: String,
        uid: String = "",
        owner: String?,
        isMirror: Bool = false,
        hasEmptyDir: Bool = false,
        isFinished: Bool = false,
        isReady: Bool = true,
        isTerminating: Bool = false,
        labels: [String: String] = [:],
        image: String = "",
        nodeSelector: [String: String] = [:],
        tolerations: [String] = [],
        requests: Resources = Resources(),
        claims: [String] = [],
        isCriticalByAnnotation: Bool = false
    ) {
        self.namespace = namespace
        self.name = name
        self.uid = uid
        self.owner = owner
        self.isMirror = isMirror
        self.hasEmptyDir = hasEmptyDir
        self.isFinished = isFinished
        self.isReady = isReady
        self.isTerminating = isTerminating
        self.labels = labels
        self.image = image
        self.nodeSelector = nodeSelector
        self.tolerations = tolerations
        self.requests = requests
        self.claims = claims
        self.isCriticalByAnnotation = isCriticalByAnnotation
    }

    /// `namespace/name`.
    public var path: String { "\(namespace)/\(name)" }

    /// Whether a DaemonSet controls it.
    public var isOfDaemonSet: Bool { owner?.hasPrefix("DaemonSet/") ?? false }
}

/// A PodDisruptionBudget.
public struct BudgetState: Hashable, Sendable, Codable {
    /// Its namespace.
    public var namespace: String
    /// Its name.
    public var name: String
    /// The labels that its selector wants; `nil` for a selector that is more than labels.
    public var matchLabels: [String: String]?
    /// How many disruptions it allows now.
    public var disruptionsAllowed: Int
    /// How many pods it counts as healthy.
    public var currentHealthy: Int
    /// How many it wants healthy.
    public var desiredHealthy: Int
    /// How many pods it is about.
    public var expectedPods: Int

    /// Makes a state.
    public init(
        namespace: String,
        name: String,
        matchLabels: [String: String]?,
        disruptionsAllowed: Int,
        currentHealthy: Int,
        desiredHealthy: Int,
        expectedPods: Int
    ) {
        self.namespace = namespace
        self.name = name
        self.matchLabels = matchLabels
        self.disruptionsAllowed = disruptionsAllowed
        self.currentHealthy = currentHealthy
        self.desiredHealthy = desiredHealthy
        self.expectedPods = expectedPods
    }

    /// `namespace/name`.
    public var path: String { "\(namespace)/\(name)" }

    /// Whether the budget counts `pod`, as far as its labels tell; an empty selector counts every pod of the namespace.
    public func covers(_ pod: PodState) -> Bool {
        guard pod.namespace == namespace, let matchLabels else { return false }
        return matchLabels.allSatisfy { pod.labels[$0.key] == $0.value }
    }
}

/// A DaemonSet and its pods.
public struct DaemonSetState: Hashable, Sendable, Codable {
    /// The image of the first container of its template.
    public var image: String
    /// `OnDelete` or `RollingUpdate`.
    public var updateStrategy: String
    /// What `DATASTORE_TYPE` of its containers is; `nil` where none has it.
    public var datastoreType: String?
    /// How many of its pods are not of its template, whatever differs; `nil` where the controller has not looked yet.
    public var outdated: Int?
    /// Its pods by node name.
    public var pods: [String: PodState]

    /// Makes a state.
    public init(
        image: String,
        updateStrategy: String,
        datastoreType: String? = nil,
        outdated: Int? = nil,
        pods: [String: PodState]
    ) {
        self.image = image
        self.outdated = outdated
        self.datastoreType = datastoreType
        self.updateStrategy = updateStrategy
        self.pods = pods
    }
}

extension DaemonSetState {
    /// Nodes whose pod is of another image than the template.
    var behind: [String] { pods.filter { $0.value.image != image }.keys.sorted() }

    private var moved: [String] { pods.filter { $0.value.image == image }.keys.sorted() }

    /// Whether any strategy but `OnDelete` would replace pods at once.
    public var isBehind: Bool { !behind.isEmpty || (outdated ?? 0) > 0 }

    /// Which pods that would be.
    var behindText: String {
        let which = behind.isEmpty ? "\(outdated ?? 0) pods" : "the pods of \(behind.joined(separator: ", "))"
        return
            "\(which) are not of its template: with any other strategy than OnDelete they are replaced at once, behind no gate"
    }

    /// How a change of the template stands: it can be taken back as long as no pod has it.
    var template: SideEffect.Standing {
        if behind.isEmpty { return .over }
        return behind.count == pods.count
            ? .ours
            : .kept(why: "the pods of \(moved.joined(separator: ", ")) have it already", next: SideEffect.rollsOn)
    }
}

/// A Deployment.
public struct DeploymentState: Hashable, Sendable, Codable {
    /// The image of the first container of its template.
    public var image: String
    /// Replicas wanted.
    public var replicas: Int
    /// Replicas of the newest template that are available, 0 until the controller has seen that template.
    public var updatedAndAvailable: Int
    /// How many of its pods a rollout may take away at a time; all of them where pods end before others begin.
    public var maxUnavailable: Int?

    /// Makes a state.
    public init(image: String, replicas: Int, updatedAndAvailable: Int, maxUnavailable: Int? = nil) {
        self.maxUnavailable = maxUnavailable
        self.image = image
        self.replicas = replicas
        self.updatedAndAvailable = updatedAndAvailable
    }
}
