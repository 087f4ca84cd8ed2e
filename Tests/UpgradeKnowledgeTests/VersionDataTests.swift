import Foundation
import Testing
import UpgradeKnowledge

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

    @Test("an unknown file is said to be missing")
    func missing() {
        #expect(throws: VersionDataError.missing(file: "none.yaml")) {
            try VersionData.decode(Head.self, from: "none.yaml")
        }
    }
}
