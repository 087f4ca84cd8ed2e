public import UpgradeCore

/// Something that will break, or change, on the way.
public struct Finding: Hashable, Sendable, Codable {
    /// How bad it is, the worst first.
    public enum Severity: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
        /// A daemon does not start, or its node is lost.
        case killsDaemon
        /// The API refuses a request that the cluster, its people or the run itself make.
        case refusedByAPI
        /// What somebody has set has no effect.
        case ignored
        /// Something works another way.
        case changesBehaviour
        /// Good to know.
        case worthKnowing

        /// Whether a run must not begin with it.
        public var refuses: Bool { self == .killsDaemon || self == .refusedByAPI }

        /// Orders the worst first.
        public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

        private var rank: Int { Severity.allCases.firstIndex(of: self) ?? 0 }
    }

    /// Where something was found.
    public struct Place: Hashable, Sendable, Codable, CustomStringConvertible {
        /// The host, as the playbook names it.
        public var host: String?
        /// The file on the host.
        public var file: String?
        /// The line of the file, from 1.
        public var line: Int?
        /// The object of the API, the daemon or the release.
        public var object: String?

        /// Makes a place.
        public init(host: String? = nil, file: String? = nil, line: Int? = nil, object: String? = nil) {
            self.host = host
            self.file = file
            self.line = line
            self.object = object
        }

        /// `w1 /etc/default/kubelet:3`, or the object.
        public var description: String {
            let path = file.map { file in line.map { "\(file):\($0)" } ?? file }
            return [host, path, object].compactMap { $0 }.joined(separator: " ")
        }
    }

    /// Stable: the rule, and what it found; the same on every host and in every run.
    public var id: String
    /// What was found, in one line.
    public var title: String
    /// Where, in order.
    public var places: [Place]
    /// Why it breaks.
    public var reason: String
    /// The hop at which it does; the first of the path where it does already.
    public var hop: HopID
    /// How bad it is.
    public var severity: Severity
    /// What to do.
    public var cure: String
    /// Where the fact was read.
    public var source: String

    /// Makes a finding.
    public init(
        id: String,
        title: String,
        places: [Place],
        reason: String,
        hop: HopID,
        severity: Severity,
        cure: String,
        source: String
    ) {
        self.id = id
        self.title = title
        self.places = places
        self.reason = reason
        self.hop = hop
        self.severity = severity
        self.cure = cure
        self.source = source
    }
}
