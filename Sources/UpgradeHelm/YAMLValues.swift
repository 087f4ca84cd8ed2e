internal import Yams

/// Reads values as Helm does: YAML into what JSON can hold.
///
/// - Source: github.com/ghodss/yaml over gopkg.in/yaml.v2, which Helm 2 and 3 read values with: a time stays a text, keys
///   that are no texts become ones.
enum YAMLValues {
    /// Why values could not be read; never with their text, which may hold a secret.
    struct Failure: Error {
        /// The line, from 1, where it is known.
        var line: Int?
    }

    /// The mapping of a text; empty where there is nothing in it.
    static func mapping(_ text: String) throws(Failure) -> [String: JSONValue] {
        switch try value(text) {
        case .object(let values): return values
        case .null: return [:]
        case .bool, .integer, .number, .string, .array: throw Failure(line: 1)
        }
    }

    /// The value of a text.
    static func value(_ text: String) throws(Failure) -> JSONValue {
        let node: Node?
        do {
            node = try Yams.compose(yaml: text)
        } catch let error as YamlError {
            throw Failure(line: line(error))
        } catch {
            throw Failure(line: nil)
        }
        guard let node else { return .null }
        return value(node)
    }

    private static func line(_ error: YamlError) -> Int? {
        switch error {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
        default: nil
        }
    }

    private static func value(_ node: Node) -> JSONValue {
        switch node {
        case .mapping(let mapping): .object(entries(mapping))
        case .sequence(let sequence): .array(sequence.map(value))
        case .scalar(let scalar): value(node, scalar)
        case .alias: .null
        }
    }

    private static func entries(_ mapping: Node.Mapping) -> [String: JSONValue] {
        var values: [String: JSONValue] = [:]
        for (key, node) in mapping where isMerge(key) {
            let merged = node.sequence.map(Array.init) ?? [node]
            for case .mapping(let one) in merged { values.merge(entries(one)) { first, _ in first } }
        }
        for (key, node) in mapping where !isMerge(key) {
            values[name(key)] = value(node)
        }
        return values
    }

    private static func isMerge(_ key: Node) -> Bool {
        key.tag.description == Tag.Name.merge.rawValue
    }

    private static func name(_ key: Node) -> String {
        guard case .scalar(let scalar) = key else { return "" }
        switch value(key, scalar) {
        case .bool(let value): return value ? "true" : "false"
        case .integer(let value): return String(value)
        case .string(let value): return value
        case .null: return "null"
        case .number, .array, .object: return scalar.string
        }
    }

    private static func value(_ node: Node, _ scalar: Node.Scalar) -> JSONValue {
        switch node.tag.description {
        case Tag.Name.null.rawValue: .null
        case Tag.Name.bool.rawValue: node.bool.map(JSONValue.bool) ?? .string(scalar.string)
        case Tag.Name.int.rawValue: integer(node, scalar)
        case Tag.Name.float.rawValue: node.float.map(JSONValue.decimal) ?? .string(scalar.string)
        default: .string(scalar.string)
        }
    }

    private static func integer(_ node: Node, _ scalar: Node.Scalar) -> JSONValue {
        if let value = node.int { return .integer(Int64(value)) }
        return Double(scalar.string).map(JSONValue.decimal) ?? .string(scalar.string)
    }
}
