import Foundation
import Testing
import UpgradeCore
import UpgradeTestSupport

@Suite("Cleanup when the state directory is lost")
struct RecoveryTests {
    /// A run that was killed with a node in hand, and of whose directory only the simulated cluster is left.
    private func lost() async throws -> Workshop {
        let workshop = try Workshop(Workshop.small(pace: "200ms"))
        let program = try workshop.start("run", Workshop.playbook)
        try await program.expect("does drain w1.example.org", then: SIGKILL)
        _ = try await program.wait()
        try loseState(workshop)
        return workshop
    }

    private func loseState(_ workshop: Workshop) throws {
        for file in workshop.files where !file.hasSuffix("simulation.json") {
            let path = "\(workshop.scratch.path)/\(file)"
            var isDirectory: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), !isDirectory.boolValue else {
                continue
            }
            try FileManager.default.removeItem(atPath: path)
        }
    }

    private func left(_ workshop: Workshop) throws -> ClusterState {
        let name = try #require(workshop.files.first { $0.hasSuffix("simulation.json") })
        return try #require(try SimulationFile(path: "\(workshop.scratch.path)/\(name)").read())
    }

    @Test(
        "what the lost run had in hand is told, the lease of another is respected, and all of it is undone and recorded"
    )
    func recovers() async throws {
        let workshop = try await lost()
        #expect(try left(workshop).nodes["w1.example.org"]?.isCordoned == true)
        let refused = try await workshop.upgrader("cleanup", "--from-marks", Workshop.playbook)
        #expect(refused.code == 13, "\(refused.errors)")
        #expect(refused.output.contains("node w1.example.org is cordoned by this run"))
        #expect(refused.output.contains("the lease of small: "))
        #expect(refused.errors.contains("--takeover"))
        #expect(try left(workshop).nodes["w1.example.org"]?.isCordoned == true)
        let done = try await workshop.upgrader("cleanup", "--from-marks", Workshop.playbook, "--takeover")
        #expect(done.code == 0, "\(done.errors)")
        #expect((done.output + done.errors).contains("nothing is marked on small any more"))
        let cluster = try left(workshop)
        #expect(cluster.nodes.values.filter { $0.isCordoned || $0.cordonMark != nil }.isEmpty)
        #expect(cluster.hosts.values.flatMap { $0.marks ?? [] }.isEmpty)
        #expect(cluster.lease?.holder == nil)
        let log = try await workshop.upgrader("log")
        #expect(log.output.contains("uncordon w1.example.org"), "\(log.output)")
        let status = try await workshop.upgrader("status")
        #expect(status.output.contains("completed, 5 of 5 steps done"), "\(status.output)")
        let report = try await workshop.upgrader("report", "-o", "report.html")
        #expect(report.code == 0, "\(report.errors)")
        let page = try String(contentsOfFile: "\(workshop.scratch.path)/report.html", encoding: .utf8)
        #expect(page.contains("small: cleanup by marks"))
        let again = try await workshop.upgrader("cleanup", "--from-marks", Workshop.playbook)
        #expect(again.code == 0 && (again.output + again.errors).contains("nothing of a run is marked on small"))
    }

    @Test("killed itself, it goes on when it is called again, and is a document for programs")
    func killed() async throws {
        let workshop = try await lost()
        try workshop.write(Workshop.small(pace: "2s"))
        let program = try workshop.start("cleanup", "--from-marks", Workshop.playbook, "--takeover")
        try await program.expect("does uncordon w1.example.org", then: SIGKILL)
        #expect(try await program.wait().code == 128 + SIGKILL)
        let ended = try await workshop.upgrader("cleanup", "--from-marks", Workshop.playbook, "--format", "json")
        #expect(ended.code == 0, "\(ended.errors)")
        #expect(ended.errors.contains("was begun before and goes on"))
        let document = try JSONSerialization.jsonObject(with: Data(ended.output.utf8)) as? [String: Any]
        #expect(document?["command"] as? String == "cleanup")
        #expect(document?["code"] as? Int == 0)
        #expect(try left(workshop).nodes.values.filter(\.isCordoned).isEmpty)
    }

    @Test("a run whose directory is there is cleaned up by its ledger, and a run beside --from-marks is refused")
    func refused() async throws {
        let workshop = try Workshop(Workshop.small(pace: "200ms"))
        let program = try workshop.start("run", Workshop.playbook)
        try await program.expect("does drain w1.example.org", then: SIGKILL)
        _ = try await program.wait()
        let refused = try await workshop.upgrader("cleanup", "--from-marks", Workshop.playbook)
        #expect(refused.code == 14, "\(refused.errors)")
        #expect(refused.errors.contains("is unfinished") && refused.errors.contains("`upgrader cleanup "))
        let both = try await workshop.upgrader("cleanup", "state", "--from-marks", Workshop.playbook)
        #expect(both.code == 2 || both.code == 64, "\(both.errors)")
        #expect(both.errors.contains("With --from-marks no run is named."))
    }

    @Test(
        "a damaged run in the way is named with what to move away; that done, the cleanup by marks that is named goes through"
    )
    func damaged() async throws {
        let workshop = try Workshop(Workshop.small(pace: "200ms"))
        let program = try workshop.start("run", Workshop.playbook)
        try await program.expect("does drain w1.example.org", then: SIGKILL)
        _ = try await program.wait()
        let run = try workshop.run
        let lines = try String(contentsOfFile: "\(run.path)/journal.jsonl", encoding: .utf8).split(separator: "\n")
        try Data((lines.dropLast(3).joined(separator: "\n") + "\n").utf8)
            .write(to: URL(fileURLWithPath: "\(run.path)/journal.jsonl"))
        let place = "state/small/\(run.run)"
        let what = "move all of \(place) but simulation.json out of state/small, then `upgrader cleanup --from-marks "
        for arguments in [["resume"], ["cleanup"], ["run", Workshop.playbook]] {
            let other = try await Program(Program.upgrader, arguments, in: workshop.scratch.path).wait()
            #expect(other.code == 14 && other.errors.contains(what), "\(other.errors)")
        }
        let refused = try await workshop.upgrader("cleanup", "--from-marks", Workshop.playbook, "--takeover")
        #expect(refused.code == 14, "\(refused.errors)")
        #expect(refused.errors.contains("error: the damaged run \(place) stands in the way of"), "\(refused.errors)")
        #expect(refused.errors.contains("\(what)\(Workshop.playbook) --takeover`"), "\(refused.errors)")
        #expect(try left(workshop).nodes["w1.example.org"]?.isCordoned == true)
        try FileManager.default.createDirectory(
            atPath: "\(workshop.scratch.path)/away",
            withIntermediateDirectories: false
        )
        for name in try FileManager.default.contentsOfDirectory(atPath: run.path) where name != "simulation.json" {
            try FileManager.default.moveItem(
                atPath: "\(run.path)/\(name)",
                toPath: "\(workshop.scratch.path)/away/\(name)"
            )
        }
        let done = try await workshop.upgrader("cleanup", "--from-marks", Workshop.playbook, "--takeover")
        #expect(done.code == 0, "\(done.errors)")
        #expect(try left(workshop).nodes.values.filter(\.isCordoned).isEmpty)
    }

    @Test("a host whose machine was put back to a snapshot of before is named, and nothing is done by the record")
    func ledBack() async throws {
        let workshop = try Workshop(Workshop.small(pace: "200ms"))
        let program = try workshop.start("run", Workshop.playbook)
        try await program.expect("does drain w1.example.org", then: SIGKILL)
        _ = try await program.wait()
        let run = try workshop.run
        let name = try #require(workshop.files.first { $0.hasSuffix("simulation.json") })
        let file = SimulationFile(path: "\(workshop.scratch.path)/\(name)")
        var cluster = try #require(try file.read())
        cluster.hosts["cp1"]?.units["kube-apiserver"]?.runningVersion = KubernetesVersion("1.12.10")
        try file.write(cluster)
        let before = try String(contentsOfFile: "\(run.path)/journal.jsonl", encoding: .utf8)
        let on = try await workshop.upgrader("resume", run.path)
        #expect(on.code == 14, "\(on.errors)")
        #expect(
            on.errors.contains(
                "error: kube-apiserver on cp1 runs 1.12.10, and this run has restarted it at 1.13.12\nwhy:   "
            ),
            "\(on.errors)"
        )
        #expect(
            on.errors.contains("next:  on cp1 install kubernetes-master=1.13.12-1")
                && on.errors.contains("`upgrader resume "),
            "\(on.errors)"
        )
        let after = try String(contentsOfFile: "\(run.path)/journal.jsonl", encoding: .utf8)
        #expect(after == before)
        // Whoever comes after hears of it without trying it again.
        let found = "kube-apiserver on cp1 runs 1.12.10, and this run has restarted it at 1.13.12"
        let why = try await workshop.upgrader("why").output
        #expect(why.contains("the last resume began nothing: \(found)\n  by "), "\(why)")
        #expect(
            why.contains("; it ended with 14\n") && why.contains("  mend: on cp1 install kubernetes-master=1.13.12-1")
        )
        #expect(why.contains("once it is mended: asks the hosts again what they run, and goes on at "))
        let status = try await workshop.upgrader("status").output
        #expect(status.contains("began nothing: \(found)\n  next:   on cp1 install "), "\(status)")
        let json = try JSONSerialization.jsonObject(
            with: Data(try await workshop.upgrader("status", "--format", "json").output.utf8)
        )
        let refused = (json as? [String: Any])?["refused"] as? [String: Any]
        #expect(refused?["code"] as? Int == 14 && refused?["error"] as? String == found)
        var entry = stat()
        #expect(stat("\(run.path)/refused.json", &entry) == 0 && entry.st_mode & 0o777 == 0o600)
        // Mended, it goes on, and what was refused is history.
        cluster.hosts["cp1"]?.units["kube-apiserver"]?.runningVersion = KubernetesVersion("1.13.12")
        try file.write(cluster)
        #expect(try await workshop.upgrader("resume", run.path).code == 0)
        for command in ["why", "status"] {
            #expect(try await !workshop.upgrader(command).output.contains("began nothing"))
        }
    }

    @Test("what a resume was refused for counts until the journal grows, and for nothing where it is damaged")
    func refusals() throws {
        let scratch = try ScratchDirectory()
        let directory = RunDirectory(path: scratch.path)
        let refusal = ResumeRefusal(
            time: 1_795_896_000,
            by: "op@desk",
            code: 15,
            error: "w1 says: --token=abcdef0123456789",
            why: "no route",
            next: "ssh w1",
            records: 17
        )
        #expect(ResumeRefusal.standing(in: directory, records: 17...17) == nil)
        refusal.keep(in: directory)
        let kept = try #require(ResumeRefusal.standing(in: directory, records: 17...17))
        #expect(kept == refusal && !kept.error.contains("abcdef"))
        // A cleanup with nothing to undo has taken the lease since.
        #expect(ResumeRefusal.standing(in: directory, records: 17...18) == refusal)
        // The journal has grown since: it was asked anew.
        #expect(ResumeRefusal.standing(in: directory, records: 18...18) == nil)
        let text = String(decoding: try scratch.read("refused.json"), as: UTF8.self)
        for other in ["", "{}", text.replacing("\"schema\" : 1", with: "\"schema\" : 2"), String(text.dropLast(9))] {
            #expect(other != text)
            try scratch.write(Data(other.utf8), to: "refused.json")
            #expect(ResumeRefusal.standing(in: directory, records: 17...17) == nil, "\(other)")
        }
        // A place where nothing can be written takes nothing, and that is all.
        refusal.keep(in: RunDirectory(path: scratch.path + "/none"))
        #expect(ResumeRefusal.standing(in: RunDirectory(path: scratch.path + "/none"), records: 17...17) == nil)
    }
}
