import Foundation
import Testing
import UpgradeCore
import UpgradeTestSupport

@Suite("A state directory that is not what it was")
struct StateTests {
    /// A run that was interrupted while its first worker was cordoned.
    private func journal(_ workshop: Workshop) throws -> URL {
        URL(fileURLWithPath: try workshop.run.path + "/journal.jsonl")
    }

    @Test("a state directory may have a name of one letter")
    func oneLetter() async throws {
        let workshop = try Workshop(Workshop.small())
        let result = try await workshop.upgrader("run", Workshop.playbook, "--state", "q")
        #expect(result.code == 0, "\(result.errors)")
        #expect(try await workshop.upgrader("status", "--state", "q").code == 0)
    }

    @Test(
        "no document takes the place of what a run keeps",
        arguments: ["journal.jsonl", "plan.json", "checkpoint.json"]
    )
    func kept(file: String) async throws {
        let workshop = try await Workshop.interrupted()
        let path = try workshop.run.path + "/" + file
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        let result = try await workshop.upgrader("report", "-o", path)
        #expect(result.code == 64)
        #expect(result.errors.contains("why:   a run keeps a file of that name there"), "\(result.errors)")
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
        #expect(try await workshop.upgrader("report", "-o", try workshop.run.path + "/report.html").code == 0)
    }

    @Test("a run whose simulated cluster is gone is not resumed on a new one")
    func simulationGone() async throws {
        let workshop = try await Workshop.interrupted()
        let path = try workshop.run.simulationPath
        let kept = try Data(contentsOf: URL(fileURLWithPath: path))
        try FileManager.default.removeItem(atPath: path)
        let result = try await workshop.upgrader("resume")
        #expect(result.code == 14)
        #expect(result.errors.contains("error: the simulated cluster of "), "\(result.errors)")
        #expect(!FileManager.default.fileExists(atPath: path), "a new cluster was made")
        try kept.write(to: URL(fileURLWithPath: path))
        #expect(try await workshop.upgrader("resume").code == 0)
    }

    @Test("a lock that cannot be taken on resume is told with the directory of the run")
    func lockUnusable() async throws {
        let workshop = try await Workshop.interrupted()
        let lock = try workshop.run.clusterPath + "/lock"
        try FileManager.default.removeItem(atPath: lock)
        try FileManager.default.createDirectory(atPath: lock, withIntermediateDirectories: false)
        let result = try await workshop.upgrader("resume")
        #expect(result.code == 11)
        let errors = workshop.normalized(result.errors)
        #expect(errors.contains("then `upgrader resume state/small/RUN`"), "\(errors)")
    }

