internal import Yams

/// What Go takes a scalar of YAML for.
///
/// - Source: yaml.v2 v2.4 resolve.go and decode.go: the words of YAML 1.1 without its base 60, and numbers as Go's strconv
///   reads them with `_` left out. A moment stays a text.
enum GoScalar: Hashable {
    case null
    case bool(Bool)
    case integer(Int64)
    /// Above the largest `Int64`.
    case unsigned(UInt64)
    case float(Double)
    case string(String)

    /// What the parser calls a scalar that has neither quotes nor a tag.
    private static let plain: Tag.Name = "plain"
    /// Calls every such scalar so, and takes it for nothing yet.
    static let resolver = (try? Resolver.basic.appending(plain, "^")) ?? .basic

    /// Whether a key merges what it names.
    static func isMerge(_ scalar: Node.Scalar) -> Bool {
        scalar.string == "<<" && (isPlain(scalar) || scalar.tag.rawValue == Tag.Name.merge.rawValue)
    }

    private static func isPlain(_ scalar: Node.Scalar) -> Bool {
        let tag = scalar.tag.rawValue
        return tag == plain.rawValue || tag == Tag.Name.implicit.rawValue
    }

    /// - Throws: `YAMLValues.Failure` where its tag says that it is what it is not.
    init(_ scalar: Node.Scalar) throws(YAMLValues.Failure) {
        let text = scalar.string
        if Self.isPlain(scalar) {
            self = Self.resolved(text)
            return
        }
        let found = Self.resolved(text)
        switch (Tag.Name(rawValue: scalar.tag.rawValue), found) {
        case (.null, .null), (.bool, .bool), (.int, .integer), (.int, .unsigned), (.float, .float): self = found
        case (.float, .integer(let value)): self = .float(Double(value))
        case (.timestamp, .string) where Self.isMoment(text): self = .string(text)
        case (.null, _), (.bool, _), (.int, _), (.float, _), (.timestamp, _):
            throw YAMLValues.Failure(why: "have a tag that says what is not so", line: scalar.mark?.line)
        case (.binary, _):
            // > \r and \n are ignored  (Go encoding/base64)
            let packed = String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 != "\r" && $0 != "\n" }))
            guard let bytes = Base64.decode(packed) else {
                throw YAMLValues.Failure(why: "have !!binary that is not base64", line: scalar.mark?.line)
            }
            self = .string(Self.text(bytes))
        default: self = .string(text)
        }
    }

    /// What JSON has for it.
    ///
    /// - Throws: `YAMLValues.Failure` for a number that is none.
    func json(line: Int?) throws(YAMLValues.Failure) -> JSONValue {
        switch self {
        case .null: return .null
        case .bool(let value): return .bool(value)
        case .integer(let value): return .whole(value)
        case .unsigned(let value): return .decimal(Double(value))
        case .float(let value):
            guard value.isFinite else {
                throw YAMLValues.Failure(why: "have a number that JSON cannot hold (.nan or .inf)", line: line)
            }
            return .decimal(value)
        case .string(let value): return .string(value)
        }
    }

    /// The key of JSON that it becomes.
    ///
    /// - Source: sigs.k8s.io/yaml v1.6 yaml.go, convertToJSONableObject: a number as Go prints a `float32`
    /// - Throws: `YAMLValues.Failure` where it becomes none.
    func key(line: Int?) throws(YAMLValues.Failure) -> String {
        switch self {
        case .bool(let value): return value ? "true" : "false"
        case .integer(let value): return String(value)
        case .float(let value): return GoNumber.text(Float(value))
        case .string(let value): return value
        case .null, .unsigned: throw YAMLValues.Failure(why: "have a key that JSON cannot hold", line: line)
        }
    }

    // MARK: resolve.go

    private static let words: [String: GoScalar] = {
        var words: [String: GoScalar] = [:]
        for word in ["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"] {
            words[word] = .bool(true)
        }
        for word in ["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"] {
            words[word] = .bool(false)
        }
        for word in ["", "~", "null", "Null", "NULL"] { words[word] = .null }
        for word in [".nan", ".NaN", ".NAN"] { words[word] = .float(.nan) }
        for word in [".inf", ".Inf", ".INF"] {
            words[word] = .float(.infinity)
            words["+" + word] = .float(.infinity)
            words["-" + word] = .float(-.infinity)
        }
        return words
    }()

    private static func resolved(_ text: String) -> GoScalar {
        if let word = words[text] { return word }
        guard let first = text.utf8.first else { return .string(text) }
        switch first {
        case UInt8(ascii: "."): return GoNumber.fraction(text).map(GoScalar.float) ?? .string(text)
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"):
            if isMoment(text) { return .string(text) }
            let plain = text.filter { $0 != "_" }
            if let value = GoNumber.integer(plain) { return .integer(value) }
            if let value = GoNumber.unsigned(plain) { return .unsigned(value) }
            return GoNumber.float(plain).map(GoScalar.float) ?? .string(text)
        default: return .string(text)
        }
    }

    /// > Fast path: must start with 4 digits followed by a '-'  (parseTimestamp); no number does.
    private static func isMoment(_ text: String) -> Bool {
        let start = text.utf8.prefix(5)
        return start.count == 5 && start.last == UInt8(ascii: "-")
            && start.dropLast().allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    /// Bytes as Go's encoding/json writes a text of them: each byte that belongs to no character is U+FFFD.
    private static func text(_ bytes: [UInt8]) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        var text = ""
        var index = 0
        while index < bytes.count {
            let longest = bytes[index...].prefix(4)
            // > a character takes one to four bytes  (RFC 3629)
            let length = (1...longest.count).first { String(validating: longest.prefix($0), as: UTF8.self) != nil }
            if let length, let one = String(validating: longest.prefix(length), as: UTF8.self) {
                text += one
                index += length
            } else {
                text += "\u{FFFD}"
                index += 1
            }
        }
        return text
    }
}
