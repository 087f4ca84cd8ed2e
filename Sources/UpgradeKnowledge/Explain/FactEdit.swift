internal import UpgradeCore
internal import Yams

/// Sets a fact of a file.
struct FactEdit {
    let root: FactRoot
    let node: Node

    /// The file with the fact set.
    ///
    /// A release that is not there yet, or a fact that it does not have yet, is added where another release has it.
    /// - Throws: `VersionDataError` where there is no such fact.
    func setting(_ address: String, to value: Node, _ source: String) throws(VersionDataError) -> Node {
        let facts = FactWalk.facts(of: node, root: root)
        if let found = facts.first(where: { $0.address == address }) {
            return Self.set(node, found.path[...], to: value)
        }
        let below = facts.map(\.address).filter { $0.hasPrefix(address + "/") }
        guard below.isEmpty else { throw .notOneFact(address, has: below) }
        if let added = try adding(address, value, source, facts) { return added }
        throw .unknownFact(address, near: FactBook.near(address, among: facts.map(\.address)))
    }

    private func adding(
        _ address: String,
        _ value: Node,
        _ source: String,
        _ facts: [PlacedFact]
    ) throws(VersionDataError) -> Node? {
        let words = address.split(separator: "/").map(String.init)
        guard words.count > 2, words[0] == root.prefix, let release = MinorRelease(words[1]),
            let releases = node["releases"]?.sequence
        else { return nil }
        let rest = words.dropFirst(2).joined(separator: "/")
        // As another release has it: `calico/RELEASE/kubernetes/max` is `releases`, its index, `kubernetes`, `max`.
        let model = facts.first { fact in
            fact.path.first == .key("releases") && fact.address.hasSuffix("/" + rest)
                && fact.address.split(separator: "/").count == words.count
        }
        guard let steps = model?.path.dropFirst(2), steps.allSatisfy({ $0.isKey }) else { return nil }
        let index = releases.firstIndex { $0["version"]?.scalar?.string == release.description }
        guard let index else {
            // Whoever adds a release has one source for it, as long as no other is given.
            let new = Node([
                ("version", Self.text(release.description)), ("source", Self.text(source)),
                ("sources", Node([Self.text(source)])),
            ])
            let element = Self.set(Self.stamped(new, steps, source), steps, to: value)
            return Self.set(node, [.key("releases")], to: Node(Array(releases) + [element]))
        }
        return Self.set(node, [.key("releases"), .index(index)] + steps, to: value)
    }

    /// The source inside the maps that are made on the way.
    private static func stamped(_ node: Node, _ steps: ArraySlice<FactStep>, _ source: String) -> Node {
        guard steps.count > 1, let first = steps.first else { return node }
        let map = Node([("evidence", text(source)), ("source", text(source))])
        return set(node, [first], to: map)
    }

    /// The tree with another node at the end of a path; maps on the way are made where they are not.
    private static func set(_ node: Node, _ path: ArraySlice<FactStep>, to value: Node) -> Node {
        guard let step = path.first else { return value }
        var changed = node
        switch step {
        case .key(let key):
            var map = node.mapping ?? Node.Mapping([])
            map[Node(key)] = set(map[Node(key)] ?? .mapping(Node.Mapping([])), path.dropFirst(), to: value)
            changed = .mapping(map)
        case .index(let index):
            guard var elements = node.sequence, elements.indices.contains(index) else { return node }
            elements[index] = set(elements[index], path.dropFirst(), to: value)
            changed = .sequence(elements)
        }
        return changed
    }

    private static func text(_ text: String) -> Node { Node(text) }
}

extension FactStep {
    /// Whether it goes into a map.
    fileprivate var isKey: Bool {
        if case .key = self { true } else { false }
    }
}

extension Node {
    /// A map of these.
    fileprivate init(_ pairs: [(String, Node)]) {
        self = .mapping(Mapping(pairs.map { (Node($0.0), $0.1) }))
    }
}
