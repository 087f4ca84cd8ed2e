/// The stable name of a kind of step, such as `drain`; it is written to disk and never renamed.
public struct StepID: Hashable, Sendable, TextCodable, ExpressibleByStringLiteral {
    /// The name.
    public let description: String

    /// Takes a name of lowercase letters, digits and dashes.
    public init?(_ text: String) {
        guard Identifier.isValid(text) else { return nil }
        description = text
    }

    /// Takes a literal name.
    public init(stringLiteral text: String) {
        precondition(Identifier.isValid(text), "a step id has lowercase letters, digits and dashes only")
        description = text
    }
}

/// The stable name of a phase, such as `workers`.
public struct PhaseID: Hashable, Sendable, TextCodable, ExpressibleByStringLiteral {
    /// The name.
    public let description: String

    /// Takes a name of lowercase letters, digits and dashes.
    public init?(_ text: String) {
        guard Identifier.isValid(text) else { return nil }
        description = text
    }

    /// Takes a literal name.
    public init(stringLiteral text: String) {
        precondition(Identifier.isValid(text), "a phase id has lowercase letters, digits and dashes only")
        description = text
    }
}

enum Identifier {
    /// Whether `text` can be a name on disk: it starts with a letter, has lowercase letters, digits and dashes.
    static func isValid(_ text: String) -> Bool {
        guard let first = text.utf8.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first) else {
            return false
        }
        return text.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
        }
    }
}

/// Names one step of a plan: `1.13-1.14/workers/drain@node7`.
public struct StepKey: Hashable, Sendable, TextCodable {
    /// The hop.
    public var hop: HopID
    /// The phase of the hop.
    public var phase: PhaseID
    /// The kind of step.
    public var step: StepID
    /// The host it is for, or the cluster.
    public var target: Target

    /// Makes a key from its parts.
    public init(hop: HopID, phase: PhaseID, step: StepID, target: Target) {
        self.hop = hop
        self.phase = phase
        self.step = step
        self.target = target
    }

    /// Reads `1.13-1.14/workers/drain@node7`; `nil` for anything else.
    public init?(_ text: String) {
        // By bytes: a run that is taken up again reads a hundred thousand of these, and walking characters is dear.
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), maxSplits: 2, omittingEmptySubsequences: false)
            .map { String(Substring($0)) }
        guard parts.count == 3, let hop = HopID(parts[0]), let phase = PhaseID(parts[1]) else { return nil }
        let last = parts[2].utf8.split(separator: UInt8(ascii: "@"), maxSplits: 1, omittingEmptySubsequences: false)
            .map { String(Substring($0)) }
        guard last.count == 2, let step = StepID(last[0]), let target = Target(last[1]) else { return nil }
        self.init(hop: hop, phase: phase, step: step, target: target)
    }

    /// `1.13-1.14/workers/drain@node7`.
    public var description: String { "\(hop)/\(phase)/\(step)@\(target)" }
}

/// What a step is for: one host, or the cluster.
public enum Target: Hashable, Sendable, TextCodable {
    /// The cluster as a whole.
    case cluster
    /// The host of this name.
    case host(String)

    /// Reads `cluster` or a host's name; `nil` for an empty one.
    public init?(_ text: String) {
        guard !text.isEmpty else { return nil }
        self = text == "cluster" ? .cluster : .host(text)
    }

    /// `cluster`, or the host's name.
    public var description: String {
        switch self {
        case .cluster: "cluster"
        case .host(let name): name
        }
    }
}
