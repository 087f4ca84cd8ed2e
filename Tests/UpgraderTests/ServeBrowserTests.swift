import Foundation
import Testing
import UpgradeTestSupport

@Suite("A run, served live to a real browser")
struct ServeBrowserTests {
    private static let directory = Golden.root + "/Tests/UpgradeReportTests/Browser"

    @Test("a page that is open before the run begins follows it to its end, outlives the server, and says so")
    func follows() async throws {
        let workshop = try Workshop(Workshop.small(pace: "250ms"))
        let scene = try await ServeScene(workshop, ["--token-file", "token"])
        let token = try workshop.token
        let script = Golden.root + "/Tests/UpgraderTests/Browser/follow.py"
        let words = ["python3", script, "\(scene.base)/?token=\(token)", Self.directory, "ended"]
        let reader = try Program("/usr/bin/env", words, in: workshop.scratch.path)
        try await reader.expect("EMPTY\n")
        let run = try workshop.start("run", Workshop.playbook)
        for seen in ["RUNNING", "OPEN", "FOLLOWED", "KEPT", "HELD"] { try await reader.expect("\(seen)\n") }
        #expect(try await run.wait().code == 0)
        try workshop.scratch.write(Data(), to: "ended")
        try await reader.expect("ENDED\n")
        #expect(try await scene.end().code == 0)
        try await reader.expect("LOST\n")
        let listen = ["--listen", "127.0.0.1:\(scene.port)"]
        let again = try await ServeScene(workshop, listen + ["--token-file", "token"], token: token)
        try await reader.expect("BACK\n")
        #expect(try await again.end().code == 0)
        let other = try await ServeScene(workshop, listen)
        try await reader.expect("MOVED\n")
        let result = try await reader.wait()
        #expect(result.code == 0, "\(result.output)\(result.errors)")
        #expect(result.output.contains("COMPLAINTS []\nOUTSIDE []\n"), "\(result.output)")
        #expect(try await other.end().code == 0)
    }

    /// What the browser found; see check.py.
    private struct Found: Decodable {
        struct Keyboard: Decodable {
            var unseen: [String]
            var reached: Int
            var folds: Bool?
            var skips: Bool
        }

        var animations: Int
        var smooth: Bool
        var overflow: Int
        var outside: [String]
        var dark: Bool
        var landmarks: [String]
        var headings: [Int]
        var tables: [Bool]
        var duplicateIDs: [String]
        var deadLinks: [String]
        var scripts: Int
        var active: Int
        var foreign: [String]
        var pale: [String]
        var paleBars: [String]
        var texts: Int
        var smallTargets: Int
        var unfocusable: Int
        var nameless: [String]
        var keyboard: Keyboard
        var complaints: [String]
    }

    private func look(at url: String, _ width: Int, _ scheme: String, _ motion: String) async throws -> Found {
        let words = ["python3", Self.directory + "/check.py", url, String(width), scheme, motion]
        let scratch = try ScratchDirectory()
        let result = try await Program("/usr/bin/env", words, in: scratch.path).wait()
        try #require(result.code == 0, "chromium and python3 are needed (Scripts/setup): \(result.errors)")
        return try JSONDecoder().decode(Found.self, from: Data(result.output.utf8))
    }

    @Test(
        "the live page is readable at any width, in light and dark, by keyboard and by ear, and still where that is wanted",
        arguments: [(360, "dark", "reduce"), (360, "light", "no-preference"), (1600, "dark", "no-preference")]
    )
    func readable(width: Int, scheme: String, motion: String) async throws {
        let workshop = try Workshop(Workshop.small(pace: "40ms"))
        let run = try workshop.start("run", Workshop.playbook)
        // Held in the middle of its work: it is running, and stays as it is while it is looked at.
        try await run.expect("does drain w1.example.org", then: SIGSTOP)
        defer { run.signal(SIGKILL) }
        let scene = try await ServeScene(workshop)
        let found = try await look(at: scene.url, width, scheme, motion)
        #expect(found.complaints.isEmpty)
        #expect(found.scripts == 1 && found.active == 0 && found.foreign.isEmpty)
        #expect(found.dark == (scheme == "dark"))
        #expect(found.overflow <= 0 && found.outside.isEmpty)
        #expect(found.animations == (motion == "reduce" ? 0 : 1))
        #expect(found.smooth == (motion != "reduce"))
        #expect(found.landmarks == ["header", "nav", "main", "footer"])
        #expect(found.headings.first == 1)
        #expect(zip(found.headings, found.headings.dropFirst()).allSatisfy { $1 <= $0 + 1 }, "a level is left out")
        #expect(!found.tables.isEmpty && found.tables.allSatisfy { $0 })
        #expect(found.duplicateIDs.isEmpty && found.deadLinks.isEmpty)
        #expect(found.texts > 200 && found.pale.isEmpty, "contrast below 4.5 (WCAG 2.1, 1.4.3)")
        #expect(found.paleBars.isEmpty, "contrast below 3 (WCAG 2.1, 1.4.11)")
        #expect(found.smallTargets == 0 && found.unfocusable == 0)
        #expect(found.nameless.isEmpty)
        #expect(found.keyboard.skips && found.keyboard.folds == true)
        #expect(found.keyboard.reached > 10 && found.keyboard.unseen.isEmpty)
    }

    @Test("what stands in the place of a report that cannot be told is as readable")
    func trouble() async throws {
        let workshop = try Workshop(Workshop.small())
        let scene = try await ServeScene(workshop)
        let found = try await look(at: scene.url, 360, "dark", "reduce")
        #expect(found.complaints.isEmpty)
        #expect(found.scripts == 1 && found.active == 0)
        #expect(found.overflow <= 0 && found.outside.isEmpty)
        #expect(found.landmarks == ["header", "main", "footer"])
        #expect(found.headings == [1])
        #expect(found.pale.isEmpty && found.nameless.isEmpty)
        #expect(found.keyboard.skips)
    }
}
