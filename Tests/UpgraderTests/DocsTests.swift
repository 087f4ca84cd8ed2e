import Foundation
import Testing
import UpgradeCore
import UpgradeTestSupport

@testable import upgrader

@Suite("README.md and docs/ are true")
struct DocsTests {
    /// What a fenced block may be: run here; for real hosts, so that only its words are checked; a part of a playbook;
    /// a synopsis; another program's file.
    private static let kinds: Set<String> = ["console", "console hosts", "yaml", "synopsis", "text"]

    @Test("every command of a page does what the page shows", arguments: try DocsPage.sessions)
    func sessions(page: DocsPage) async throws {
        let session = try DocsSession(page)
        let outcomes = try await session.run()
        for (index, command) in session.commands.enumerated() {
            try #require(index < outcomes.count, "\(page.path):\(command.line) ended the shell: \(command.text)")
            let outcome = outcomes[index]
            let isAsked = session.commands.dropFirst(index + 1).first?.text == "echo $?"
            let place = "\(page.path):\(command.line): \(command.text)"
            let whole = outcome.printed.joined(separator: "\n")
            #expect(outcome.code == 0 || isAsked, "\(place) ends with \(outcome.code):\n\(whole)")
            let (printed, expected) = (
                DocsSession.normalized(outcome.printed), DocsSession.normalized(command.expected)
            )
            #expect(
                DocsSession.matches(printed, expected),
                "\(place) prints\n\(whole)"
            )
        }
    }

    @Test("... is any lines or any text, and nothing else is")
    func wildcards() {
        let printed = ["a 1", "b", "c 3 d"]
        for expected in [
            ["a 1", "b", "c 3 d"], ["..."], ["a ...", "..."], ["...", "c ... d"], ["a 1", "...", "c..."],
        ] {
            #expect(DocsSession.matches(printed, expected), "\(expected)")
        }
        for expected in [[], ["a 1"], ["...", "b"], ["a 2", "..."], ["a 1", "...", "c ... e"], printed + ["d"]] {
            #expect(!DocsSession.matches(printed, expected), "\(expected)")
        }
        #expect(DocsSession.normalized(["looking at the cluster", "in 12 ms"]) == DocsSession.normalized(["in 3 s"]))
        #expect(DocsSession.normalized(["12 steps"]) != DocsSession.normalized(["13 steps"]))
    }

    @Test("every command that is named takes the words and options that it is named with")
    func words() async throws {
        let program = try await CommandWords.asked()
        var count = 0
        for page in try DocsPage.all() where page.path != "CHANGELOG.md" {
            for block in page.blocks where block.info.hasPrefix("console") {
                for command in DocsSession.commands(block) {
                    let first = command.text.split(separator: " ").first.map(String.init) ?? ""
                    if first.hasPrefix("Scripts/") || first.hasPrefix("lab/") {
                        #expect(FileManager.default.isExecutableFile(atPath: "\(Golden.root)/\(first)"), "\(first)")
                    }
                    for line in CommandWords.ours(command.text) {
                        let mistake = program.mistake(in: line, isWhole: true)
                        #expect(mistake == nil, "\(page.path):\(command.line): \(line)")
                        count += 1
                    }
                }
            }
            let synopses = page.blocks.filter { $0.info == "synopsis" }.flatMap(\.lines)
            for line in synopses + page.spans where line.hasPrefix("upgrader ") {
                let mistake = program.mistake(in: line, isWhole: false)
                #expect(mistake == nil, "\(page.path): \(line)")
                count += 1
            }
        }
        #expect(count > 60)
        for wrong in [
            "upgrader runn x", "upgrader run x --dryrun", "upgrader run x y", "upgrader run", "upgrader helm no x",
            "upgrader run x --until",
        ] {
            #expect(program.mistake(in: wrong, isWhole: true) != nil, "\(wrong)")
        }
    }

    @Test("a block says what it is, and no command hides in another one or in an indented line")
    func fences() throws {
        for page in try DocsPage.taught() {
            for block in page.blocks {
                #expect(Self.kinds.contains(block.info), "\(page.path):\(block.line): \(block.info)")
                if block.info == "yaml" || block.info == "text" {
                    #expect(!block.lines.contains { $0.hasPrefix("$ ") || $0.hasPrefix("upgrader ") }, "\(page.path)")
                }
            }
            for line in page.prose {
                let hidden = line.text.firstMatch(of: /^ {4,}(\$ |upgrader |[a-z-]+: )/) != nil
                #expect(!hidden, "\(page.path):\(line.number): \(line.text)")
            }
        }
    }

    @Test("every part of a playbook that is shown can be used")
    func playbooks() throws {
        var count = 0
        for page in try DocsPage.taught() {
            for block in page.blocks where block.info == "yaml" {
                let keys = Set(block.lines.compactMap { $0.firstMatch(of: /^([a-z-]+):/).map { String($0.output.1) } })
                // The whole path of the embedded playbook, with hosts of which a part may speak.
                let base = Workshop.small()
                    .replacing("target: 1.13", with: "target: 1.16")
                    .replacing(
                        "1.13: 1.13.12-1}",
                        with: "1.13: 1.13.12-1, 1.14: 1.14.10-1, 1.15: 1.15.12-1, 1.16: 1.16.15-1}"
                    )
                    .components(separatedBy: "\n")
                var kept: [String] = []
                var isKept = true
                for line in base {
                    if let key = line.firstMatch(of: /^([a-z-]+):/) { isKept = !keys.contains(String(key.output.1)) }
                    if isKept { kept.append(line) }
                }
                let text = (kept + block.lines).joined(separator: "\n") + "\n"
                #expect(throws: Never.self, "\(page.path):\(block.line)") {
                    _ = try PlaybookDecoder.decode(text, file: page.path, home: "/home/op")
                }
                count += 1
            }
        }
        #expect(count >= 5)
    }

    @Test("every link leads somewhere")
    func links() throws {
        var count = 0
        for page in try DocsPage.all() {
            let directory = URL(fileURLWithPath: "\(Golden.root)/\(page.path)").deletingLastPathComponent()
            for link in page.links {
                let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                let target = parts[0].isEmpty ? page.path : directory.appendingPathComponent(parts[0]).standardized.path
                let file = parts[0].isEmpty ? "\(Golden.root)/\(page.path)" : target
                #expect(FileManager.default.fileExists(atPath: file), "\(page.path): \(link)")
                if parts.count > 1 {
                    let there = try DocsPage(String(file.dropFirst(Golden.root.count + 1))).anchors
                    #expect(there.contains(parts[1]), "\(page.path): \(link)")
                }
                count += 1
            }
        }
        #expect(count > 40)
    }

    @Test("docs/README.md leads to every page")
    func index() throws {
        let index = try DocsPage("docs/README.md")
        let linked = Set(index.links.map { "docs/" + $0.prefix { $0 != "#" } })
        for page in try DocsPage.taught() where page.path.hasPrefix("docs/") && page.path != index.path {
            #expect(linked.contains(page.path), "\(page.path)")
        }
    }

    @Test("docs/reliability.md names tests that there are, and a test for each mistake that was found")
    func namedTests() throws {
        let page = try DocsPage("docs/reliability.md")
        let sources = try NamedTest.sources()
        let named = NamedTest.all(in: page.text)
        #expect(named.count > 20 && named.count { $0.name != nil } > 15)
        for test in named {
            let isThere = test.isThere(in: sources)
            #expect(isThere, "\(test)")
        }
        let found = try #require(page.text.components(separatedBy: "## Found on the way\n").dropFirst().first)
        let rows = found.components(separatedBy: "\n").filter { $0.hasPrefix("| ") }.dropFirst()
        #expect(rows.count > 10)
        for row in rows { #expect(NamedTest.all(in: row).contains { $0.name != nil }, "\(row)") }
        // What is near is not there.
        for wrong in [
            "`JournalTests`, \"a torn last line is dropped, and the run goes on\"",
            "`JournalTests`, \"a torn last line\"",
            "`JournalTest`, \"a torn last line ...\"", "`NoSuchTests`",
            "`StateTests`, \"a torn last line is dropped, said so ...\"",
        ] {
            let isThere = NamedTest.all(in: wrong).allSatisfy { $0.isThere(in: sources) }
            #expect(!isThere, "\(wrong)")
        }
    }

    @Test("docs/reference/exit-codes.md has every code with what --help says of it")
    func codes() throws {
        let rows = try DocsPage("docs/reference/exit-codes.md").prose.map(\.text)
        let found = rows.compactMap { $0.firstMatch(of: /^\| ([0-9]+) \| ([^|]+) \|/) }
            .map { "\($0.output.1) \($0.output.2)" }
        #expect(Set(found) == Set(Ending.allCases.map { "\($0.rawValue) \($0.summary)" }))
        #expect(found.count == Ending.allCases.count)
    }
}
