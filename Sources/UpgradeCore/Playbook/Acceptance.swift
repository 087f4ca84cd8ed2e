/// The operator's yes to a state that is out of range.
public struct Acceptance: Hashable, Sendable, Codable {
    /// The violation's id, such as `calico-2.6@1.12`; `upgrader plan` names them.
    public var violation: String
    /// Why it is accepted.
    public var reason: String

    /// Makes an acceptance.
    public init(violation: String, reason: String) {
        self.violation = violation
        self.reason = reason
    }
}
