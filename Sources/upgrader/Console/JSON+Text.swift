internal import Foundation
internal import UpgradeCore

extension JSON {
    /// The value on several lines, without the newline at the end that `Output.write` adds.
    static func text(_ value: some Encodable) throws -> String {
        String(decoding: try pretty(value), as: UTF8.self).trimmingCharacters(in: .newlines)
    }
}
