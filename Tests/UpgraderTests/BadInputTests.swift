import Foundation
import Testing
import UpgradeCore
import UpgradeTestSupport

@Suite("Bad input: five lines, the right exit code, nothing changed")
struct BadInputTests {
    /// A playbook with one thing wrong, and the name of the golden file.
    struct Wrong: Sendable, CustomTestStringConvertible {
        var name: String
        var from: String
        var to: String

        var testDescription: String { name }
    }

    static let wrong = [
        Wrong(name: "unknown-key", from: "drain: {deadline", to: "drain: {dedline"),
        Wrong(name: "wrong-type", from: "deadline: 5m", to: "deadline: soon"),
        Wrong(name: "skips-a-minor", from: "target: 1.13", to: "target: 1.14"),
        Wrong(name: "goes-down", from: "target: 1.13", to: "target: 1.11"),
        Wrong(name: "already-there", from: "target: 1.13", to: "target: 1.12"),
        Wrong(name: "host-twice", from: "name: w2, ", to: "name: w1, "),
        Wrong(name: "not-yaml", from: "hosts:", to: "hosts: ["),
    ]

    @Test("a playbook that cannot be used is refused", arguments: wrong)
    func playbook(_ wrong: Wrong) async throws {
        let text = Workshop.small()
        try #require(text.contains(wrong.from))
        let workshop = try Workshop(text.replacing(wrong.from, with: wrong.to))
        let result = try await workshop.upgrader("run", Workshop.playbook)
        try workshop.expect(result, golden: wrong.name)
        #expect(!workshop.files.contains { $0.hasSuffix("plan.json") }, "a run was begun")
        let plan = try await workshop.upgrader("plan", Workshop.playbook)
        #expect(plan.code == result.code)
        #expect(plan.output.isEmpty)
    }

    @Test("a pipe and a directory in the place of the playbook are named, and not waited for", .timeLimit(.minutes(1)))
    func notAFile() async throws {
        let workshop = try Workshop(Workshop.small())
        try #require(mkfifo(workshop.scratch.path + "/pipe", 0o600) == 0)
        for (path, kind) in [("pipe", "a pipe"), (".", "a directory")] {
            let result = try await workshop.upgrader("plan", path)
            #expect(result.code == 64)
            #expect(result.errors.contains("why:   it is \(kind), not a file\n"), "\(result.errors)")
        }
    }

    @Test("a playbook that is not there is refused")
    func missing() async throws {
        let workshop = try Workshop(Workshop.small())
        try workshop.expect(try await workshop.upgrader("run", "plabook.yaml"), golden: "missing-file")
    }

    @Test("a Helm 2 release that cannot be converted is refused by name; excluded by name, the others are converted")
    func helmMigration() async throws {
        let helm = "helm: {versions: {1.13: {package: 2.14.3-1, tag: v2.14.3}}, migrate-at: 1.13}"
        let workshop = try Workshop(Workshop.small(extra: helm))
        let result = try await workshop.upgrader("run", Workshop.playbook)
        try workshop.expect(result, golden: "helm-migration")
        #expect(result.code == 10)
        #expect(try await workshop.upgrader("check", Workshop.playbook).code == 10)
        let excluded = "migrate-at: 1.13, exclude: [{release: kube-system/lost, reason: nobody misses it}]}"
        try workshop.write(Workshop.small(extra: helm.replacing("migrate-at: 1.13}", with: excluded)))
        #expect(try await workshop.upgrader("run", Workshop.playbook).code == 0)
        #expect(try workshop.cluster.helm.secrets.count == 7)
    }

    @Test("a run on real hosts that nobody can be asked about is refused before a host is reached")
    func nobodyToAsk() async throws {
        let real = Workshop.small().replacing(/simulation: .*\n/, with: "")
        let workshop = try Workshop(real)
        try workshop.expect(try await workshop.upgrader("run", Workshop.playbook), golden: "nobody-to-ask")
    }

    @Test("--until takes a hop of the plan only, on run, dry-run and resume")
    func until() async throws {
        let workshop = try Workshop(Workshop.small(pace: "200ms"))
        let notAHop = try await workshop.upgrader("run", Workshop.playbook, "--until", "1.12-1.14")
        try workshop.expect(notAHop, golden: "until-not-a-hop")
        let elsewhere = try await workshop.upgrader("run", Workshop.playbook, "--until", "1.15-1.16")
        try workshop.expect(elsewhere, golden: "until-not-in-plan")
        #expect(try await workshop.upgrader("run", "--dry-run", Workshop.playbook, "--until", "1.15-1.16").code == 64)
        let program = try workshop.start("run", Workshop.playbook)
        try await program.expect("did cordon", then: SIGINT)
        try #require(try await program.wait().code == 12)
        let count = try workshop.history.count
        #expect(try await workshop.upgrader("resume", "--until", "bogus").code == 64)
        #expect(try await workshop.upgrader("resume", "--until", "1.15-1.16").code == 64)
        #expect(try await workshop.upgrader("resume", "--until", "1.16").code == 64)
        #expect(try workshop.history.count == count, "something was recorded")
    }

    @Test("resume, status and cleanup with no run there say how to begin one")
    func nothingThere() async throws {
        let workshop = try Workshop(Workshop.small())
        try workshop.expect(try await workshop.upgrader("resume"), golden: "no-run")
        #expect(try await workshop.upgrader("status").code == 64)
        #expect(try await workshop.upgrader("cleanup").code == 64)
        #expect(workshop.files == ["state"], "a state directory was made")
    }

    @Test(
        "an option that is not there ends with 64",
        arguments: ["plan", "run", "resume", "status", "check", "cleanup"]
    )
    func unknownOption(command: String) async throws {
        let workshop = try Workshop(Workshop.small())
        let result = try await workshop.upgrader(command, Workshop.playbook, "--no-such-option")
        #expect(result.code == 64)
        #expect(result.errors.contains("Error: "))
    }
}
