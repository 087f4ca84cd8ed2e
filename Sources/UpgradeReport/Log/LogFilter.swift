public import UpgradeCore

/// What of a log is wanted.
public struct LogFilter: Hashable, Sendable {
    /// Names of the host, as targets and in the words of actions; empty for all.
    public var hosts: Set<String>
    /// A step id, a phase, a hop, or the beginning of a step key; `nil` for all.
    public var step: String?
    /// The earliest moment, in seconds since 1970; `nil` for all.
    public var since: Double?

    /// Makes a filter.
    public init(hosts: Set<String> = [], step: String? = nil, since: Double? = nil) {
        self.hosts = hosts
        self.step = step
        self.since = since
    }

    /// Whether the entry is wanted.
    ///
    /// What is about the run is left out where a host or a step is named.
    public func wants(_ entry: LogEntry) -> Bool {
        if let since, entry.time < since { return false }
        guard !hosts.isEmpty || step != nil else { return true }
        guard let key = entry.key else { return false }
        if !hosts.isEmpty, !hosts.contains(key.target.description), !isAbout(hosts, entry.text) { return false }
        return step.map { Self.names($0, key) } ?? true
    }

    /// Whether a word names a step, its phase or its hop, or begins its key; a step also as STEP@HOST, as it stands on screens.
    public static func names(_ word: String, _ key: StepKey) -> Bool {
        [key.step.description, key.onTarget, key.phase.description, key.phase.kind.description, key.hop.description]
            .contains(word)
            || key.description.hasPrefix(word)
    }

    /// A step of the cluster may do something on one host.
    private func isAbout(_ hosts: Set<String>, _ text: String) -> Bool {
        text.split { !($0.isLetter || $0.isNumber || $0 == "." || $0 == "-" || $0 == "_") }
            .contains { hosts.contains(String($0)) }
    }
}
