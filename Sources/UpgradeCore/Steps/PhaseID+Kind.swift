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

    /// What kind of phase it is: `workers` for each wave of workers, and for any other phase its own name.
    ///
    /// Hooks, packages, rollbacks and whoever asks what a phase does go by this, and never by the name of a wave.
    public var kind: PhaseID {
        Self.kinds.first { description.hasPrefix($0.prefix) }?.kind ?? self
    }

    private static let kinds = [workers, cordonAhead].map { (prefix: "\($0)-", kind: $0) }

    /// The wave whose old nodes are cordoned in this phase; `nil` for phases of other kinds.
    public var waveAhead: PhaseID? {
        let prefix = "\(Self.cordonAhead)-"
        return description.hasPrefix(prefix) ? .workers(wave: String(description.dropFirst(prefix.count))) : nil
    }
}
