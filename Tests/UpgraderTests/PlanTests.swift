import Foundation
import Testing
import UpgradeCore
import UpgradeTestSupport

@Suite("What plan says is what run does")
struct PlanTests {
    private struct Document: Decodable {
        struct Step: Decodable {
            var key: String
            var commands: [String]
        }

        var steps: [Step]
    }

    @Test("the step keys and the commands of the plan are those of the journal, in the same order")
    func sameCommands() async throws {
        let workshop = try Workshop(try Workshop.embedded(pace: "1ms"))
        let planned = try await workshop.upgrader("plan", Workshop.playbook, "--format", "json")
        try #require(planned.code == 0, "\(planned.errors)")
        let plan = try JSON.decode(Document.self, from: Data(workshop.normalized(planned.output).utf8))
        try #require(try await workshop.upgrader("run", Workshop.playbook).code == 0)
        let playbook = try PlaybookDecoder.decode(try Workshop.embedded(), file: Workshop.playbook)
        let records = try workshop.history.records.map(\.record)
        let done = Set(records.compactMap { if case .done(let key) = $0 { key.description } else { nil } })
        #expect(done == Set(plan.steps.map(\.key)))
        #expect(try workshop.run.plan().keys.map(\.description) == plan.steps.map(\.key))
        let actions = records.compactMap { record -> (key: String, commands: [String])? in
            guard case .intended(let key, _, _, let action) = record else { return nil }
            let commands = CommandRendering.commands(for: action, playbook: playbook).map(\.description)
            return (key.description, commands.map(workshop.normalized))
        }
        let performed = Dictionary(grouping: actions, by: \.key).mapValues { $0.flatMap(\.commands) }
        for step in plan.steps {
            #expect(performed[step.key] ?? [] == step.commands, "\(step.key)")
        }
        // Lanes of one batch are walked at once: across lanes the order is that of the plan where the batch is one.
        let workers = { (key: String) in key.contains("/workers/") || key.contains("/control-plane/") }
        #expect(
            actions.filter { workers($0.key) }.flatMap(\.commands)
                == plan.steps.filter { workers($0.key) }.flatMap(\.commands)
        )
    }

    @Test("run --dry-run prints what plan prints, and leaves nothing behind")
    func dryRun() async throws {
        let workshop = try Workshop(Workshop.small())
        let plan = try await workshop.upgrader("plan", Workshop.playbook)
        let dryRun = try await workshop.upgrader("run", "--dry-run", Workshop.playbook)
        #expect(plan.code == 0)
        let points = "points of no return, from behind which `rollback` takes nothing before them back:\n"
        #expect(plan.output.contains(points) && !plan.output.contains("no way back"), "\(plan.output)")
        #expect(dryRun.code == 0)
        #expect(workshop.normalized(dryRun.output) == workshop.normalized(plan.output))
        #expect(try FileManager.default.contentsOfDirectory(atPath: workshop.scratch.path) == [Workshop.playbook])
    }

    @Test("only the commands and the worlds know of a dry-run")
    func oneLine() throws {
        let sources = Golden.root + "/Sources"
        let files = try #require(FileManager.default.enumerator(atPath: sources)).compactMap { $0 as? String }
        let knowing = try files.filter { $0.hasSuffix(".swift") }.filter { file in
            // The API server has an option of the same name, which comments speak of.
            try String(contentsOfFile: "\(sources)/\(file)", encoding: .utf8).split(separator: "\n")
                .contains { $0.contains("dryRun") && !$0.trimmingCharacters(in: .whitespaces).hasPrefix("//") }
        }
        #expect(!knowing.isEmpty)
        let allowed = knowing.filter { $0.hasPrefix("upgrader/Commands/") || $0 == "upgrader/Worlds.swift" }
        #expect(knowing == allowed)
    }

    @Test("plan -o writes the file, and says why where it cannot")
    func output() async throws {
        let workshop = try Workshop(Workshop.small())
        #expect(try await workshop.upgrader("plan", Workshop.playbook, "-o", "plan.txt").code == 0)
        #expect(String(decoding: try workshop.scratch.read("plan.txt"), as: UTF8.self).hasPrefix("plan for small:"))
        let refused = try await workshop.upgrader("plan", Workshop.playbook, "-o", "nowhere/plan.txt")
        try workshop.expect(refused, golden: "plan-output")
    }
}
