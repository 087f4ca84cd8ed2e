/// A value whose form on disk is one string.
public protocol TextCodable: Codable, CodingKeyRepresentable, CustomStringConvertible, Sendable {
    /// Reads the string form; `nil` where it is not one.
    init?(_ text: String)
}

extension TextCodable {
    /// Reads the value from its string.
    ///
    /// - Throws: `DecodingError.dataCorrupted` when the string is not a value of this type.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = Self(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(text) is not a \(Self.self)")
        }
        self = value
    }

    /// Writes the value as its string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension TextCodable {
    /// The string form, as the key of a JSON object.
    public var codingKey: any CodingKey { TextCodingKey(stringValue: description) }

    /// Reads the value from the key of a JSON object.
    public init?<Key: CodingKey>(codingKey: Key) {
        self.init(codingKey.stringValue)
    }
}

private struct TextCodingKey: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }

    init?(intValue: Int) { nil }
}

extension MinorRelease: TextCodable {}
extension KubernetesVersion: TextCodable {}
extension PackageVersion: TextCodable {}
