extension PhaseID {
    /// The phase in which workers are upgraded, and the kind of those that walk a part of them: `workers-canary`.
    public static let workers: PhaseID = "workers"

    /// The kind of the phases in which the old nodes of a wave are cordoned before it begins: `cordon-ahead-rest`.
    public static let cordonAhead: PhaseID = "cordon-ahead"

    /// The phase of a wave of workers.
    ///
    /// - Parameter wave: its name, of lowercase letters, digits and dashes.
    /// - Returns: the phase.
    public static func workers(wave: String) -> PhaseID { PhaseID(stringLiteral: "\(workers)-\(wave)") }

    /// The phase before it, in which its old nodes are cordoned.
    ///
    /// - Parameter wave: its name, of lowercase letters, digits and dashes.
    /// - Returns: the phase.
    public static func cordonAhead(ofWave wave: String) -> PhaseID { PhaseID(stringLiteral: "\(cordonAhead)-\(wave)") }

    /// The phase of one of several rolls of Calico at a release: `network`, then `network-2`.
    ///
    /// - Parameter roll: which one, counted from 1.
    /// - Returns: the phase of the first by its plain name, as it is called where there is but one.
    public func roll(_ roll: Int) -> PhaseID { roll == 1 ? self : PhaseID(stringLiteral: "\(self)-\(roll)") }

    /// Which roll it is, counted from 1; 1 for phases of other kinds.
    public var roll: Int { Self.roll(of: self)?.number ?? 1 }

    /// What kind of phase it is: `workers` for each wave of workers, `network` for each roll of Calico, and for any other
    /// phase its own name.
    ///
    /// Hooks, packages, rollbacks and whoever asks what a phase does go by this, and never by the name of a wave.
    public var kind: PhaseID {
        Self.kinds.first { description.hasPrefix($0.prefix) }?.kind ?? Self.roll(of: self)?.kind ?? self
    }

    private static func roll(of phase: PhaseID) -> (kind: PhaseID, number: Int)? {
        guard phase.description.hasPrefix("network-") else { return nil }
        for (prefix, kind) in rolled where phase.description.hasPrefix(prefix) {
            if let number = Int(phase.description.dropFirst(prefix.count)), number > 1 { return (kind, number) }
        }
        return nil
    }

    /// The kinds of the phases that roll Calico, at the release that the first hop leaves, and at the one a hop arrives at.
    private static let rolled = (["network-before", "network"] as [PhaseID]).map { (prefix: "\($0)-", kind: $0) }

    private static let kinds = [workers, cordonAhead].map { (prefix: "\($0)-", kind: $0) }

    /// The wave whose old nodes are cordoned in this phase; `nil` for phases of other kinds.
    public var waveAhead: PhaseID? {
        let prefix = "\(Self.cordonAhead)-"
        return description.hasPrefix(prefix) ? .workers(wave: String(description.dropFirst(prefix.count))) : nil
    }
}
