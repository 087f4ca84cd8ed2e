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
        } catch {
            throw .unreadable(JSON.reason(error))
        }
    }
}
