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

    /// What is wrong with a document that could not be read, with the place in it.
    ///
    /// - Parameters:
    ///   - error: what `decode` threw.
    ///   - what: what the document should have been.
    /// - Returns: the fault, as part of a sentence.
    public static func reason(_ error: any Error, is what: String = "JSON") -> String {
        switch error as? DecodingError {
        case .typeMismatch(_, let context), .valueNotFound(_, let context): at(context, "has another type")
        case .keyNotFound(let key, let context): at(context, "has no \(key.stringValue)")
        case .dataCorrupted(let context): at(context, "is not \(what), or cut off")
        default: "it is not \(what)"
        }
    }

    private static func at(_ context: DecodingError.Context, _ fault: String) -> String {
        let path = context.codingPath.map(\.stringValue).joined(separator: ".")
        return "\(path.isEmpty ? "the document" : path) \(fault)"
    }
}
