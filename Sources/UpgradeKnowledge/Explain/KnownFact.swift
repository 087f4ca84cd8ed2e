public import UpgradeCore

/// A fact, with all that is known about it.
public struct KnownFact: Hashable, Sendable, Encodable {
    /// Its address, such as `notes/k113-etcd2/fix`.
    public var fact: String
    /// What holds; more than one for a list.
    public var values: [String]
    /// Where it was read.
    public var sources: [String]
    /// The day, or the month, as of which it holds; of a playbook's own, that of the data it changes.
    public var asOf: String
    /// Whether the sources leave room for doubt.
    public var isUncertain: Bool
    /// What it is for.
    public var purpose: String
    /// What the playbook says instead of this program's data, where it does.
    public var override: FactOverride?

    /// The values on one line.
    public var value: String { values.joined(separator: ", ") }
}
