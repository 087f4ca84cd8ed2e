import Foundation
import Testing
import UpgradeTestSupport

@Suite("What the scripts say of themselves")
struct ScriptsHelpTests {
    @Test(
        "--help prints the comment at the head of the script, ends with 0 and begins nothing",
        arguments: [
            "bench-lab", "check.sh", "demo", "docs", "fuzz", "mutants.sh", "package", "release-check", "screenshots",
            "setup", "test",
        ]
    )
    func help(script: String) async throws {
        let path = "\(Golden.root)/Scripts/\(script)"
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        let head = lines.dropFirst().prefix { $0.hasPrefix("#") }.map { $0.dropFirst(2) }.joined(separator: "\n")
        // From elsewhere, as somebody calls it who has only just found it.
        let scratch = try ScratchDirectory()
        let result = try await Program("/bin/bash", [path, "--help"], in: scratch.path).wait(deadline: .seconds(20))
        #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
        #expect(
            result.output.replacing("\n\n", with: "\n").hasPrefix(head.replacing("\n\n", with: "\n")),
            "\(result.output)"
        )
        if script == "fuzz" {
            let corpus = try FileManager.default.contentsOfDirectory(
                atPath: "\(Golden.root)/Tests/UpgradeFuzzTests/Corpus"
            )
            #expect(
                result.output.hasSuffix("\nTargets: \(corpus.sorted().joined(separator: " "))\n"),
                "\(result.output)"
            )
        }
    }
}
