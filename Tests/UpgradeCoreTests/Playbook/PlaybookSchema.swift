import Foundation

/// The parts of JSON Schema that `playbooks/schema.json` uses.
struct PlaybookSchema: Decodable, Sendable {
    /// One value of JSON.
    enum Value: Hashable, Sendable, Codable {
        case null
        case flag(Bool)
        case integer(Int)
        case text(String)
        case list([Value])
        case object([String: Value])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .null
            } else if let flag = try? container.decode(Bool.self) {
                self = .flag(flag)
            } else if let integer = try? container.decode(Int.self) {
                self = .integer(integer)
            } else if let text = try? container.decode(String.self) {
                self = .text(text)
            } else if let list = try? container.decode([Value].self) {
                self = .list(list)
            } else {
                self = .object(try container.decode([String: Value].self))
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .null: try container.encodeNil()
            case .flag(let flag): try container.encode(flag)
            case .integer(let integer): try container.encode(integer)
            case .text(let text): try container.encode(text)
            case .list(let list): try container.encode(list)
            case .object(let object): try container.encode(object)
            }
        }

        /// The value as text; JSON is YAML.
        var json: String {
            get throws {
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
                return String(decoding: try encoder.encode(self), as: UTF8.self)
            }
        }

        /// The value with the one at `path` replaced, or removed for `nil`.
        ///
        /// `[]` steps into the first of a list.
        func replacing(_ path: [String], with value: Value?) -> Value {
            guard let first = path.first else { return value ?? self }
            let rest = Array(path.dropFirst())
            switch self {
            case .object(var object):
                if rest.isEmpty, value == nil {
                    object[first] = nil
                } else {
                    object[first] = (object[first] ?? .object([:])).replacing(rest, with: value)
                }
                return .object(object)
            case .list(var list):
                guard !list.isEmpty else { return self }
                list[0] = list[0].replacing(rest, with: value)
                return .list(list)
            case .null, .flag, .integer, .text:
                return self
            }
        }
    }

    /// One name, or several.
    struct Types: Decodable, Sendable {
        let names: Set<String>

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let name = try? container.decode(String.self) {
                names = [name]
            } else {
                names = Set(try container.decode([String].self))
            }
        }
    }

    /// A schema, or the `false` that forbids everything.
    enum Additional: Decodable, Sendable {
        case forbidden
        indirect case schema(PlaybookSchema)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let flag = try? container.decode(Bool.self), !flag {
                self = .forbidden
            } else {
                self = .schema(try container.decode(PlaybookSchema.self))
            }
        }
    }

    var description: String?
    var reference: String?
    var type: Types?
    var properties: [String: PlaybookSchema]?
    var required: [String]?
    var items: [PlaybookSchema]
    var additional: Additional?
    var pattern: String?
    var values: [String]?
    var minimum: Int?
    var maximum: Int?
    var minItems: Int?
    var standard: Value?
    var definitions: [String: PlaybookSchema]?

    private enum CodingKeys: String, CodingKey {
        case description
        case reference = "$ref"
        case type
        case properties
        case required
        case items
        case additional = "additionalProperties"
        case pattern
        case values = "enum"
        case minimum
        case maximum
        case minItems
        case standard = "default"
        case definitions = "$defs"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        description = try container.decodeIfPresent(String.self, forKey: .description)
        reference = try container.decodeIfPresent(String.self, forKey: .reference)
        type = try container.decodeIfPresent(Types.self, forKey: .type)
        properties = try container.decodeIfPresent([String: PlaybookSchema].self, forKey: .properties)
        required = try container.decodeIfPresent([String].self, forKey: .required)
        items = try container.decodeIfPresent(PlaybookSchema.self, forKey: .items).map { [$0] } ?? []
        additional = try container.decodeIfPresent(Additional.self, forKey: .additional)
        pattern = try container.decodeIfPresent(String.self, forKey: .pattern)
        values = try container.decodeIfPresent([String].self, forKey: .values)
        minimum = try container.decodeIfPresent(Int.self, forKey: .minimum)
        maximum = try container.decodeIfPresent(Int.self, forKey: .maximum)
        minItems = try container.decodeIfPresent(Int.self, forKey: .minItems)
        standard = try container.decodeIfPresent(Value.self, forKey: .standard)
        definitions = try container.decodeIfPresent([String: PlaybookSchema].self, forKey: .definitions)
    }
}

extension PlaybookSchema {
    /// One place of the schema, with its references followed.
    struct Place: Sendable {
        /// The path in a playbook; list entries are `[]`, any release is `1.13`.
        let path: [String]
        /// The path as the decoder's errors name it.
        var title: String { path.filter { $0 != "[]" }.joined(separator: ".") }
        /// The path in the decoder's table of keys.
        var section: String { path.filter { $0 != "[]" }.map { $0 == "1.13" ? "*" : $0 }.joined(separator: ".") }
        /// Whether the value may be left out.
        let isRequired: Bool
        let schema: PlaybookSchema

        /// Whether nothing is below it.
        var isLeaf: Bool {
            if case .schema = schema.additional { return false }
            return schema.properties == nil && schema.items.isEmpty
        }
    }

    /// Every place below the top, the top included.
    func places() throws -> [Place] {
        try walk(Place(path: [], isRequired: true, schema: self), definitions ?? [:])
    }

    private func walk(_ place: Place, _ definitions: [String: PlaybookSchema]) throws -> [Place] {
        var schema = place.schema
        if let reference = schema.reference {
            let name = reference.replacingOccurrences(of: "#/$defs/", with: "")
            guard var target = definitions[name] else { throw CocoaError(.keyValueValidation) }
            target.standard = schema.standard
            target.reference = schema.reference
            target.description = schema.description ?? target.description
            schema = target
        }
        var found = [Place(path: place.path, isRequired: place.isRequired, schema: schema)]
        for (key, child) in (schema.properties ?? [:]).sorted(by: { $0.key < $1.key }) {
            let isRequired = schema.required?.contains(key) ?? false
            found += try walk(Place(path: place.path + [key], isRequired: isRequired, schema: child), definitions)
        }
        if case .schema(let child) = schema.additional {
            found += try walk(Place(path: place.path + ["1.13"], isRequired: true, schema: child), definitions)
        }
        // Of what may be a mapping or a list of such, both have the same keys.
        for child in schema.items where schema.properties == nil {
            found += try walk(Place(path: place.path + ["[]"], isRequired: true, schema: child), definitions)
        }
        return found
    }
}
