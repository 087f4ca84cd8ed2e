public import Foundation

/// How values of ours become JSON and back: sorted keys, no escaped slashes, one form everywhere.
public enum JSON {
    /// The value as one line.
    ///
    /// - Throws: `EncodingError`.
    public static func line(_ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(value)
    }

    /// The value on several lines, for people.
    ///
    /// - Throws: `EncodingError`.
    public static func pretty(_ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        return try encoder.encode(value) + [UInt8(ascii: "\n")]
    }

    /// Reads a value.
    ///
    /// - Throws: `DecodingError`.
    public static func decode<Value: Decodable>(_ type: Value.Type, from data: Data) throws -> Value {
        try JSONDecoder().decode(type, from: data)
    }
}
