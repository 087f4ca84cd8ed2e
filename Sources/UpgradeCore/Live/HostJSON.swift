internal import Foundation

/// Decodes JSON that a host printed.
enum HostJSON {
    /// The value, or `nil` where the text is not one.
    static func value<Value: Decodable>(_ type: Value.Type, _ text: String) -> Value? {
        do {
            return try read(type, text)
        } catch {
            return nil
        }
    }

    /// The value.
    ///
    /// - Throws: `ReadingError.unreadable` with the place in the document where it differs.
    static func read<Value: Decodable>(_ type: Value.Type, _ text: String) throws(ReadingError) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(text.utf8))
        } catch let error as DecodingError {
            throw .unreadable(describe(error))
        } catch {
            throw .unreadable("not JSON")
        }
    }

    private static func describe(_ error: DecodingError) -> String {
        switch error {
        case .typeMismatch(_, let context), .valueNotFound(_, let context): at(context, "has another type")
        case .keyNotFound(let key, let context): at(context, "has no \(key.stringValue)")
        case .dataCorrupted(let context): at(context, "is not JSON, or cut off")
        @unknown default: "not the expected JSON"
        }
    }

    private static func at(_ context: DecodingError.Context, _ what: String) -> String {
        let path = context.codingPath.map(\.stringValue).joined(separator: ".")
        return "\(path.isEmpty ? "the document" : path) \(what)"
    }
}
