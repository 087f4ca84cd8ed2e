/// How available the API was while a run was at work, added up from what was looked at.
public struct APIAvailability: Hashable, Sendable, Encodable {
    /// A time in which nothing answered well.
    public struct Outage: Hashable, Sendable, Encodable {
        /// When it was first looked for in vain, in seconds since 1970.
        public var from: Double
        /// When it was found again, or last looked for.
        public var to: Double

        /// How long, in seconds, as far as the looks can tell.
        public var seconds: Double { to - from }
    }

    /// One server, or the API as a client finds it that may go to any server.
    public struct Line: Hashable, Sendable, Encodable {
        /// Looks that found it healthy.
        public var answered = 0
        /// Looks that did not.
        public var missed = 0
        /// Looks that found no way to ask.
        public var unknown = 0
        /// When it was away.
        public var outages: [Outage] = []

        /// Adds up what was found span by span, in the order of their times.
        init(_ spans: [(span: APISpan, answer: APILook.Answer)]) {
            var last: (span: APISpan, answer: APILook.Answer)?
            for (span, answer) in spans {
                // The look that ends an outage tells how long it was, if it came soon.
                let wasAway = last.map { $0.answer == .unhealthy && span.from - $0.span.to <= APILog.longest } ?? false
                if wasAway { outages[outages.count - 1].to = answer == .unhealthy ? span.to : span.from }
                switch answer {
                case .healthy: answered += span.looks
                case .unknown: unknown += span.looks
                case .unhealthy:
                    missed += span.looks
                    if !wasAway { outages.append(Outage(from: span.from, to: span.to)) }
                }
                last = (span, answer)
            }
        }
    }

    /// The API: it answers where any server does.
    public var api: Line
    /// Each server, by the name of its host.
    public var servers: [String: Line]

    /// Adds up spans, which are in the order of their times.
    public init(_ spans: [APISpan]) {
        api = Line(spans.map { ($0, $0.api) })
        servers = [:]
        for host in Set(spans.flatMap(\.servers.keys)) {
            servers[host] = Line(spans.compactMap { span in span.servers[host].map { (span, $0) } })
        }
    }
}
