import Foundation
import Testing
import UpgradeCore
import UpgradeReport
import UpgradeTestSupport

@Suite("The report of a run")
struct ReportPageTests {
    private func report(
        _ story: StoryScene,
        transcript: [Transcript.Entry] = [],
        availability: [APISpan] = []
    ) throws -> RunReport {
        RunReport(
            story: RunStory(try story.history),
            plan: story.plan,
            playbook: story.scene.playbook,
            titles: story.titles,
            holder: nil,
            transcript: transcript,
            availability: availability,
            notices: []
        )
    }

    /// Would run, break out of an attribute (a quote with an accent is one character to Swift), or turn the text round.
    private static let evil =
        "<script>window.top.HOSTILE=1;HOSTILE=1</script>\"\u{301} onmouseover=\"HOSTILE=1\" '><img src=x onerror=HOSTILE=1>"
        + "</pre></style>{{#facts}}{{/facts}} | `code` ```` \u{202E}HOSTILE-MARK\u{7}"

    /// A run with hostile text wherever text comes from outside.
    private func hostile() async throws -> (StoryScene, RunReport) {
        let evil = Self.evil
        let story = try await StoryScene(reason: evil) { scene in
            scene.playbook.cluster = evil
            scene.playbook.versions = [FactOverride(fact: evil, value: evil, source: evil, reason: evil)]
            scene.playbook.accepted = [Acceptance(violation: evil, reason: evil)]
        }
        let drain = try story.key("1.12-1.13/workers/drain@w1")
        let failure = Failure.access(.commandFailed(host: evil, command: evil, status: evil, output: evil))
        let node = Action.drain(node: evil, options: DrainOptions(deadline: .seconds(60)))
        try story.append(
            .begun(drain, attempt: 1),
            .intended(drain, attempt: 1, index: 0, node),
            .failed(drain, attempt: 1, failure),
            .stopped(.failed([drain]))
        )
        let time = (try story.history.records.last?.time ?? 0) - 1.5
        let huge = String(repeating: "x", count: 200_000)
        let trace = CommandTrace(host: evil, command: evil, status: evil, seconds: 1, output: evil + huge)
        return (
            story,
            try report(
                story,
                transcript: [
                    Transcript.Entry(time: time, key: drain, event: .ran(trace)),
                    Transcript.Entry(time: time, key: drain, event: .waits(evil)),
                ]
            )
        )
    }

