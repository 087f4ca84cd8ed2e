internal import UpgradeCore
internal import Yams

/// The data files as trees, before they become types.
struct FactTree {
    /// The root node of each file, by name.
    private(set) var nodes: [String: Node] = [:]

    /// Reads data files.
    ///
    /// - Throws: `VersionDataError`; a mistake of this program's makers, which a test excludes.
    init(reading names: [String]) throws(VersionDataError) {
        for name in names {
            guard let bytes = VersionData.bytes(of: name) else { throw .missing(file: name) }
            nodes[name] = try Self.compose(String(decoding: bytes, as: UTF8.self), name)
        }
    }

    /// Takes the texts of data files, by name.
    ///
    /// - Throws: `VersionDataError` for the first that is no YAML.
    init(texts: [String: String]) throws(VersionDataError) {
        for (name, text) in texts {
            nodes[name] = try Self.compose(text, name)
        }
    }

    /// Reads every data file, those of the hops included.
    ///
    /// - Throws: as `init(reading:)`.
    static func all() throws(VersionDataError) -> FactTree {
        var tree = try FactTree(reading: VersionData.names.filter { $0.hasSuffix(".yaml") })
        for (name, text) in HopCatalog.texts {
            tree.nodes[name] = try compose(text, name)
        }
        return tree
    }

    /// Makes a value of a file.
    ///
    /// - Throws: `VersionDataError` when the file is not what the type says.
    func decode<Value: Decodable>(_ type: Value.Type, from name: String) throws(VersionDataError) -> Value {
        guard let root = nodes[name] else { throw .missing(file: name) }
        do {
            return try YAMLDecoder().decode(type, from: root)
        } catch {
            throw .unreadable(file: name, reason: Self.reason(error))
        }
    }

    /// The tree with the changes of a playbook.
    ///
    /// - Throws: `VersionDataError` for the first that names no fact, or one that no playbook changes.
    func overriding(_ overrides: [FactOverride]) throws(VersionDataError) -> FactTree {
        var tree = self
        for change in overrides {
            guard let root = FactRoot.of(change.fact), let node = tree.nodes[root.file] else {
                throw .unknownFact(change.fact, near: [])
            }
            guard !root.isFixed else { throw .fixed(change.fact, file: root.file) }
            let isList = change.value.hasPrefix("[")
            let value = isList ? try Self.compose(change.value, "versions.\(change.fact)") : Node(change.value)
            tree.nodes[root.file] = try FactEdit(root: root, node: node).setting(change.fact, to: value, change.source)
        }
        return tree
    }

    private static func compose(_ text: String, _ name: String) throws(VersionDataError) -> Node {
        do {
            return try Yams.compose(yaml: text) ?? Node("")
        } catch {
            throw .unreadable(file: name, reason: "\(error)")
        }
    }

    private static func reason(_ error: any Error) -> String {
        guard let error = error as? DecodingError else { return "\(error)" }
        let (path, what) =
            switch error {
            case .keyNotFound(let key, let context): (context.codingPath, "there is no `\(key.stringValue)`")
            case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
                (context.codingPath, context.debugDescription)
            @unknown default: ([], "\(error)")
            }
        return "\(path.map(\.stringValue).joined(separator: ".")): \(what)"
    }
}
