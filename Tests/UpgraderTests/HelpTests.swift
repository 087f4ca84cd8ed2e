import Testing
import UpgradeTestSupport

@testable import upgrader

@Suite("What --help says")
struct HelpTests {
    @Test(
        "the help of each command is what its golden file says",
        arguments: ["plan", "run", "resume", "status", "check", "path", "cleanup", "rollback", "init"]
    )
    func command(name: String) async throws {
        let workshop = try Workshop("")
        let result = try await workshop.upgrader(name, "--help")
        #expect(result.code == 0)
        try Golden.expect(result.output, matches: "Tests/UpgraderTests/Golden/help-\(name).txt")
    }

    @Test("the help of the program lists every exit code")
    func codes() async throws {
        let workshop = try Workshop("")
        let result = try await workshop.upgrader("--help")
        #expect(result.code == 0)
        for ending in Ending.allCases {
            #expect(result.output.contains("\(ending.rawValue)\t\(ending.summary)"))
        }
        #expect(Set(Ending.allCases.map(\.rawValue)) == [0, 1, 10, 11, 12, 13, 14, 15, 64])
    }
}