    @Test("plan and actual, retries, sittings and the digest of the journal are those of the journal")
    func figures() async throws {
        let story = try await StoryScene(reason: "ticket 7")
        try await story.walk()
        let report = try report(story)
        let (whole, record) = (try #require(report.parts.first), try story.history)
        #expect(whole.steps == story.plan.keys.count)
        #expect(whole.done == whole.steps)
        #expect(report.steps.allSatisfy { $0.outcome == "done" && $0.attempts.count == 1 })
        #expect(report.journalDigest == record.hash)
        #expect(report.records == record.count)
        #expect(report.sittings.map(\.reason) == ["ticket 7"])
        #expect(report.sittings.first?.ending == "every step is done")
        let drain = try #require(report.steps.first { $0.key == "1.12-1.13/workers/drain@w1" })
        #expect(drain.attempts.first?.deeds.first?.commands.first?.command.contains("drain") == true)
        // A second for every record: begun, intended, acted, done.
        #expect(drain.attempts.first.flatMap { $0.ended.map { end in end - drain.attempts[0].began } } == 3)
    }

    @Test("time in which nobody worked on the run is in no length of time")
    func deadTime() async throws {
        let story = try await StoryScene()
        let key = try story.key("1.12-1.13/workers/drain@w1")
        let node = Action.drain(node: "w1", options: DrainOptions(deadline: .seconds(60)))
        try story.append(.begun(key, attempt: 1), .intended(key, attempt: 1, index: 0, node))
        story.pass(90_000)
        let header = RunHeader(run: story.scene.run, planDigest: "digest", holder: "bob@desk", reason: "")
        try story.append(.resumed(header), .acted(key, attempt: 1, index: 0), .done(key))
        let report = try report(story)
        let attempt = try #require(report.steps.first { $0.key == key.description }?.attempts.first)
        // A second for every record, in each of the two sittings.
        #expect(attempt.ended.map { $0 - attempt.began > 90_000 } == true)
        #expect(attempt.worked == 3 && attempt.deeds.first?.worked == 1)
        #expect(report.parts.first?.worked == 3)
        #expect(!(try ReportPage.markdown(report)).contains("25 h"))
    }

    @Test("what a gate measured last is told with the check, before and after")
    func measured() async throws {
        let story = try await StoryScene()
        let key = try story.key("1.12-1.13/workers/node-ready@w1")
        try story.append(.begun(key, attempt: 1))
        let time = try #require(try story.history.records.last?.time)
        try story.append(.done(key))
        let readings = { (found: String) in [GateReading("kubelet", found, needs: "v1.13.12")] }
        let transcript = [
            Transcript.Entry(time: time, key: key, event: .gate("not yet", measured: readings("v1.12.10"))),
            Transcript.Entry(time: time + 0.5, key: key, event: .opened(readings("v1.13.12"))),
        ]
        let report = try report(story, transcript: transcript)
        #expect(report.steps.first { $0.key == key.description }?.attempts.first?.measured == readings("v1.13.12"))
        let row = "| w1 | passed | kubelet: v1.13.12, needs v1.13.12 |"
        #expect(try ReportPage.markdown(report).contains(row))
        #expect(try ReportPage.html(report).contains("kubelet: v1.13.12, needs v1.13.12"))
    }

    @Test("the API's availability is told, as a whole and by server")
    func availability() async throws {
        let story = try await StoryScene()
        let spans = [
            APISpan(from: 0, to: 50, looks: 11, servers: ["cp1": .healthy, "cp2": .healthy]),
            APISpan(from: 55, to: 60, looks: 2, servers: ["cp1": .unhealthy, "cp2": .unhealthy]),
            APISpan(from: 65, to: 65, looks: 1, servers: ["cp1": .healthy, "cp2": .unknown]),
        ]
        let report = try report(story, availability: spans)
        #expect(report.availability?.api.missed == 2)
        let text = try ReportPage.markdown(report)
        #expect(text.contains("- API: answered 12 of 14 looks; away 1 time, for 10 s"))
        #expect(text.contains("| cp2 | 13 | 2 | 1 | 10 s, 1970-01-01 00:00:55 |"))
        #expect(try ReportPage.html(report).contains("The API, while the run was at work"))
        #expect(try ReportPage.markdown(self.report(story)).contains("- API: no look is written down yet"))
    }

    @Test("text from outside means nothing to HTML")
    func escaped() async throws {
        let html = try ReportPage.html(try await hostile().1)
        #expect(!html.contains("<script"))
        #expect(!html.contains("<img"))
        #expect(!html.unicodeScalars.contains("\u{202E}"))
        #expect(html.contains("&lt;script&gt;"))
        #expect(!html.utf8.contains(7))
        // Not even with an accent on it.
        #expect(!html.unicodeScalars.split(separator: "\n").contains { String($0).contains("\"\u{301} onmouseover") })
    }

    @Test("text from outside means nothing to Markdown, and a fence is longer than any in it")
    func markdown() async throws {
        let text = try ReportPage.markdown(try await hostile().1)
        #expect(text.contains("\\<script\\>"))
        let heading = text.split(separator: "\n").first ?? ""
        #expect(heading.contains("\\| \\`code\\`") && !heading.contains(" | "))
        #expect(text.contains("`````text"))
    }

    @Test(
        "in a real browser it overflows nowhere, is readable, has its landmarks, and hostile text does nothing",
        arguments: [(360, "light"), (390, "dark"), (1400, "dark")]
    )
    func browser(width: Int, scheme: String) async throws {
        let (story, report) = try await hostile()
        try story.scratch.write(Data(try ReportPage.html(report).utf8), to: "report.html")
        let found = try await Browser.look(at: story.scratch.path + "/report.html", width: width, scheme: scheme)
        #expect(found.error == nil)
        #expect(found.overflow <= 0)
        #expect(found.outside.isEmpty)
        #expect(found.scripts == 0)
        #expect(found.paleBars.isEmpty, "contrast below 3 (WCAG 2.1, 1.4.11)")
        #expect(found.nameless.isEmpty, "a screen reader has no name for it")
        #expect(found.keyboard.skips && found.keyboard.folds == true)
        #expect(found.keyboard.reached > 10 && found.keyboard.unseen.isEmpty, "one does not see where one is")
        #expect(found.dark == (scheme == "dark"))
        #expect(found.landmarks == ["header", "nav", "main", "footer"])
        #expect(found.headings.first == 1)
        #expect(zip(found.headings, found.headings.dropFirst()).allSatisfy { $1 <= $0 + 1 }, "a level is left out")
        #expect(found.tables.allSatisfy { $0 })
        #expect(found.duplicateIDs.isEmpty)
        #expect(found.deadLinks.isEmpty)
        #expect(found.active == 0)
        #expect(found.foreign.isEmpty)
        #expect(found.pale.isEmpty, "contrast below 4.5 (WCAG 2.1, 1.4.3)")
        #expect(found.smallTargets == 0)
        #expect(found.unfocusable == 0)
        #expect(found.bars > 0 && found.barsOutside == 0)
        #expect(found.bold, "the hostile text is not shown at all")
        #expect(!found.reached, "hostile text ran")
    }
}

/// What a real browser finds in a page.
struct Browser: Decodable {
    /// What the Tab key reaches, and what of it one does not see.
    struct Keyboard: Decodable {
        var unseen: [String]
        var reached: Int
        var folds: Bool?
        var skips: Bool
    }

    var error: String?
    var overflow: Int
    var outside: [String]
    var scripts: Int
    var paleBars: [String]
    var nameless: [String]
    var keyboard: Keyboard
    var dark: Bool
    var landmarks: [String]
    var headings: [Int]
    var tables: [Bool]
    var duplicateIDs: [String]
    var deadLinks: [String]
    var active: Int
    var foreign: [String]
    var pale: [String]
    var smallTargets: Int
    var unfocusable: Int
    var bars: Int
    var barsOutside: Int
    var bold: Bool
    var reached: Bool

    static func look(at file: String, width: Int, scheme: String) async throws -> Browser {
        let script = Golden.root + "/Tests/UpgradeReportTests/Browser/check.py"
        let check = try await Program("/usr/bin/env", ["python3", script, file, String(width), scheme]).wait()
        try #require(check.code == 0, "chromium and python3 are needed: Scripts/setup\n\(check.errors)")
        return try JSONDecoder().decode(Browser.self, from: Data(check.output.utf8))
    }
}
