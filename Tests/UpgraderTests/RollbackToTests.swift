import Foundation
import Testing
import UpgradeCore
import UpgradeTestSupport

@Suite("All that is taken back to a step")
struct RollbackToTests {
    @Test("from the workers on: killed and resumed, each is back; then the upgrade goes on from there")
    func killed() async throws {
        let workshop = try Workshop(Workshop.small(pace: "150ms"))
        let upgrade = try await killed(workshop, at: "does drain w2.example.org")
        let dry = try await workshop.upgrader("rollback", "--to", "1.12-1.13/workers", "--dry-run")
        #expect(dry.code == 0, "\(dry.errors)")
        #expect(dry.output.contains("plan for small: 1.13 → 1.12, 1 hop, 20 steps"), "\(dry.output)")
        let order = dry.output.split(separator: "\n").filter { $0.contains("/downgrade-node@") }
        #expect(order.count == 2 && order.first?.contains("@w2") == true, "\(order)")
        #expect(try workshop.run == upgrade, "a dry run leaves nothing")
        let program = try workshop.start("rollback", "--to", "drain@w1")
        try await program.expect("does put back kubernetes-node 1.12.10-1 on w1", then: SIGKILL)
        _ = try await program.wait()
        let rollback = try workshop.run
        let blocked = try await workshop.upgrader("resume", upgrade.path)
        #expect(blocked.code == 14, "\(blocked.errors)")
        for arguments in [
            ["run", Workshop.playbook], ["cleanup", upgrade.path, "--takeover"], ["rollback", "w1", upgrade.path],
        ] {
            let other = try await Program(Program.upgrader, arguments, in: workshop.scratch.path).wait()
            #expect(other.code == 14 && other.errors.contains("\(rollback.run) is unfinished"), "\(other.errors)")
            #expect(other.errors.contains("why:   it takes back what \(upgrade.run) had begun: "), "\(other.errors)")
            #expect(!other.errors.contains("resume \(upgrade.path)"), "\(other.errors)")
        }
        let why = try await workshop.upgrader("why", upgrade.path)
        #expect(!why.output.contains("upgrader resume \(upgrade.path)"), "\(why.output)")
        #expect(why.errors.contains("\(rollback.run) is unfinished"), "\(why.errors)")
        let resumed = try await workshop.upgrader("resume")
        #expect(resumed.code == 0, "\(resumed.errors)")
        let path = "state/small/\(upgrade.run)"
        #expect(
            resumed.errors.contains(
                "done: w2, w1 are back on 1.12; all from 1.12-1.13/workers/host-foresight@w1 on is taken back; "
                    + "20 of 20 steps are done; `upgrader resume \(path)` goes on from there"
            ),
            "\(resumed.errors)"
        )
        #expect(!resumed.errors.contains("is cordoned by this run"), "\(resumed.errors)")
        #expect(try history(upgrade).state.ledger.entries.isEmpty, "nothing of the upgrade is left")
        let cluster = try state(upgrade)
        for worker in ["w1", "w2"] {
            let node = try #require(cluster.nodes["\(worker).example.org"])
            #expect(node.kubeletVersion?.description == "1.12.10" && !node.isCordoned, "\(worker)")
            #expect(cluster.hosts[worker]?.packages["kubernetes-node"]?.version.text == "1.12.10-1", "\(worker)")
        }
        let log = try await workshop.upgrader("log", upgrade.path)
        #expect(log.output.contains("is taken back by \(rollback.run)"))
        let again = try await workshop.upgrader("rollback", "--to", "1.12-1.13/workers", upgrade.path)
        #expect(again.code == 10 && again.errors.contains("has begun nothing from"), "\(again.errors)")
        let on = try await workshop.upgrader("resume", upgrade.path)
        #expect(on.code == 0, "\(on.errors)")
        for node in try state(upgrade).nodes.values {
            #expect(node.kubeletVersion?.description == "1.13.12" && !node.isCordoned, "\(node.name)")
        }
    }

    @Test("before anything was installed the ledger alone is undone")
    func early() async throws {
        let workshop = try Workshop(Workshop.small(pace: "150ms"))
        let upgrade = try await killed(workshop, at: "does mask kube-scheduler on cp1")
        #expect(try !history(upgrade).state.ledger.entries.isEmpty)
        let dry = try await workshop.upgrader("rollback", "--to", "1.12-1.13/control-plane", "--dry-run")
        let ledger = "undone first, from the ledger of \(upgrade.run):\n         unmask kube-"
        #expect(dry.code == 0 && dry.output.contains(ledger), "\(dry.output)\(dry.errors)")
        let back = try await workshop.upgrader("rollback", "--to", "1.12-1.13/control-plane", upgrade.path)
        #expect(back.code == 0, "\(back.errors)")
        #expect(back.errors.contains("undone: unmask kube-controller-manager on cp1"), "\(back.errors)")
        #expect(back.errors.contains("done: all from 1.12-1.13/control-plane/host-foresight@cp1 on is taken back"))
        #expect(try history(upgrade).state.ledger.entries.isEmpty)
        let units = try #require(try state(upgrade).hosts["cp1"]?.units)
        #expect(units.values.allSatisfy { !$0.isMasked })
        let on = try await workshop.upgrader("resume", upgrade.path)
        #expect(on.code == 0, "\(on.errors)")
    }

    @Test("what cannot be taken back is refused with the reason, and nothing changes")
    func refused() async throws {
        let workshop = try Workshop(Workshop.small(pace: "150ms"))
        let upgrade = try await killed(workshop, at: "does cordon w1.example.org")
        let before = try state(upgrade)
        for (arguments, code, why) in [
            (
                ["--to", "conffiles@cp1"], 10,
                "1.12-1.13/control-plane/install-control-plane@cp1 is a point of no return"
            ),
            (["--to", "drain@w2"], 10, "has begun nothing from 1.12-1.13/workers/host-foresight@w2"),
            (["--to", "drain@w9"], 64, "has no step or phase drain@w9"),
            (["--to", "1.12-1.13/workers/drain@w9"], 64, "has no step or phase 1.12-1.13/workers/drain@w9"),
            (["--to", "1.12-1.13/workers/drain@w2"], 10, "has begun nothing from 1.12-1.13/workers/host-foresight@w2"),
            (
                ["--to", "1.12-1.13/backup"], 10,
                "1.12-1.13/control-plane/install-control-plane@cp1 is a point of no return: the new API server may write"
            ),
        ] as [([String], Int32, String)] {
            let result = try await rollback(workshop, arguments)
            #expect(result.code == code, "\(arguments): \(result.errors)")
            #expect(result.errors.contains("error: this step cannot be taken back\nwhy:   "), "\(result.errors)")
            #expect(result.errors.contains(why), "\(result.errors)")
        }
        for arguments in [[], ["--to", "1.12-1.13/workers", "w1", upgrade.path]] {
            #expect(try await rollback(workshop, arguments).code == 64, "\(arguments)")
        }
        #expect(try state(upgrade) == before)
        #expect(try workshop.run == upgrade)
        try #require(try await workshop.upgrader("resume").code == 0)
    }

    @Test("the workers of an upgrade that is complete are taken back, and it can be resumed")
    func complete() async throws {
        let workshop = try Workshop(Workshop.small())
        try #require(try await workshop.upgrader("run", Workshop.playbook).code == 0)
        let upgrade = try workshop.run
        let back = try await workshop.upgrader("rollback", "--to", "1.12-1.13/workers")
        #expect(back.code == 0 && back.errors.contains("done: w2, w1 are back on 1.12"), "\(back.errors)")
        let on = try await workshop.upgrader("resume", upgrade.path)
        #expect(on.code == 0 && on.errors.contains("done: small runs 1.13"), "\(on.errors)")
        for node in try state(upgrade).nodes.values {
            #expect(node.kubeletVersion?.description == "1.13.12" && !node.isCordoned, "\(node.name)")
        }
    }

    @Test("a rollback that was given up is not resumed once its upgrade has begun with another worker")
    func outrun() async throws {
        let workshop = try Workshop(Workshop.small(pace: "150ms"))
        let upgrade = try await killed(workshop, at: "install-node@w1 done")
        let program = try workshop.start("rollback", "--to", "1.12-1.13/workers")
        try await program.expect("does put back kubernetes-node 1.12.10-1 on w1", then: SIGKILL)
        _ = try await program.wait()
        let rollback = try workshop.run
        try #require(try await workshop.upgrader("cleanup", rollback.path).code == 0)
        let on = try workshop.start("resume", upgrade.path)
        try await on.expect("does drain w2.example.org", then: SIGKILL)
        _ = try await on.wait()
        let late = try await workshop.upgrader("resume", rollback.path)
        #expect(late.code == 10, "\(late.errors)")
        #expect(late.errors.contains("was resumed and has begun with it since"), "\(late.errors)")
    }

    private func rollback(_ workshop: Workshop, _ arguments: [String]) async throws -> Program.Result {
        try await Program(Program.upgrader, ["rollback"] + arguments, in: workshop.scratch.path).wait()
    }

    /// A run that was killed at a line.
    private func killed(_ workshop: Workshop, at line: String) async throws -> RunDirectory {
        let program = try workshop.start("run", Workshop.playbook)
        try await program.expect(line, then: SIGKILL)
        _ = try await program.wait()
        return try workshop.run
    }

    private func state(_ directory: RunDirectory) throws -> ClusterState {
        try #require(try SimulationFile(path: directory.simulationPath).read())
    }

    private func history(_ directory: RunDirectory) throws -> JournalReader.History {
        try JournalReader.read(directory: directory.path)
    }
}
