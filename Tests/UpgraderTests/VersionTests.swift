import Foundation
import Testing
import UpgradeTestSupport

@testable import upgrader

@Suite("Which program it is, and which command was meant")
struct VersionTests {
    @Test("--version says the one number that there is")
    func version() async throws {
        let workshop = try Workshop("")
        let result = try await workshop.upgrader("--version")
        #expect(result.code == 0 && result.output == "upgrader \(Version.number)\n")
        #expect(Version.number.wholeMatch(of: /[0-9]+\.[0-9]+\.[0-9]+/) != nil)
        // The changelog's newest release, once there is one, is this or the one before; what is above it is not out.
        let changelog = try String(contentsOfFile: Golden.root + "/CHANGELOG.md", encoding: .utf8)
        let headings = changelog.components(separatedBy: "\n").filter { $0.hasPrefix("## ") }
        #expect(headings.first == "## Unreleased" || headings.first?.hasPrefix("## \(Version.number)") == true)
        // The package asks the program.
        let script = try String(contentsOfFile: Golden.root + "/Scripts/package", encoding: .utf8)
        #expect(script.contains("\"$program\" --version") && !script.contains(Version.number))
    }

    @Test(
        "a misspelt command is told the one that was meant, at each level",
        arguments: [
            (["runn", "x.yaml"], "upgrader has no command runn", "did you mean `upgrader run`?"),
            (["versions", "chek"], "upgrader versions has no command chek", "did you mean `upgrader versions check`?"),
            (["helm", "destroy"], "upgrader helm has no command destroy", "it has inventory, verify, rollback"),
        ]
    )
    func misspelt(words: [String], error: String, why: String) async throws {
        let workshop = try Workshop("")
        let result = try await Program(Program.upgrader, words, in: workshop.scratch.path).wait()
        #expect(result.code == 64)
        #expect(result.errors.contains("error: \(error)\nwhy:   \(why)\n"), "\(result.errors)")
    }

    @Test(
        "what is a command, an option or the word of one is none of that",
        arguments: [
            ["help", "run"], ["--help"], ["explain", "--help"], ["versions", "list"], ["package", "--help"],
        ]
    )
    func known(words: [String]) async throws {
        let workshop = try Workshop("")
        let result = try await Program(Program.upgrader, words, in: workshop.scratch.path).wait()
        #expect(result.code == 0, "\(result.errors)")
    }
}

@Suite("run --dry-run and the question before the first change")
struct DryRunTests {
    @Test("a dry run says where --not-after would end, and refuses as a run would beside an unfinished one")
    func dryRun() async throws {
        let workshop = try Workshop(Workshop.failing("install-node", attempts: 1))
        let soon = Date(timeIntervalSinceNow: 120).formatted(.iso8601)
        let first = try await workshop.upgrader("run", Workshop.playbook, "--dry-run", "--not-after", soon)
        #expect(first.code == 0, "\(first.errors)")
        #expect(first.output.contains("install-node@w1"))
        let note = /note: a run would pause before \S+ \(1\.12-1\.13, [a-z-]+\) at the latest: it may take [0-9]+ min/
        #expect(first.errors.contains(note), "\(first.errors)")
        let ample = Date(timeIntervalSinceNow: 86_000).formatted(.iso8601)
        let enough = try await workshop.upgrader("run", Workshop.playbook, "--dry-run", "--not-after", ample)
        #expect(!enough.errors.contains("a run would pause"), "\(enough.errors)")
        #expect(try await workshop.upgrader("run", Workshop.playbook, "--dry-run", "--not-after", "soon").code == 64)

        #expect(try await workshop.upgrader("run", Workshop.playbook).code == 11)
        let second = try await workshop.upgrader("run", Workshop.playbook, "--dry-run")
        #expect(second.code == 14 && second.output.contains("install-node@w1"))
        #expect(second.errors.contains("is unfinished"), "\(second.errors)")
    }

    @Test("under --until the question names the part of the way that will be walked")
    func until() async throws {
        let workshop = try Workshop(try Workshop.embedded())
        let result = try await workshop.upgrader("run", Workshop.playbook, "--until", "1.12-1.13")
        #expect(result.errors.contains("embedded: 1.12 → 1.13 on the way to 1.16, 151 steps, "), "\(result.errors)")
    }
}
