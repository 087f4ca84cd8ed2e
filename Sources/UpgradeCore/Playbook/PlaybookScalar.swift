import Yams

/// What a YAML scalar is, before anyone says what it ought to be.
enum ScalarKind: Hashable {
    case string
    case integer
    case float
    case boolean
    case null

    /// Names the kind in an error.
    var title: String {
        switch self {
        case .string: "a string"
        case .integer: "an integer"
        case .float: "a number"
        case .boolean: "a boolean"
        case .null: "empty"
        }
    }
}

/// The text of a scalar with its kind.
///
/// The text is kept as written: `1.10` is a number to YAML and would be read back as 1.1.
struct PlaybookScalar {
    let text: String
    let kind: ScalarKind

    /// Reads a scalar by the rules of YAML 1.2: `yes` and `010` are not a boolean and an octal number.
    ///
    /// - Source: YAML 1.2.2, 10.3.2 core schema, tag resolution.
    init(_ scalar: Node.Scalar) {
        text = scalar.string
        let isPlain = scalar.style == .plain || scalar.style == .any
        kind = isPlain && scalar.tag.description != Self.stringTag ? Self.kind(ofPlain: scalar.string) : .string
    }

    private static let stringTag = "tag:yaml.org,2002:str"

    // Compiled once, for a playbook may name thousands of hosts; see Redaction for why they may be shared.
    private nonisolated(unsafe) static let integer = /[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+/
    private nonisolated(unsafe) static let float = /[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?/
    private nonisolated(unsafe) static let notFinite = /[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)/

    private static func kind(ofPlain text: String) -> ScalarKind {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE", "false", "False", "FALSE": return .boolean
        default: break
        }
        if text.wholeMatch(of: integer) != nil { return .integer }
        if text.wholeMatch(of: float) != nil || text.wholeMatch(of: notFinite) != nil { return .float }
        return .string
    }
}
