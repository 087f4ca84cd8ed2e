import Foundation
import Testing
import UpgradeCore
import UpgradeTestSupport

@Suite("Why, log, explain and report of the program")
struct WhyTests {
    /// A run that was killed while its first worker was drained.
    private func killed() async throws -> Workshop {
        let workshop = try Workshop(Workshop.small(pace: "400ms"))
        let program = try workshop.start("run", Workshop.playbook, "--reason", "ticket 7")
        try await program.expect("does drain w1.example.org", then: SIGKILL)
        _ = try await program.wait()
        return workshop
    }

    @Test("a killed run is explained from its journal, a live one is told apart by its lock, and every choice works")
    func why() async throws {
        let workshop = try await killed()
        let why = try await workshop.upgrader("why")
        #expect(why.code == 0, "\(why.errors)")
        let text = workshop.normalized(why.output)
        #expect(text.contains("state/small/RUN: killed: it has no end, and nobody works on it"))
        #expect(text.contains("because: ticket 7"))
        #expect(text.contains("in doubt: drain w1.example.org"))
        #expect(text.contains("node w1.example.org is cordoned by this run"))
        let journal = try Data(contentsOf: URL(fileURLWithPath: try workshop.run.path + "/journal.jsonl"))
        let program = try workshop.start("resume")
        try await program.expect("does drain w1.example.org", then: SIGSTOP)
        #expect(try await workshop.upgrader("why").output.contains("now at work: "))
        let running = try await workshop.upgrader("status").output
        #expect(running.contains(": running, ") && running.contains(/at work:  \S+@\S+ \(pid [0-9]+\)/), "\(running)")
        program.signal(SIGKILL)
        _ = try await program.wait()
        #expect(
            try Data(contentsOf: URL(fileURLWithPath: try workshop.run.path + "/journal.jsonl")).starts(with: journal)
        )
        #expect(try await workshop.upgrader("cleanup").code == 0)
        #expect(try await workshop.upgrader("why").output.contains("nothing of this run is left on the cluster"))
        #expect(try await workshop.upgrader("resume").code == 0)
        #expect(try await workshop.upgrader("why").output.contains("completed: every step is done"))
    }

    @Test("log filters and follows to the end of the run; a moment that is none is refused")
    func log() async throws {
        let workshop = try await killed()
        // Nobody works on it: there is nothing to wait for.
        let over = try await workshop.start("log", "--follow").wait(deadline: .seconds(30))
        #expect(over.code == 0 && over.output.contains("drain@w1 does drain w1.example.org"))
        #expect(over.errors.contains("nobody works on the run, and it has no end: it was killed"), "\(over.errors)")
        let resuming = try workshop.start("resume")
        try await resuming.expect("drain@w1")
        let follower = try workshop.start("log", "--follow", "--step", "uncordon")
        #expect(try await resuming.wait().code == 0)
        let followed = try await follower.wait(deadline: .seconds(30))
        #expect(followed.code == 0)
        #expect(followed.output.contains("uncordon@w2 is done"))
        #expect(!followed.output.contains("drain@") && followed.errors.isEmpty, "\(followed.errors)")
        // What gates measured stands below them.
        let gates = try await workshop.upgrader("log", "--step", "cluster-health", "--host", "w1").output
        #expect(gates.contains("its gate is open"), "\(gates)")
        #expect(gates.contains("    | etcd members healthy: 1 of 1, 0 may be lost"), "\(gates)")
        #expect(gates.contains("    | API servers healthy: 1 of 1"), "\(gates)")
        let json = try await workshop.upgrader("log", "--host", "w2", "--format", "json", "--since", "1h")
        #expect(json.output.split(separator: "\n").allSatisfy { $0.hasPrefix("{") && $0.hasSuffix("}") })
        #expect(try await workshop.upgrader("log", "--since", "yesterday").code == 64)
        #expect(try await workshop.upgrader("log", "--since", "1m").output.contains("is done"))
    }

    @Test("explain tells a kind of step, one that was done, one to come, and refuses one that is not in the plan")
    func explain() async throws {
        let workshop = try await killed()
        #expect(try await workshop.upgrader("explain", "drain").output.contains("source:  kubectl drain"))
        let done = try await workshop.upgrader("explain", "1.12-1.13/workers/cordon@w1").output
        #expect(done.contains("stands:  done") && done.contains("undone by: uncordon w1.example.org"))
        let next = try await workshop.upgrader("explain", "1.12-1.13/workers/drain@w2").output
        #expect(next.contains("stands:  to come") && next.contains("drain w2.example.org"))
        let planned = try await workshop.upgrader(
            "explain",
            "1.12-1.13/workers/drain@w2",
            "--playbook",
            Workshop.playbook
        )
        #expect(planned.output.contains("as rehearsed now"))
        #expect(try await workshop.upgrader("explain", "1.12-1.13/workers/drain@w9").code == 64)
    }

    @Test("a report is written as HTML, Markdown and JSON, for its owner alone, without a secret")
    func report() async throws {
        let workshop = try await killed()
        for name in ["r.html", "r.md", "r.json"] {
            #expect(try await workshop.upgrader("report", "-o", name).code == 0)
            var entry = stat()
            #expect(stat("\(workshop.scratch.path)/\(name)", &entry) == 0)
            #expect(entry.st_mode & 0o777 == 0o600)
        }
        #expect(String(decoding: try workshop.scratch.read("r.html"), as: UTF8.self).hasPrefix("<!DOCTYPE html>"))
        #expect(String(decoding: try workshop.scratch.read("r.md"), as: UTF8.self).hasPrefix("# small: "))
        let json = try JSONSerialization.jsonObject(with: try workshop.scratch.read("r.json")) as? [String: Any]
        #expect(json?["schema"] as? Int == 1)
        #expect(json?["journalDigest"] as? String == (try workshop.history.hash))
        #expect(try await workshop.upgrader("report", "-o", "no/such/place.html").code == 64)
    }
}
