public import UpgradeCore
internal import Yams

/// Every fact of every data file, by its address.
public struct FactBook: Sendable {
    /// The facts, file by file, in the order of the files.
    public let facts: [KnownFact]

    /// Reads the data files, with what an operator changed or added.
    ///
    /// - Throws: `VersionDataError`; without changes a mistake of this program's makers, which a test excludes.
    public init(overriding overrides: [FactOverride] = []) throws(VersionDataError) {
        let tree = try FactTree.all().overriding(overrides)
        let changes = Dictionary(overrides.map { ($0.fact, $0) }) { $1 }
        var facts: [KnownFact] = []
        for file in VersionData.names where tree.nodes[file] != nil {
            facts += Self.facts(tree, FactRoot.of(file: file), changes)
        }
        for file in HopCatalog.texts.keys.sorted() {
            facts += Self.facts(tree, FactRoot.of(hop: file), changes)
        }
        self.facts = facts
    }

    /// The fact of an address.
    public func fact(_ address: String) -> KnownFact? { facts.first { $0.fact == address } }

    /// The facts below an address, that of the address itself included.
    public func facts(below address: String) -> [KnownFact] {
        facts.filter { $0.fact == address || $0.fact.hasPrefix(address + "/") }
    }

    /// The next words below an address, each with the number of facts below it; in order, each once.
    public func words(below address: String) -> [(word: String, count: Int)] {
        var counts: [String: Int] = [:]
        var order: [String] = []
        let start = address.isEmpty ? "" : address + "/"
        for fact in facts where fact.fact.hasPrefix(start) {
            let word = String(fact.fact.dropFirst(start.count).prefix { $0 != "/" })
            if counts.updateValue((counts[word] ?? 0) + 1, forKey: word) == nil { order.append(word) }
        }
        return order.map { ($0, counts[$0] ?? 0) }
    }

    /// The addresses, of facts or of what is above facts, that may have been meant.
    public func near(_ address: String) -> [String] {
        var known: Set<String> = []
        for fact in facts {
            var words = fact.fact[...]
            while known.insert(String(words)).inserted, let slash = words.lastIndex(of: "/") {
                words = words[..<slash]
            }
        }
        return Self.near(address, among: known)
    }

    /// The nearest of the addresses, at most three: as they are spelled, or those that end in the same words.
    static func near(_ address: String, among known: some Sequence<String>) -> [String] {
        let limit = max(2, address.count / 4)
        let length = address.count
        let spelled = known.filter { abs($0.count - length) <= limit }
            .map { (address: $0, edits: Spelling.distance($0, address)) }.filter { $0.edits <= limit }
            .sorted { ($0.edits, $0.address) < ($1.edits, $1.address) }.map(\.address)
        if !spelled.isEmpty { return Array(spelled.prefix(3)) }
        let ending = known.filter { $0.hasSuffix("/" + address) || $0.hasSuffix(address) }.sorted()
        return Array(ending.prefix(3))
    }

    private static func facts(_ tree: FactTree, _ root: FactRoot, _ changes: [String: FactOverride]) -> [KnownFact] {
        guard let node = tree.nodes[root.file] else { return [] }
        return FactWalk.facts(of: node, root: root).map { fact in
            let change = changes[fact.address]
            return KnownFact(
                fact: fact.address,
                values: fact.node.sequence?.compactMap(\.scalar?.string) ?? [fact.node.scalar?.string ?? ""],
                sources: change.map { [$0.source] } ?? fact.sources,
                asOf: fact.asOf,
                isUncertain: change == nil && fact.isUncertain,
                purpose: root.purpose,
                override: change
            )
        }
    }
}
