import Foundation
import Testing
import UpgradeCore
import UpgradeTestSupport

@Suite("The program on the embedded default")
struct RunTests {
    @Test("run steps the simulated cluster from 1.12 to 1.16, and status says so")
    func wholeUpgrade() async throws {
        let workshop = try Workshop(try Workshop.embedded(pace: "20ms"))
        let result = try await workshop.upgrader("run", Workshop.playbook)
        try #require(result.code == 0, "\(result.errors)")
        #expect(result.errors.contains("done: embedded runs 1.16; 548 of 548 steps are done"))
        let cluster = try workshop.cluster
        #expect(cluster.nodes.values.allSatisfy { $0.kubeletVersion?.description == "1.16.15" && !$0.isCordoned })
        #expect(try workshop.history.state.stop == .completed)
        #expect(try workshop.history.state.ledger.entries.isEmpty)
        let status = try await workshop.upgrader("status")
        try Golden.expect(
            workshop.normalized(status.output),
            matches: "Tests/UpgraderTests/Golden/status-completed.txt"
        )
        let again = try await workshop.upgrader("resume")
        #expect(again.code == 0)
        #expect(again.errors.contains("is complete; there is nothing left to do"))
    }

    @Test("files are 0600 and directories 0700, whatever the umask", arguments: ["000", "077"])
    func modes(umask: String) async throws {
        let workshop = try Workshop(Workshop.small())
        let result = try await workshop.upgrader("run", Workshop.playbook, umask: umask)
        try #require(result.code == 0, "\(result.errors)")
        let files = workshop.files
        #expect(files.contains { $0.hasSuffix("/journal.jsonl") })
        for file in files {
            var entry = stat()
            try #require(lstat("\(workshop.scratch.path)/\(file)", &entry) == 0)
            let wanted: mode_t = entry.st_mode & S_IFMT == S_IFDIR ? 0o700 : 0o600
            #expect(entry.st_mode & 0o7777 == wanted, "\(file)")
        }
    }

    @Test(
        "what a simulated cluster will not do is said: go on where an earlier run ended, or fail where there is no step"
    )
    func simulated() async throws {
        let failures = "failures: [{step: drain, host: w9}, {step: drain, host: w1}, {step: drian}]"
        let workshop = try Workshop(Workshop.small().replacing("simulation: {", with: "simulation: {\(failures), "))
        let first = try await workshop.upgrader("run", Workshop.playbook, "--yes")
        #expect(first.code != 0 && first.errors.contains("this failure is simulated"), "\(first.errors)")
        let notes = first.errors.split(separator: "\n").filter { $0.hasPrefix("note: simulation.failures") }
        #expect(notes.count == 2, "\(first.errors)")
        for place in ["drain@w9", "drian"] {
            #expect(notes.contains { $0.contains("the plan has no step \(place); nothing fails there") }, "\(notes)")
        }
        try #require(try await workshop.upgrader("resume").code == 0)
        #expect(!first.errors.contains("starts at"))
        let second = try await workshop.upgrader("run", Workshop.playbook)
        #expect(second.errors.contains("simulated: this run has a cluster of its own, which starts at 1.12 anew"))
    }

    @Test("a run stopped at --until ends with 11, and resume goes on")
    func until() async throws {
        let workshop = try Workshop(try Workshop.embedded(pace: "1ms"))
        let result = try await workshop.upgrader("run", Workshop.playbook, "--until", "1.12-1.13")
        try workshop.expect(result, golden: "until")
        #expect(try workshop.history.state.stop.map { "\($0)" }?.hasPrefix("reached") == true)
        let resumed = try await workshop.upgrader("resume", "--until", "1.13-1.14")
        #expect(resumed.code == 11)
        let status = try await workshop.upgrader("status")
        #expect(status.output.contains("stopped, 301 of 548 steps done"))
        #expect(try await workshop.upgrader("resume").code == 0)
    }

    @Test("a reader that goes away does not keep the run from its record")
    func closedPipe() async throws {
        let workshop = try Workshop(Workshop.small())
        let pipeline = "set -o pipefail; '\(Program.upgrader)' run \(Workshop.playbook) | head -n 1"
        let result = try await Program("/bin/bash", ["-c", pipeline], in: workshop.scratch.path).wait()
        #expect(result.code == 0, "\(result.errors)")
        #expect(try workshop.history.state.stop == .completed)
    }
}
