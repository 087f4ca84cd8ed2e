internal import UpgradeCore
internal import UpgradeKnowledge

/// What `explain` prints.
struct Explanation {
    /// The address that was asked for.
    var address: String
    /// The facts there and below.
    var facts: [KnownFact]
    /// All facts.
    var book: FactBook

    /// As many facts as one reads at once; of more, the next words are listed.
    private static let most = 60

    /// For people.
    var text: String {
        if facts.count == 1, let fact = facts.first { return Self.one(fact) }
        return facts.count <= Self.most ? list : words
    }

    private static func one(_ fact: KnownFact) -> String {
        var lines = [fact.fact, "value:     \(fact.value)"]
        lines += fact.sources.map { "source:    \($0)" }
        lines.append("as of:     \(fact.asOf)")
        lines.append("uncertain: \(fact.isUncertain ? "yes" : "no")")
        if let change = fact.override { lines.append("playbook:  says so, because: \(change.reason)") }
        return (lines + ["for:       \(fact.purpose)"]).joined(separator: "\n")
    }

    private var list: String {
        let names = facts.map { $0.fact == address ? "." : String($0.fact.dropFirst(address.count + 1)) }
        let width = names.map(\.columns).max() ?? 0
        var lines = ["\(address): \(facts.count) facts"]
        for (fact, name) in zip(facts, names) {
            let doubt = fact.isUncertain ? "  (uncertain)" : ""
            let change = fact.override == nil ? "" : "  (by the playbook)"
            lines.append("  \(name.padded(to: width))  \(fact.value)\(doubt)\(change)")
        }
        let sources = facts.flatMap(\.sources).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        lines += sources.map { "source:    \($0)" }
        lines.append("as of:     \(Set(facts.map(\.asOf)).sorted().joined(separator: ", "))")
        return (lines + ["for:       \(facts[0].purpose)"]).joined(separator: "\n")
    }

    private var words: String {
        let words = book.words(below: address)
        let width = words.map(\.word.columns).max() ?? 0
        let head = address.isEmpty ? "\(facts.count) facts" : "\(address): \(facts.count) facts"
        return ([head] + words.map { "  \($0.word.padded(to: width))  \($0.count)" }).joined(separator: "\n")
    }
}
