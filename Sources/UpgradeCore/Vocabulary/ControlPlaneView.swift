/// Requests that were made for an API that is not stable, as the audit log or the metrics of an API server count them.
public struct APIRequests: Hashable, Sendable, Codable {
    /// Who says so.
    public enum Evidence: String, Hashable, Sendable, Codable {
        /// The log that `--audit-log-path` names, of the last week and no more than its end.
        case audit
        /// The metrics since the API server was started.
        case metrics
    }

    /// Who says so.
    public var evidence: Evidence
    /// Group and version, such as `extensions/v1beta1`.
    public var apiVersion: String
    /// The resource, such as `networkpolicies`.
    public var resource: String
    /// What was done, in small letters: `watch`, `create`.
    public var verb: String
    /// The first word of the user agent, such as `kubectl/v1.12.10`; empty where the evidence does not tell.
    public var client: String
    /// The user; empty where the evidence does not tell.
    public var user: String
    /// How many of them.
    public var count: Int

    /// Makes a count of requests.
    public init(
        evidence: Evidence,
        apiVersion: String,
        resource: String,
        verb: String,
        client: String = "",
        user: String = "",
        count: Int = 1
    ) {
        self.evidence = evidence
        self.apiVersion = apiVersion
        self.resource = resource
        self.verb = verb
        self.client = client
        self.user = user
        self.count = count
    }
}

/// A kubelet to which a control-plane host got no connection.
public struct UnreachedKubelet: Hashable, Sendable, Codable {
    /// Why there is none.
    public enum Reason: String, Hashable, Sendable, Codable {
        /// Nothing came back: most often a packet filter.
        case timeout
        /// The address answers and nobody listens.
        case refused
        /// A router or a packet filter says that there is no way.
        case unreachable
        /// Anything else.
        case failed
        /// The time for all kubelets together was over.
        case untried
    }

    /// The name of the Node object.
    public var node: String
    /// Its InternalIP and the port of its kubelet.
    public var address: String
    /// Why there is no connection.
    public var reason: Reason

    /// Makes an answer.
    public init(node: String, address: String, reason: Reason) {
        self.node = node
        self.address = address
        self.reason = reason
    }
}
