/// A fact of version knowledge that an operator changed or added.
public struct FactOverride: Hashable, Sendable, Codable {
    /// The address of the fact, as `upgrader explain` takes it.
    public var fact: String
    /// What holds here, as YAML: a word, or a list.
    public var value: String
    /// Where the operator has it from.
    public var source: String
    /// Why it differs from what this program knows.
    public var reason: String

    /// Makes an override.
    public init(fact: String, value: String, source: String, reason: String) {
        self.fact = fact
        self.value = value
        self.source = source
        self.reason = reason
    }
}
