import Foundation
import Testing
import UpgradeCore
import UpgradeTestSupport

@Suite("Interrupted by a signal")
struct SignalTests {
    @Test(
        "SIGINT, SIGTERM and SIGHUP let the action in hand end, record it, and leave a run that resumes",
        arguments: [SIGINT, SIGTERM, SIGHUP]
    )
    func once(signal: Int32) async throws {
        let workshop = try Workshop(Workshop.small(pace: "500ms"))
        let program = try workshop.start("run", Workshop.playbook)
        try await program.expect("does drain w1.example.org", then: signal)
        let result = try await program.wait()
        try workshop.expect(result, golden: "interrupted")
        #expect(result.output.contains("did drain w1.example.org"))
        #expect(result.output.contains("interrupted: the action in hand ends"))
        let record = try workshop.history.state
        #expect(record.stop == .interrupted)
        #expect(record.inFlight.values.allSatisfy { $0.intended == nil }, "the end of the action is not recorded")
        let status = try await workshop.upgrader("status")
        #expect(status.output.contains(": interrupted, "))
        #expect(status.output.contains("ours:     node w1.example.org is cordoned by this run"))
        #expect(try await workshop.upgrader("resume").code == 0)
        #expect(try workshop.history.state.ledger.entries.isEmpty)
    }

    @Test("under nohup a run outlives its terminal; else two hangups are one wish")
    func hangup() async throws {
        let workshop = try Workshop(Workshop.small(pace: "300ms"))
        let program = try workshop.start("run", Workshop.playbook)
        try await program.expect("does drain w1.example.org", then: SIGHUP)
        try await program.expect("interrupted: the action in hand ends", then: SIGHUP)
        #expect(try await program.wait().code == 12)
        #expect(try workshop.history.state.inFlight.values.allSatisfy { $0.intended == nil }, "it was not waited for")

        let other = try Workshop(Workshop.small(pace: "100ms"))
        let ignoring = try other.startIgnoringHangups("run", Workshop.playbook)
        try await ignoring.expect("does drain w1.example.org", then: SIGHUP)
        let result = try await ignoring.wait()
        #expect(result.code == 0, "\(result.errors)")
    }

    @Test("a second SIGINT does not wait for the action in hand, leaves it in doubt, and resume settles it")
    func twice() async throws {
        let second = "  - {name: w2, roles: [worker], node: w2.example.org}\n"
        let workshop = try Workshop(Workshop.small(pace: "2s").replacing(second, with: ""))
        let program = try workshop.start("run", Workshop.playbook)
        try await program.expect("does cordon w1.example.org", then: SIGINT)
        try await program.expect("interrupted: the action in hand ends", then: SIGINT)
        let result = try await program.wait()
        #expect(result.code == 12)
        let record = try workshop.history.state
        #expect(record.stop == .interrupted)
        #expect(record.inFlight.values.compactMap(\.intended).map(\.title) == ["cordon w1.example.org"])
        let status = try await workshop.upgrader("status")
        #expect(status.output.contains("in doubt: 1.12-1.13/workers/cordon@w1 (cordon w1.example.org)"))
        let resumed = try await workshop.upgrader("resume")
        #expect(resumed.code == 0, "\(resumed.errors)")
        #expect(try workshop.history.state.ledger.entries.isEmpty)
        #expect(try workshop.cluster.nodes.values.allSatisfy { !$0.isCordoned })
    }
}
