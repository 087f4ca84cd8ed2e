import Foundation
import Testing
import UpgradeCore
import UpgradeTestSupport

@testable import upgrader

@Suite("Packages, as the operator asks for them")
struct PackageTests {
    private let tree = URL(filePath: #filePath).appending(path: "../../..").standardized.path

    @Test("the list tells every version that there is data of, as a table and as JSON")
    func list() async throws {
        let workshop = try Workshop("")
        let table = try await workshop.upgrader("package", "list")
        #expect(table.code == 0)
        #expect(table.output.contains("kubernetes  1.16.15-1  upstream"))
        let document = try await workshop.upgrader("package", "list", "--format", "json")
        #expect(document.output.contains("\"schema\": \"upgrader/package-list/1\""))
    }

    @Test("what the program refuses keeps its five lines and its exit code")
    func refused() async throws {
        let workshop = try Workshop("")
        let result = try await workshop.upgrader("package", "build", "helm", "1.2.3", "--output", workshop.scratch.path)
        #expect(result.code == 10)
        #expect(result.errors.contains("error: refused, unknown-version: helm 1.2.3"))
        #expect(result.errors.contains("next:  upgrader package add helm 1.2.3"))
        let options = try await workshop.upgrader("package", "publish", "--", "--help")
        #expect(options.output.contains("--repository"))
    }

    @Test("a builder that the playbook does not name is refused with those that it names")
    func unknownBuilder() async throws {
        let workshop = try Workshop("")
        try workshop.write(
            """
            cluster: real
            target: 1.13
            releases: {1.12: 1.12.10-1, 1.13: 1.13.12-1}
            hosts:
              - {name: cp1, roles: [etcd, control-plane, worker]}
            packaging: {builders: [{name: build1}], proxy: http://webproxy.example.org:8080}

            """
        )
        let result = try await workshop.upgrader(
            "package",
            "build",
            "helm",
            "2.16.12",
            "--on",
            "build2",
            "--playbook",
            Workshop.playbook
        )
        #expect(result.code == 64)
        #expect(result.errors.contains("why:   it names build1"))
        let bare = try await workshop.upgrader("package", "build", "helm", "2.16.12", "--on", "build1")
        #expect(bare.code == 64)
    }

    @Test("a build on a builder tells a program what one that is made here does: its record, and where that is")
    func document() throws {
        let scratch = try ScratchDirectory()
        let path = "\(scratch.path)/helm_2.16.12-1.json"
        try #"{"schema": "upgrader/package-build/1", "debs": [{"file": "a.deb", "size": 3}]}"#
            .write(toFile: path, atomically: true, encoding: .utf8)
        struct Document: Decodable, Equatable {
            struct Deb: Decodable, Equatable {
                var file: String
                var size: Int
            }
            var schema: String
            var debs: [Deb]
            var record: String
        }
        let text = try PackageBuildCommand.document(of: path)
        let expected = Document(schema: "upgrader/package-build/1", debs: [.init(file: "a.deb", size: 3)], record: path)
        #expect(try JSONDecoder().decode(Document.self, from: Data(text.utf8)) == expected)
        try "[]".write(toFile: path, atomically: true, encoding: .utf8)
        #expect(throws: AccessError.self) { try PackageBuildCommand.document(of: path) }
    }

    @Test(
        "what is no name and no version of a component goes to no builder",
        arguments: ["../../etc", "a b", "-x", ""]
    )
    func names(word: String) async throws {
        let workshop = try Workshop(Workshop.small())
        for (component, version) in [(word, "1.2.3"), ("helm", word)] {
            let result = try await workshop.upgrader("package", "build", "--", component, version)
            #expect(result.code == 64)
            #expect(result.errors.contains("is no name of a component, and no version of one"))
        }
    }
}
