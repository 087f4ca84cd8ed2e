import Foundation
import Testing
import UpgradeKnowledge
import UpgradeTestSupport
import Yams

@Suite("The data files are part of the binary")
struct VersionDataTests {
    private struct Head: Decodable {
        var schema: String
        // swift-format-ignore: AlwaysUseLowerCamelCase
        var as_of: String
    }

    @Test("each is the file in the tree and says its schema and its date", arguments: VersionData.names)
    func head(name: String) throws {
        let head = try VersionData.decode(Head.self, from: name)
        #expect(head.schema == "upgrader/versions/\(name.dropLast(".yaml".count))/1")
        #expect(head.as_of.wholeMatch(of: /\d{4}-\d{2}-\d{2}/) != nil)
        let file = URL(filePath: #filePath).appending(path: "../../../Sources/CVersionData/Data/\(name)").standardized
        #expect(try Data(contentsOf: file) == VersionData.bytes(of: name))
    }

    /// A key that nobody reads is a fact that counts for nothing: so a rule was lost once by the name of its key.
    @Test("every key of every file is one that is known: a misspelt or a new one is seen")
    func keys() throws {
        let text = try VersionData.names.flatMap { name in
            let bytes = try #require(VersionData.bytes(of: name))
            let root = try #require(try Yams.compose(yaml: String(decoding: bytes, as: UTF8.self)))
            return Set(Self.keys(of: root, at: name)).sorted()
        }
        .joined(separator: "\n")
        try Golden.expect(text, matches: "Tests/UpgradeKnowledgeTests/Fixtures/data-keys.txt")
    }

    @Test("a key that nobody knows is one of its own", arguments: ["not_equal", "equal", "detectt"])
    func misspelt(key: String) throws {
        let root = try #require(try Yams.compose(yaml: "hops: {1.12->1.13: [{id: x, \(key): y}]}"))
        #expect(Self.keys(of: root, at: "f").contains("f hops.*[].\(key)"))
    }

    /// The keys below a node, each once; what is the name of a release, an API, a flag or a gate is `*`.
    private static func keys(of node: Node, at path: String) -> [String] {
        if let items = node.sequence { return items.flatMap { keys(of: $0, at: path + "[]") } }
        guard let mapping = node.mapping else { return [] }
        return mapping.flatMap { key, value -> [String] in
            let name = key.string ?? ""
            let isName = name.wholeMatch(of: /[a-z_]+[0-9]*([a-z_0-9]*)/) == nil
            let below = path + (path.contains(" ") ? "." : " ") + (isName ? "*" : name)
            return [below] + keys(of: value, at: below)
        }
    }

    @Test("an unknown file is said to be missing")
    func missing() {
        #expect(throws: VersionDataError.missing(file: "none.yaml")) {
            try VersionData.decode(Head.self, from: "none.yaml")
        }
    }
}
