import Foundation
import Testing
import UpgradeTestSupport

@Suite("versions sync proposes, through a proxy, and refuses broken pages")
struct VersionsSyncTests {
    private static let schedule = "raw.githubusercontent.com/kubernetes/website/main/data/releases/schedule.yaml"

    private func sync(_ web: WebScene, _ more: [String] = [], in directory: String) async throws -> Program.Result {
        let words = ["versions", "sync", "--on", "2026-11-22", "--from", web.mirror, "--proxy", web.proxyAddress]
        return try await Program(Program.upgrader, words + more, in: directory).wait()
    }

    @Test("the diff is the right one, every page came through the proxy, and no file is written")
    func proxy() async throws {
        let web = try await WebScene()
        let place = try ScratchDirectory()
        let result = try await sync(web, in: place.path)
        #expect(result.code == 0, "\(result.errors)")
        let expected = try String(
            contentsOfFile: Golden.root + "/Tests/UpgradeKnowledgeTests/Fixtures/proposal.txt",
            encoding: .utf8
        )
        #expect(!result.output.isEmpty && expected.hasPrefix(result.output))
        #expect(expected.dropFirst(result.output.count).hasPrefix("\nkubernetes/"))
        // Each page that is there was asked for once, and no other.
        let pages = try #require(FileManager.default.enumerator(atPath: web.scratch.path + "/www"))
            .compactMap { $0 as? String }.filter { path in
                var isDirectory: ObjCBool = false
                _ = FileManager.default.fileExists(atPath: "\(web.scratch.path)/www/\(path)", isDirectory: &isDirectory)
                return !isDirectory.boolValue
            }
        #expect(web.asked.sorted() == pages.map { "/" + $0 }.sorted())
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.path) == [])
        let written = try await sync(web, ["-o", "proposal.diff"], in: place.path)
        #expect(written.code == 0)
        #expect(String(decoding: try place.read("proposal.diff"), as: UTF8.self) == result.output)
    }

    @Test("a page that is an error page is refused by name; the others are proposed")
    func broken() async throws {
        let web = try await WebScene()
        let place = try ScratchDirectory()
        try web.write("<!DOCTYPE html>\n<html><body>Access denied</body></html>\n", to: Self.schedule)
        let result = try await sync(web, in: place.path)
        #expect(result.code == 10)
        #expect(result.errors.contains("error: the page kubernetes-schedule was refused\n"))
        #expect(result.errors.contains("why:   it is not the page that was asked for: HTML instead of YAML\n"))
        #expect(result.errors.contains("ran:   curl \(web.mirror)/\(Self.schedule)\n"))
        #expect(!result.output.contains("schedule.yaml (2026-11-22)"))
        #expect(result.output.contains("+++ b/Sources/CVersionData/Data/calico.yaml"))
    }

    @Test("a proxy that is not there is said, with exit code 15")
    func noProxy() async throws {
        let place = try ScratchDirectory()
        // Port 9 is discard, which nobody runs.
        let words = ["versions", "sync", "--from", "http://127.0.0.1:9", "--proxy", "http://127.0.0.1:9"]
        let result = try await Program(Program.upgrader, words, in: place.path).wait()
        #expect(result.code == 15)
        #expect(result.output.isEmpty)
        #expect(result.errors.contains("why:   it could not be had: curl: (7)"))
        #expect(result.errors.contains("next:  see that it can be had from here; --proxy and --from lead another way"))
    }
}
