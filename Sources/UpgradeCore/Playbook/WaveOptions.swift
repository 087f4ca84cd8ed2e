/// In which waves the workers are upgraded.
public struct WaveOptions: Hashable, Sendable {
    /// The workers that are upgraded first and one at a time; the others begin only when each of them is done.
    public enum Canary: Hashable, Sendable {
        /// So many, from the first of the playbook on.
        case first(Int)
        /// These, in this order.
        case named([String])
    }

    /// Who goes first; `nil` for nobody.
    public var canary: Canary?
    /// Parts of the workers that go one after the other, in this order; who is in none of them comes last.
    public var groups: [WorkerGroup]
    /// Whether the old nodes of a wave are cordoned before it begins, so that evicted pods move once.
    public var cordonsAhead: Bool
    /// The waves with their hosts, as the planner has found them in the cluster; `nil` before that.
    public var drawn: [WorkerWave]?

    /// Makes options; what is not given is one wave of all workers.
    public init(
        canary: Canary? = nil,
        groups: [WorkerGroup] = [],
        cordonsAhead: Bool = false,
        drawn: [WorkerWave]? = nil
    ) {
        self.canary = canary
        self.groups = groups
        self.cordonsAhead = cordonsAhead
        self.drawn = drawn
    }
}

/// A part of the workers with limits of its own: those that meet everything that is given here.
public struct WorkerGroup: Hashable, Sendable {
    /// Its name; it becomes part of the name of a phase.
    public var name: String
    /// Only these hosts; `nil` for any.
    public var hosts: [String]?
    /// Only nodes with this label; `nil` for any.
    public var label: NodeLabel?
    /// Only nodes with a taint of this key; `nil` for any.
    public var taint: String?
    /// Only nodes of this zone; `nil` for any.
    public var zone: String?
    /// How many of them are worked on at once.
    public var batch: Int
    /// How many of them may fail before no other worker is begun.
    public var failureBudget: Int
    /// The line of the playbook where it stands; `nil` for one that was not read from a file.
    public var line: Int?

    /// Makes a group.
    public init(
        name: String,
        hosts: [String]? = nil,
        label: NodeLabel? = nil,
        taint: String? = nil,
        zone: String? = nil,
        batch: Int = 1,
        failureBudget: Int = 0,
        line: Int? = nil
    ) {
        self.name = name
        self.hosts = hosts
        self.label = label
        self.taint = taint
        self.zone = zone
        self.batch = batch
        self.failureBudget = failureBudget
        self.line = line
    }

    /// The labels that say the zone of a node, the newer one first.
    ///
    /// - Source: Kubernetes documentation, Well-Known Labels, Annotations and Taints: the older one is deprecated since 1.17.
    static let zoneLabels = ["topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"]

    /// Whether a worker is of it.
    ///
    /// - Parameters:
    ///   - host: the worker.
    ///   - node: its Node object; one that there is not has no labels and no taints.
    /// - Returns: whether it meets all that is given.
    func holds(_ host: Host, _ node: NodeState?) -> Bool {
        let labels = node?.labels ?? [:]
        let zone = Self.zoneLabels.lazy.compactMap { labels[$0] }.first
        return hosts.map { $0.contains(host.name) } != false
            && label.map { $0.value == nil ? labels[$0.key] != nil : labels[$0.key] == $0.value } != false
            && taint.map { node?.taints.contains($0) == true } != false
            && (self.zone == nil || self.zone == zone)
    }
}

/// A label of a node, with its value or whatever that is.
public struct NodeLabel: Hashable, Sendable {
    /// Its key.
    public var key: String
    /// Its value; `nil` for any.
    public var value: String?

    /// Makes a label.
    public init(key: String, value: String? = nil) {
        self.key = key
        self.value = value
    }

    /// Reads `KEY` or `KEY=VALUE`.
    public init(_ text: String) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        self.init(key: parts[0], value: parts.count > 1 ? parts[1] : nil)
    }
}
