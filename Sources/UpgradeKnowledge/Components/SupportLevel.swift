public import UpgradeCore

/// How well one component is known to work with another; not yes or no.
public enum SupportLevel: Hashable, Sendable {
    /// The makers publish that they test the pair.
    case tested
    /// The makers state a minimum only, and the pair is within what they name.
    case minimumOnly
    /// So many minor releases outside everything that the makers name.
    case beyondEvidence(Int)
    /// It is known not to work.
    case knownBroken(String)

    /// How many minor releases it is outside the evidence; `nil` for what is known not to work.
    public var distance: Int? {
        switch self {
        case .tested, .minimumOnly: 0
        case .beyondEvidence(let count): count
        case .knownBroken: nil
        }
    }
}

extension SupportLevel: CustomStringConvertible {
    /// One phrase for people.
    public var description: String {
        switch self {
        case .tested: "tested"
        case .minimumOnly: "named by its documents, on no list of tested versions"
        case .beyondEvidence(let count): "\(count) minor release\(count == 1 ? "" : "s") beyond the evidence"
        case .knownBroken(let reason): "known not to work: \(reason)"
        }
    }
}

/// Whether the makers of a release still mend it on a day.
public enum Maintenance: Hashable, Sendable {
    /// It is not released on that day.
    case unreleased
    /// It gets fixes; until the day, where one is announced.
    case maintained(until: CalendarDay?)
    /// It gets no fixes since the day, where one is known.
    case endOfSupport(since: CalendarDay?)
    /// The sources do not say.
    case unknown

    /// Whether it gets fixes.
    public var isMaintained: Bool {
        if case .maintained = self { true } else { false }
    }
}

extension Maintenance: CustomStringConvertible {
    /// One phrase for people.
    public var description: String {
        switch self {
        case .unreleased: "not released"
        case .maintained(let day): day.map { "maintained until \($0)" } ?? "maintained"
        case .endOfSupport(let day): day.map { "out of support since \($0)" } ?? "out of support"
        case .unknown: "maintenance is not known"
        }
    }
}
