/// A time in which all looks at the API servers found the same.
public struct APISpan: Hashable, Sendable, Codable {
    /// When the first of the looks was made, in seconds since 1970.
    public var from: Double
    /// When the last one was made.
    public var to: Double
    /// How many looks.
    public var looks: Int
    /// What each server answered, by the name of its host.
    public var servers: [String: APILook.Answer]

    /// Makes a span.
    public init(from: Double, to: Double, looks: Int, servers: [String: APILook.Answer]) {
        self.from = from
        self.to = to
        self.looks = looks
        self.servers = servers
    }

    /// Makes the span of one look.
    public init(_ look: APILook) {
        self.init(from: look.time, to: look.time, looks: 1, servers: look.servers)
    }

    /// Whether a run may have written it; what is not is damage, and no figure to add up.
    var isPossible: Bool {
        // Until the year 5138, and not more looks than a second each in a day.
        looks > 0 && looks <= 86_400 && from >= 0 && from <= to && to < 100_000_000_000
    }

    /// What a client of the API would have found that may go to any server.
    public var api: APILook.Answer { APILook.any(of: servers.values) }
}
