/// The operator's yes to a state that is out of range.
public struct Acceptance: Hashable, Sendable {
    /// The violation's id, such as `calico-2.6@1.12`; `upgrader plan` names them.
    public var violation: String
    /// Why it is accepted.
    public var reason: String
    /// Where it stands in the playbook; `nil` where no file has it.
    ///
    /// Two that say the same are equal wherever they stand.
    public var place: PlaybookLocation?

    /// Makes an acceptance.
    public init(violation: String, reason: String, place: PlaybookLocation? = nil) {
        self.violation = violation
        self.reason = reason
        self.place = place
    }

    /// Whether both say the same.
    public static func == (left: Acceptance, right: Acceptance) -> Bool {
        left.violation == right.violation && left.reason == right.reason
    }

    /// Hashes what it says.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(violation)
        hasher.combine(reason)
    }
}
