internal import Foundation
internal import Yams

/// The data files as trees, before they become types.
struct FactTree {
    /// The root of each file, by name.
    var roots: [String: Node]

    /// Reads files.
    ///
    /// - Throws: `VersionDataError`; a mistake of this program's makers, which a test excludes.
    init(reading names: [String]) throws(VersionDataError) {
        roots = [:]
        for name in names {
            guard let bytes = VersionData.bytes(of: name) else { throw .missing(file: name) }
            do {
                roots[name] = try Yams.compose(yaml: String(decoding: bytes, as: UTF8.self))
            } catch {
                throw .unreadable(file: name, reason: "\(error)")
            }
        }
    }

    /// Makes a value of a file.
    ///
    /// - Throws: `VersionDataError` when the file is not what the type says.
    func decode<Value: Decodable>(_ type: Value.Type, from name: String) throws(VersionDataError) -> Value {
        guard let root = roots[name] else { throw .missing(file: name) }
        do {
            return try YAMLDecoder().decode(type, from: root)
        } catch {
            throw .unreadable(file: name, reason: "\(error)")
        }
    }
}
