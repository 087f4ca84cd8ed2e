import Foundation
import Testing
import UpgradeCore
import UpgradeTestSupport

@Suite("Secrets of an operator's command")
struct SecretTests {
    @Test("no secret reaches the plan, the journal, the checkpoint or the screen")
    func nowhere() async throws {
        let hook = """
            hooks:
              - {name: silence, phase: workers, when: before, command: [/usr/local/bin/silence, --token=SECRETMARKER1, "{node}"]}
              - {name: page, phase: workers, when: after, command: [/usr/local/bin/page, --password, SECRETMARKER2]}
            """
        let workshop = try Workshop(Workshop.small(pace: "100ms", extra: hook))
        let plan = try await workshop.upgrader("plan", Workshop.playbook)
        #expect(plan.output.contains("/usr/local/bin/silence"))
        let program = try workshop.start("run", Workshop.playbook, "--reason", "token=SECRETMARKER3")
        try await program.expect("does run the hook silence", then: SIGKILL)
        _ = try await program.wait()
        let status = try await workshop.upgrader("status", "--format", "json")
        let resumed = try await workshop.upgrader("resume")
        try #require(resumed.code == 0, "\(resumed.errors)")
        let hooks = try workshop.cluster.applied.filter { if case .hook = $0 { true } else { false } }
        #expect(hooks.count == 4)
        for text in [plan.output, program.output, program.errors, status.output, resumed.output, resumed.errors] {
            #expect(!text.contains("SECRETMARKER"))
        }
        let holding = workshop.files.filter { file in
            let bytes = FileManager.default.contents(atPath: "\(workshop.scratch.path)/\(file)") ?? Data()
            return String(decoding: bytes, as: UTF8.self).contains("SECRETMARKER")
        }
        // The copy that resume works from; docs/reference/state-files.md says so.
        #expect(holding.map { $0.split(separator: "/").last } == ["playbook.yaml"])
    }

    @Test("no core file is left of what is in memory, whatever the operator's shell allows")
    func core() async throws {
        let workshop = try Workshop(Workshop.small(pace: "200ms"))
        let allow = "ulimit -c unlimited && exec \"$0\" run \"$1\""
        let program = try Program(
            "/bin/sh",
            ["-c", allow, Program.upgrader, Workshop.playbook],
            in: workshop.scratch.path
        )
        try await program.expect("does ", then: 0)
        let limits = try String(contentsOfFile: "/proc/\(program.pid)/limits", encoding: .utf8)
        #expect(limits.contains(/Max core file size +0 +0/), "\(limits)")
        program.signal(SIGKILL)
        _ = try await program.wait()
    }
}
