internal import Yams

/// Reads values as Helm does: YAML into what JSON can hold.
///
/// - Source: sigs.k8s.io/yaml (before: github.com/ghodss/yaml) over yaml.v2, which Helm 2 and 3 read values with. What
///   Helm's own library answers is recorded by `Scripts/helm/values.py`, and the tests compare.
enum YAMLValues {
    /// Why values could not be read; never with their text, which may hold a secret.
    struct Failure: Error, Hashable {
        /// What is wrong with them, as the end of a sentence that begins with the values.
        var why = "are not YAML"
        /// The line, from 1, where it is known.
        var line: Int?
    }

    /// The mapping of the first document of a text; empty where there is nothing in it.
    ///
    /// Of a key that stands twice the last counts: Helm reads values so, without a word.
    static func mapping(_ text: String) throws(Failure) -> [String: JSONValue] {
        var keys = RepeatedKeys(text)
        let root = try keys.root()
        guard let root else { return [:] }
        var left = most(text)
        switch try value(root, marked: true, &left) {
        case .object(let values): return values
        case .null: return [:]
        case .bool, .integer, .number, .string, .array: throw Failure(why: "are no mapping", line: 1)
        }
    }

    /// The value of a text that is one document and has no key twice.
    static func value(_ text: String) throws(Failure) -> JSONValue {
        let root = try reading(text) { parser in try parser.singleRoot() }
        var left = most(text)
        return try root.map { root throws(Failure) in try value(root, marked: false, &left) } ?? .null
    }

    /// How many values a text may have.
    ///
    /// Without aliases it has fewer than characters; nine levels of nine aliases would be a thousand million. Go's yaml
    /// refuses "excessive aliasing" as well.
    private static func most(_ text: String) -> Int { text.utf8.count + 10_000 }

    /// Reads a text; the only place that knows what the parser throws.
    static func reading(_ text: String, _ read: (Parser) throws -> Node?) throws(Failure) -> Node? {
        do {
            return try read(try Parser(yaml: text, resolver: GoScalar.resolver))
        } catch let error as YamlError {
            throw Failure(error)
        } catch {
            throw Failure(line: nil)
        }
    }

    private static func value(_ node: Node, marked: Bool, _ left: inout Int) throws(Failure) -> JSONValue {
        left -= 1
        guard left > 0 else { throw Failure(why: "have too many aliases") }
        switch node {
        case .mapping(let mapping): return .object(try entries(mapping, marked: marked, &left).mapValues(\.value))
        case .sequence(let sequence):
            var values: [JSONValue] = []
            for one in sequence { values.append(try value(one, marked: marked, &left)) }
            return .array(values)
        case .scalar(let scalar): return try GoScalar(scalar).json(line: scalar.mark?.line)
        case .alias: return .null
        }
    }

    /// An entry with the key that Go keeps it under: `1` and `"1"` are two in Go, and one in JSON.
    private struct Entry {
        var key: GoScalar
        var value: JSONValue
    }

    /// In order, so that of two the last counts, and a merge overrides what stands before it, as in Go.
    private static func entries(
        _ mapping: Node.Mapping,
        marked: Bool,
        _ left: inout Int
    ) throws(Failure) -> [String: Entry] {
        var entries: [String: Entry] = [:]
        func set(_ name: String, _ entry: Entry, _ line: Int?) throws(Failure) {
            if let known = entries[name], known.key != entry.key {
                throw Failure(why: "have two keys that are one in JSON", line: line)
            }
            entries[name] = entry
        }
        for (key, node) in mapping {
            let line = key.mark?.line
            guard case .scalar(var scalar) = key else {
                throw Failure(why: "have a key that is a list or a mapping", line: line)
            }
            let tag = scalar.tag
            if marked {
                // Another text would make the parser forget the tag.
                scalar.string = RepeatedKeys.unmarked(scalar.string)
                scalar.tag = tag
            }
            if GoScalar.isMerge(scalar) {
                for one in try merged(node, line) {
                    for (name, entry) in try self.entries(one, marked: marked, &left) { try set(name, entry, line) }
                }
                continue
            }
            let name = try GoScalar(scalar)
            try set(try name.key(line: line), Entry(key: name, value: try value(node, marked: marked, &left)), line)
        }
        return entries
    }

    /// What a merge key names, the one that counts last at the end: of several the first counts.
    private static func merged(_ node: Node, _ line: Int?) throws(Failure) -> [Node.Mapping] {
        let all = node.sequence.map { Array($0.reversed()) } ?? [node]
        var mappings: [Node.Mapping] = []
        for one in all {
            guard case .mapping(let mapping) = one else {
                throw Failure(why: "merge what is no mapping", line: line)
            }
            mappings.append(mapping)
        }
        return mappings
    }
}

extension YAMLValues.Failure {
    /// What the parser says, without its text.
    init(_ error: YamlError) {
        switch error {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): line = mark.line
        case .duplicatedKeysInMapping(_, let context):
            why = "have a key twice"
            line = context.mark.line
        default: line = nil
        }
    }
}
