/// What the API servers answered at one moment.
public struct APILook: Hashable, Sendable {
    /// What one API server answered.
    public enum Answer: String, Hashable, Sendable, Codable {
        /// `/healthz` said `ok`.
        case healthy
        /// It was asked, and did not say so.
        case unhealthy
        /// It could not be asked: no host of the control plane was reached.
        case unknown
    }

    /// When it was asked for, in seconds since 1970.
    public var time: Double
    /// What each answered, by the name of its host.
    public var servers: [String: Answer]

    /// Makes a look.
    public init(time: Double, servers: [String: Answer]) {
        self.time = time
        self.servers = servers
    }

    /// What a client of the API would have found that may go to any server.
    public var api: Answer { Self.any(of: servers.values) }

    static func any(of answers: some Collection<Answer>) -> Answer {
        if answers.contains(.healthy) { return .healthy }
        return answers.contains(.unhealthy) ? .unhealthy : .unknown
    }
}
