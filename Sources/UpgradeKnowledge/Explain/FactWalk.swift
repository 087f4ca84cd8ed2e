internal import UpgradeCore
internal import Yams

/// A step from a node to one below it.
enum FactStep: Hashable {
    case key(String)
    case index(Int)
}

/// A fact as it stands in its file.
struct PlacedFact {
    /// Its address.
    var address: String
    /// The way to it from the root of its file.
    var path: [FactStep]
    /// What is there.
    var node: Node
    /// Where it was read.
    var sources: [String]
    /// The day or month as of which it holds.
    var asOf: String
    /// Whether the sources leave room for doubt.
    var isUncertain: Bool
}

/// Finds the facts of a file: every value that is not a map or a list of maps.
struct FactWalk {
    private let root: FactRoot
    private var facts: [PlacedFact] = []
    private var taken: Set<String> = []

    /// What a value inherits from the maps around it.
    private struct Context {
        var sources: [String] = []
        var asOf = ""
        var isUncertain = false
        var uncertainKeys: Set<String> = []
    }

    /// The facts of a file, in its order.
    static func facts(of node: Node, root: FactRoot) -> [PlacedFact] {
        var walk = FactWalk(root: root)
        // The words that a file uses, such as its severities, have no other source than the file; some files say at
        // their head by which method all of it was found.
        let own = node["method"].map(Self.texts) ?? [FactRoot.ownWords(root.file)]
        walk.visit(node, root.prefix, [], Context(sources: own))
        return walk.facts
    }

    private init(root: FactRoot) {
        self.root = root
    }

    /// The keys at the head of a file that state nothing about versions.
    private static let head: Set<String> = ["schema", "as_of", "hop"]

    private mutating func visit(_ node: Node, _ address: String, _ path: [FactStep], _ context: Context) {
        if let mapping = node.mapping {
            visit(mapping, address, path, context)
        } else if let elements = node.sequence, elements.contains(where: { $0.mapping != nil }) {
            for (index, element) in elements.enumerated() {
                let name = Self.name(of: element) ?? String(index + 1)
                visit(element, unique("\(address)/\(name)"), path + [.index(index)], context)
            }
        } else {
            record(node, address, path, context)
        }
    }

    private mutating func visit(_ map: Node.Mapping, _ address: String, _ path: [FactStep], _ outer: Context) {
        let context = Self.context(map, outer)
        // A fact of a hop is a map with its value.
        if let value = map["value"], map["source"] != nil {
            return record(value, address, path + [.key("value")], context)
        }
        for (key, value) in map {
            guard let key = key.string, !(path.isEmpty && Self.head.contains(key)) else { continue }
            var below = context
            if let sources = Self.sources(of: key, in: map) { below.sources = sources }
            below.isUncertain =
                context.isUncertain || context.uncertainKeys.contains(key) || map["\(key)_uncertain"]?.bool == true
            visit(value, addressBelow(address, key, path), path + [.key(key)], below)
        }
    }

    private func addressBelow(_ address: String, _ key: String, _ path: [FactStep]) -> String {
        if path.isEmpty, let prefix = root.moved[key] { return prefix }
        if path.isEmpty, root.elided.contains(key) { return address }
        // The notes of a hop have ids of their own.
        if path == [.key("hops")], root.elided.contains("hops") { return address }
        return "\(address)/\(FactRoot.word(key))"
    }

    private mutating func record(_ node: Node, _ address: String, _ path: [FactStep], _ context: Context) {
        facts.append(
            PlacedFact(
                address: address,
                path: path,
                node: node,
                sources: context.sources,
                asOf: context.asOf,
                isUncertain: context.isUncertain
            )
        )
    }

    /// Two elements of a list may have one name: a flag that goes away, comes back and goes away.
    private mutating func unique(_ address: String) -> String {
        var found = address
        var count = 1
        while !taken.insert(found).inserted {
            count += 1
            found = "\(address)~\(count)"
        }
        return found
    }

    private static func name(of element: Node) -> String? {
        guard let map = element.mapping else { return nil }
        for keys in FactRoot.identities {
            let words = keys.compactMap { map[$0]?.scalar?.string }
            // Nobody types a sentence for an address.
            let name = words.joined(separator: "/")
            if words.count == keys.count, name.utf8.count <= 60 { return name }
        }
        return nil
    }

    // MARK: Where it was read

    private static func context(_ map: Node.Mapping, _ outer: Context) -> Context {
        var context = outer
        for key in ["sources", "source", "evidence", "unknown_from_evidence"] {
            guard let node = map[key] else { continue }
            let found = texts(node)
            if !found.isEmpty {
                context.sources = found
                break
            }
        }
        if let day = map["as_of"]?.scalar?.string ?? map["asOf"]?.scalar?.string { context.asOf = day }
        context.isUncertain = outer.isUncertain || map["uncertain"]?.bool == true
        context.uncertainKeys = Set(map["uncertain_fields"].map(texts) ?? [])
        return context
    }

    /// What `minimum_source` says of `minimum_recommended_for_production`, and `go_source` of `go`.
    private static func sources(of key: String, in map: Node.Mapping) -> [String]? {
        for (other, node) in map {
            // `seen_in_source` lists releases; a source is one text.
            guard let other = other.string, other.hasSuffix("_source"), node.scalar != nil else { continue }
            let stem = other.dropLast("_source".count)
            if key == stem || key.hasPrefix(stem + "_") { return texts(node) }
        }
        return nil
    }

    private static func texts(_ node: Node) -> [String] {
        if let scalar = node.scalar { return [scalar.string] }
        if let map = node.mapping { return map["source"].map(texts) ?? [] }
        return node.sequence?.compactMap(\.scalar?.string) ?? []
    }
}