    @Test("a symbolic link in the place of a lock or a journal is named: a lock is removed, a journal is put back")
    func links() async throws {
        let workshop = try await Workshop.interrupted()
        for (path, next) in [
            (try workshop.run.clusterPath + "/lock", "remove it"),
            (try workshop.run.path + "/journal.jsonl", "put the file itself back"),
        ] {
            try FileManager.default.moveItem(atPath: path, toPath: path + ".kept")
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: path + ".kept")
            let result = try await workshop.upgrader("resume")
            #expect(result.code == 64)
            let errors = workshop.normalized(result.errors)
            #expect(errors.contains("it is a symbolic link, not a file"), "\(errors)")
            #expect(errors.contains("next:  \(next)"), "\(errors)")
            try FileManager.default.removeItem(atPath: path)
            try FileManager.default.moveItem(atPath: path + ".kept", toPath: path)
        }
        #expect(try await workshop.upgrader("resume").code == 0)
    }

    @Test("what others may write to is refused, with what mends it; then the run goes on")
    func writableByOthers() async throws {
        let workshop = try await Workshop.interrupted()
        let run = try workshop.run
        for (path, usual, mode) in [
            (run.clusterPath, 0o700, 0o777), (run.path, 0o700, 0o770), (run.path + "/journal.jsonl", 0o600, 0o620),
        ] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            let result = try await workshop.upgrader("resume")
            #expect(result.code == 10, "\(result.errors)")
            #expect(
                result.errors.contains("may be written to by others\nwhy:   its mode is 0\(String(mode, radix: 8)): ")
            )
            #expect(result.errors.contains("`chmod -R go-w state/small"), "\(result.errors)")
            try FileManager.default.setAttributes([.posixPermissions: usual], ofItemAtPath: path)
        }
        let resumed = try await workshop.upgrader("resume")
        #expect(resumed.code == 0, "\(resumed.errors)")
        #expect(workshop.normalized(resumed.errors).contains("resuming state/small/RUN: "), "\(resumed.errors)")
        #expect(resumed.errors.contains(/resuming .*: [1-9]\d* of \d+ steps are done/), "\(resumed.errors)")
    }

    @Test("a checkpoint of an older version, which lacks what is kept since, is no edited one")
    func older() async throws {
        let workshop = try Workshop(Workshop.small(pace: "150ms"))
        let program = try workshop.start("run", Workshop.playbook)
        try await program.expect("install-node@w1 done", then: SIGINT)
        _ = try await program.wait()
        let path = URL(fileURLWithPath: try workshop.run.path + "/checkpoint.json")
        var text = try String(contentsOf: path, encoding: .utf8)
        let field = try #require(text.firstRange(of: /"taken"\s*:\s*\[[^\]]*\],?\s*/))
        text.removeSubrange(field)
        try text.write(to: path, atomically: false, encoding: .utf8)
        let resumed = try await workshop.upgrader("resume")
        #expect(resumed.code == 0, "\(resumed.errors)")
    }

    @Test("a changed playbook is refused on resume, with the difference; taken back, the run goes on")
    func changedPlaybook() async throws {
        let workshop = try await Workshop.interrupted()
        let text = Workshop.small(pace: "400ms")
        try workshop.write(text.replacing("delete-bare-pods: true", with: "delete-bare-pods: false"))
        let count = try workshop.history.count
        try workshop.expect(try await workshop.upgrader("resume"), golden: "changed-playbook")
        #expect(try workshop.history.count == count)
        try workshop.write(text)
        #expect(try await workshop.upgrader("resume").code == 0)
    }

    @Test("the copy of the playbook in the run's directory may not be edited")
    func changedCopy() async throws {
        let workshop = try await Workshop.interrupted()
        let copy = URL(fileURLWithPath: try workshop.run.path + "/playbook.yaml")
        try Data(Workshop.small(pace: "1ms").utf8).write(to: copy)
        try workshop.expect(try await workshop.upgrader("resume"), golden: "changed-copy")
        // One that is no playbook any more is not taken for a mistake in the operator's own.
        try Data(Workshop.small().dropLast(30).utf8).write(to: copy)
        try workshop.expect(try await workshop.upgrader("resume"), golden: "changed-copy")
    }

    @Test("a run that lacks a file is not taken for no run", arguments: ["playbook.yaml", "origin.json", "plan.json"])
    func missing(file: String) async throws {
        let workshop = try await Workshop.interrupted()
        try FileManager.default.removeItem(atPath: try workshop.run.path + "/" + file)
        for command in ["resume", "cleanup"] {
            let result = try await workshop.upgrader(command)
            #expect(result.code == 14)
            #expect(
                result.errors.contains("/\(file) is damaged at line 1\nwhy:   it is not there\n"),
                "\(result.errors)"
            )
            #expect(!result.errors.contains("upgrader run"))
        }
    }

    @Test("a torn last line of the journal is dropped, said, and the run goes on")
    func torn() async throws {
        let workshop = try await Workshop.interrupted()
        let file = try FileHandle(forWritingTo: try journal(workshop))
        try file.seekToEnd()
        try file.write(contentsOf: Data("{\"prev\":\"0123".utf8))
        try file.close()
        let status = try await workshop.upgrader("status")
        #expect(status.output.contains("was torn by a crash and is dropped (13 bytes)"))
        let resumed = try await workshop.upgrader("resume")
        try workshop.expect(resumed, golden: "torn")
        #expect(try workshop.history.state.stop == .completed)
    }

    @Test("an edited journal is refused with its line, by every command, and nothing is overwritten")
    func edited() async throws {
        let workshop = try await Workshop.interrupted()
        let file = try journal(workshop)
        var lines = try String(contentsOf: file, encoding: .utf8)
            .split(separator: "\n", omittingEmptySubsequences: false)
        lines[4] = lines[4].replacing("\"seq\":5", with: "\"seq\":6")[...]
        let edited = Data(lines.joined(separator: "\n").utf8)
        try edited.write(to: file)
        try workshop.expect(try await workshop.upgrader("resume"), golden: "edited-journal")
        for arguments in [["status"], ["cleanup"], ["run", Workshop.playbook]] {
            let result = try await Program(Program.upgrader, arguments, in: workshop.scratch.path).wait()
            #expect(result.code == 14, "\(arguments)")
        }
        #expect(try Data(contentsOf: file) == edited)
    }

    @Test(
        "what is made from the journal says so where it is damaged: removed, the run goes on",
        arguments: ["journal.head", "checkpoint.json"]
    )
    func madeAnew(file: String) async throws {
        let workshop = try await Workshop.interrupted()
        let path = try workshop.run.path + "/" + file
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        try Data(whole.dropLast(9)).write(to: URL(fileURLWithPath: path))
        let refused = try await workshop.upgrader("resume")
        #expect(refused.code == 14, "\(refused.errors)")
        let next = "next:  if the journal is as it was, remove state/small/RUN/\(file): it is made anew from it"
        #expect(workshop.normalized(refused.errors).contains(next), "\(refused.errors)")
        try FileManager.default.removeItem(atPath: path)
        #expect(try await workshop.upgrader("resume").code == 0)
        #expect(FileManager.default.fileExists(atPath: path))
    }

    @Test("a journal that lost its end is refused")
    func shortened() async throws {
        let workshop = try await Workshop.interrupted()
        let file = try journal(workshop)
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        try Data((lines.dropLast(3).joined(separator: "\n") + "\n").utf8).write(to: file)
        try workshop.expect(try await workshop.upgrader("resume"), golden: "shortened-journal")
    }

    @Test("a run's directory under another name is refused, and `.` is understood")
    func renamed() async throws {
        let workshop = try await Workshop.interrupted()
        let run = try workshop.run
        try FileManager.default.moveItem(atPath: run.path, toPath: run.clusterPath + "/copy")
        try workshop.expect(try await workshop.upgrader("resume"), golden: "renamed")
        try FileManager.default.moveItem(atPath: run.clusterPath + "/copy", toPath: run.path)
        let resumed = try await Program(Program.upgrader, ["resume", "."], in: run.path).wait()
        #expect(resumed.code == 0, "\(resumed.errors)")
    }

    @Test("a second process on the same cluster is refused and told who holds it")
    func locked() async throws {
        let workshop = try Workshop(Workshop.small(pace: "400ms"))
        let program = try workshop.start("run", Workshop.playbook, "--reason", "ticket 7")
        // It stands still and holds the lock.
        try await program.expect("does ", then: SIGSTOP)
        for arguments in [["run", Workshop.playbook], ["resume"], ["cleanup"]] {
            let second = try await Program(Program.upgrader, arguments, in: workshop.scratch.path).wait()
            try workshop.expect(second, golden: "locked")
        }
        #expect(try await workshop.upgrader("status").code == 0, "looking is allowed")
        program.signal(SIGKILL)
        _ = try await program.wait()
        #expect(try await workshop.upgrader("cleanup").code == 0, "the lock outlived its holder")
    }

    @Test("cleanup undoes our cordon only, and the run can then be left or resumed", arguments: ["run", "resume"])
    func cleanup(next: String) async throws {
        let workshop = try await Workshop.interrupted()
        let unfinished = try await workshop.upgrader("run", Workshop.playbook)
        try workshop.expect(unfinished, golden: "unfinished")
        let cleanup = try await workshop.upgrader("cleanup")
        #expect(cleanup.code == 0, "\(cleanup.errors)")
        #expect(cleanup.output == "undone: uncordon w1.example.org\n")
        #expect(try workshop.cluster.nodes.values.allSatisfy { !$0.isCordoned })
        let record = try workshop.history.state
        #expect(record.ledger.entries.isEmpty)
        #expect(record.inFlight.isEmpty)
        let again = try await workshop.upgrader("cleanup")
        #expect(workshop.normalized(again.output) == "nothing of state/small/RUN is left to undo\n")
        let result = try await workshop.upgrader(next, next == "run" ? Workshop.playbook : "state")
        #expect(result.code == 0, "\(result.errors)")
        let hint = "note: state/small/RUN has stopped before its end; `upgrader resume state/small/RUN` goes on with it"
        #expect(workshop.normalized(result.errors).contains(hint) == (next == "run"))
        #expect(try workshop.history.state.stop == .completed)
        #expect(try workshop.cluster.nodes.values.allSatisfy { !$0.isCordoned })
    }

    @Test("a cordon that somebody else has made theirs is left alone by cleanup")
    func foreignCordon() async throws {
        let workshop = try await Workshop.interrupted()
        var cluster = try workshop.cluster
        cluster.nodes["w1.example.org"]?.cordonMark = nil
        try SimulationFile(path: try workshop.run.simulationPath).write(cluster)
        let cleanup = try await workshop.upgrader("cleanup")
        #expect(cleanup.code == 0)
        #expect(cleanup.output.hasPrefix("left alone, changed by somebody else or gone: node w1.example.org"))
        #expect(try workshop.cluster.nodes["w1.example.org"]?.isCordoned == true)
    }

    @Test("a node that cleanup gave back is drained again, under another attempt, when the run goes on")
    func drainedAgain() throws {
        let lane = ["cordon", "drain"].compactMap { StepKey("1.12-1.13/workers/\($0)@w1") }
        let other = try #require(StepKey("1.12-1.13/workers/drain@w2"))
        try #require(lane.count == 2)
        let cordon = Action.cordon(node: "w1", mark: "run")
        var record = RunState()
        for key in lane + [other] {
            record.apply(.begun(key, attempt: 1))
            if key == lane[0] { record.apply(.intended(key, attempt: 1, index: 0, cordon)) }
            record.apply(.done(key))
        }
        record.apply(.struck(.cordon(node: "w1", mark: "run"), undone: true))
        #expect(record.done == [other])
        #expect(record.again == [lane[0]: 2, lane[1]: 2])
        #expect(LaneMachine(keys: lane, resuming: record).state.attempt == 2)
    }
}
