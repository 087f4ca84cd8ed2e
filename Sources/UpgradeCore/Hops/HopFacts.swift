/// What is known of one hop, each fact with its source; read from a data file.
public struct HopFacts: Hashable, Sendable, Codable {
    /// The hop.
    public var hop: HopID
    /// How many minor releases a kubelet may be behind the API servers.
    public var kubeletSkewLimit: Fact<Int>
    /// How many minor releases a controller or scheduler may be behind the API servers.
    public var controllerSkewLimit: Fact<Int>
    /// The kind of object that holds the controllers' leader locks by default.
    public var leaderLock: Fact<String>
    /// The lowest etcd server version that the target release works with.
    public var etcdMinimum: Fact<String>
    /// The last patch release of the target.
    public var lastPatch: Fact<KubernetesVersion>
    /// Whether an eviction with `dryRun` may really evict on a server of the release that the hop leaves.
    public var evictionDryRunEvicts: Fact<Bool>
    /// Things to know before the hop.
    public var notes: [Fact<String>]
}

/// A value with where it comes from.
public struct Fact<Value: Hashable & Sendable & Codable>: Hashable, Sendable, Codable {
    /// The value.
    public var value: Value
    /// Where it was read: a repository with a path, or an advisory.
    public var source: String
    /// The month in which it was read, `2026-08`.
    public var asOf: String
    /// Whether the sources leave room for doubt; absent means no.
    public var uncertain: Bool?

    /// Makes a fact.
    public init(value: Value, source: String, asOf: String, uncertain: Bool? = nil) {
        self.value = value
        self.source = source
        self.asOf = asOf
        self.uncertain = uncertain
    }
}
