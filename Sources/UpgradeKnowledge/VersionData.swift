internal import CVersionData
public import Foundation
internal import UpgradeCore
internal import Yams

/// The data files of version knowledge, which are part of the binary.
public enum VersionData {
    /// The names of the files, in order.
    public static var names: [String] { files.keys.sorted() }

    /// The text of a file.
    ///
    /// - Returns: its bytes; `nil` when there is no file of that name.
    public static func bytes(of name: String) -> Data? { files[name] }

    /// Reads a file into a value.
    ///
    /// - Throws: `VersionDataError`; a mistake of this program's makers, which a test of every file excludes.
    public static func decode<Value: Decodable>(
        _ type: Value.Type,
        from name: String
    ) throws(VersionDataError) -> Value {
        guard let bytes = bytes(of: name) else { throw .missing(file: name) }
        do {
            return try YAMLDecoder().decode(type, from: bytes)
        } catch {
            throw .unreadable(file: name, reason: "\(error)")
        }
    }

    /// Reads a file with what a playbook changes in it.
    ///
    /// - Throws: `VersionDataError` for the first change that names no fact, or that does not fit.
    static func decode<Value: Decodable>(
        _ type: Value.Type,
        from name: String,
        overriding overrides: [FactOverride]
    ) throws(VersionDataError) -> Value {
        let own = overrides.filter { FactRoot.of($0.fact)?.file == name }
        // Without a detour over a tree it takes half the time.
        guard !own.isEmpty else { return try decode(type, from: name) }
        do {
            return try FactTree(reading: [name]).overriding(own).decode(type, from: name)
        } catch .unreadable(let file, let reason) {
            throw .overridden(file: file, reason: reason)
        }
    }

    /// The SHA-256 over the names and contents of the files, in lowercase hexadecimal.
    public static var digest: String {
        var all: [UInt8] = []
        for (name, bytes) in files.sorted(by: { $0.key < $1.key }) {
            // The length keeps the end of one file from reading as the beginning of the next.
            all += Array("\(name) \(bytes.count)\n".utf8) + Array(bytes)
        }
        return Digest.sha256(all)
    }

    // Read once: the table does not change while the program runs.
    private static let files: [String: Data] = {
        let table = UnsafeBufferPointer(start: version_data_files(), count: version_data_file_count)
        return Dictionary(
            uniqueKeysWithValues: table.map { (String(cString: $0.name), Data(bytes: $0.bytes, count: $0.count)) }
        )
    }()
}

/// Why a data file cannot be had.
public enum VersionDataError: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is no file of that name.
    case missing(file: String)
    /// It is not what it should be.
    case unreadable(file: String, reason: String)
    /// A playbook names a fact that there is not.
    case unknownFact(String, near: [String])
    /// A playbook gives one value to what is many facts.
    case notOneFact(String, has: [String])
    /// The changes of a playbook leave a file that cannot be read.
    case overridden(file: String, reason: String)
    /// A playbook changes a fact that changes with the program alone.
    case fixed(String, file: String)

    /// One sentence with the facts of the case.
    public var description: String {
        switch self {
        case .missing(let file): "this program has no data file \(file)"
        case .unreadable(let file, let reason): "the data file \(file) of this program cannot be read: \(reason)"
        case .unknownFact(let fact, let near):
            "there is no fact \(fact)" + (near.isEmpty ? "" : "; did you mean \(near.joined(separator: ", "))?")
        case .notOneFact(let fact, let has):
            "\(fact) is not one fact; it has \(has.prefix(5).joined(separator: ", "))"
        case .overridden(let file, let reason):
            "what the playbook says under `versions` does not fit \(file): \(reason)"
        case .fixed(let fact, let file):
            "\(fact) is not for a playbook to change: the steps go by \(file) as it is tested with them"
        }
    }
}
