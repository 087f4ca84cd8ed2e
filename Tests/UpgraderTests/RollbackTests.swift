import Foundation
import Testing
import UpgradeCore
import UpgradeTestSupport

@Suite("A worker that is taken back")
struct RollbackTests {
    @Test("half way through a hop: back on the older release, killed and resumed; then the upgrade ends")
    func killed() async throws {
        let workshop = try Workshop(Workshop.small(pace: "150ms"))
        let upgrade = try await interrupted(workshop, at: "install-node@w1 done")
        let dry = try await workshop.upgrader("rollback", "w1.example.org", "--dry-run")
        #expect(dry.code == 0, "\(dry.errors)")
        #expect(dry.output.contains("plan for small: 1.13 → 1.12, 1 hop, 10 steps"))
        #expect(dry.output.contains("\n1.13 → 1.12  workers"))
        #expect(dry.output.contains("dpkg --force-confdef --force-confold --install"))
        #expect(try workshop.run == upgrade, "a dry run leaves nothing")
        let program = try workshop.start("rollback", "w1")
        try await program.expect("does put back kubernetes-node 1.12.10-1 on w1", then: SIGKILL)
        _ = try await program.wait()
        let rollback = try workshop.run
        #expect(rollback != upgrade)
        let resumed = try await workshop.upgrader("resume")
        #expect(resumed.code == 0, "\(resumed.errors)")
        #expect(resumed.errors.contains("done: w1 is back on 1.12; 10 of 10 steps are done"))
        let cluster = try state(upgrade)
        let node = try #require(cluster.nodes["w1.example.org"])
        #expect(node.kubeletVersion?.description == "1.12.10")
        #expect(!node.isCordoned)
        #expect(cluster.hosts["w1"]?.packages["kubernetes-node"]?.version.text == "1.12.10-1")
        let log = try await workshop.upgrader("log", upgrade.path)
        #expect(log.output.contains("is taken back by \(rollback.run)"))
        #expect(log.output.contains("has been taken back by \(rollback.run)"), "what it had taken down is up again")
        let lane = try #require(StepKey("1.12-1.13/workers/drain@w1"))
        let record = try upgrade.history().state
        #expect(!record.hasTakenDown(laneOf: lane))
        #expect(!record.ledger.entries.contains { $0.effect == .cordon(node: "w1.example.org", mark: upgrade.run) })
        let on = try await workshop.upgrader("resume", upgrade.path)
        #expect(on.code == 0, "\(on.errors)")
        try expectUpgraded(upgrade)
    }

    @Test("once it is back, whoever asks about the newest run is told what the upgrade has left")
    func leftover() async throws {
        let workshop = try Workshop(Workshop.small(pace: "150ms"))
        let program = try workshop.start("run", Workshop.playbook)
        try await program.expect("does drain w2.example.org", then: SIGKILL)
        _ = try await program.wait()
        let upgrade = try workshop.run
        let back = try await workshop.upgrader("rollback", "w1")
        try #require(back.code == 0, "\(back.errors)")
        let path = "state/small/\(upgrade.run)"
        let left = "note: \(path) is unfinished: node w2.example.org is cordoned by this run; `upgrader resume \(path)`"
        for command in ["status", "why", "cleanup", "resume"] {
            let result = try await workshop.upgrader(command)
            #expect(result.code == 0 && result.errors.contains(left), "\(command): \(result.errors)")
        }
        let own = try await workshop.upgrader("status", upgrade.path)
        #expect(!own.errors.contains("is unfinished"), "what is asked about tells itself")
        #expect(own.output.contains("node w2.example.org is cordoned"), "\(own.output)")
    }

    @Test("one that has lost its plan, half way, keeps its upgrade from going on and from a cleanup")
    func damaged() async throws {
        let workshop = try Workshop(Workshop.small(pace: "150ms"))
        let upgrade = try await interrupted(workshop, at: "install-node@w1 done")
        let program = try workshop.start("rollback", "w1")
        try await program.expect("does put back kubernetes-node 1.12.10-1 on w1", then: SIGKILL)
        _ = try await program.wait()
        let plan = try workshop.run.planPath
        let kept = try Data(contentsOf: URL(fileURLWithPath: plan))
        try FileManager.default.removeItem(atPath: plan)
        for command in ["resume", "cleanup"] {
            let refused = try await workshop.upgrader(command, upgrade.path)
            #expect(refused.code == 14 && refused.errors.contains("plan.json is damaged"), "\(refused.errors)")
        }
        try kept.write(to: URL(fileURLWithPath: plan))
        #expect(try await workshop.upgrader("resume").code == 0)
        #expect(try await workshop.upgrader("resume", upgrade.path).code == 0)
    }

    @Test("what cannot be taken back is refused with the reason, and nothing changes")
    func refused() async throws {
        let workshop = try Workshop(Workshop.small(pace: "150ms"))
        let upgrade = try await interrupted(workshop, at: "does cordon w1.example.org")
        let before = try state(upgrade)
        for (arguments, code, why) in [
            (["w3"], 64, "the playbook has no worker w3"),
            (["cp1"], 64, "cp1 is no worker: only workers are taken back"),
            (["w2"], 10, "no hop of \(upgrade.run) has begun with w2"),
        ] as [([String], Int32, String)] {
            let result = try await Program(
                Program.upgrader,
                ["rollback"] + arguments,
                in: workshop.scratch.path
            )
            .wait()
            #expect(result.code == code, "\(arguments): \(result.errors)")
            #expect(
                result.errors.contains("error: this worker cannot be taken back\nwhy:   \(why)"),
                "\(result.errors)"
            )
        }
        #expect(try state(upgrade) == before)
        #expect(try workshop.run == upgrade)
        try #require(try await workshop.upgrader("resume").code == 0)
        let late = try await workshop.upgrader("rollback", "w1")
        #expect(late.code == 10)
        #expect(late.errors.contains("is beyond the workers of 1.12-1.13"), "\(late.errors)")
    }

    @Test("under a rollback that is half done the upgrade is not resumed; given up, it is")
    func halfDone() async throws {
        let workshop = try Workshop(Workshop.small(pace: "150ms"))
        let upgrade = try await interrupted(workshop, at: "install-node@w1 done")
        let program = try workshop.start("rollback", "w1")
        try await program.expect("does put back kubernetes-node 1.12.10-1 on w1", then: SIGKILL)
        _ = try await program.wait()
        let rollback = try workshop.run
        let resumed = try await workshop.upgrader("resume", upgrade.path)
        #expect(resumed.code == 14, "\(resumed.errors)")
        #expect(resumed.errors.contains("error: the run \(rollback.path) is unfinished"), "\(resumed.errors)")
        #expect(try await workshop.upgrader("cleanup", rollback.path).code == 0)
        // Given up: the upgrade does the worker anew from wherever it is.
        let on = try await workshop.upgrader("resume", upgrade.path)
        #expect(on.code == 0, "\(on.errors)")
        try expectUpgraded(upgrade)
    }

    @Test("without the kept archive the rollback is refused before it begins")
    func missing() async throws {
        let workshop = try Workshop(Workshop.small(pace: "150ms"))
        let upgrade = try await interrupted(workshop, at: "install-node@w1 done")
        let file = SimulationFile(path: upgrade.simulationPath)
        var cluster = try #require(try file.read())
        let archive = try #require(cluster.hosts["w1"]?.files.keys.first { $0.contains("rollback/kubernetes-node") })
        cluster.hosts["w1"]?.files[archive] = nil
        try file.write(cluster)
        let result = try await workshop.upgrader("rollback", "w1")
        #expect(result.code != 0)
        #expect(result.errors.contains("w1 keeps no archive of kubernetes-node 1.12.10-1"), "\(result.errors)")
        #expect(try workshop.run == upgrade)
        #expect(try state(upgrade) == cluster)
    }

    /// A run that was interrupted at an action.
    private func interrupted(_ workshop: Workshop, at line: String) async throws -> RunDirectory {
        let program = try workshop.start("run", Workshop.playbook)
        try await program.expect(line, then: SIGKILL)
        _ = try await program.wait()
        return try workshop.run
    }

    private func expectUpgraded(_ directory: RunDirectory) throws {
        for node in try state(directory).nodes.values {
            #expect(node.kubeletVersion?.description == "1.13.12" && !node.isCordoned, "\(node.name)")
        }
    }

    private func state(_ directory: RunDirectory) throws -> ClusterState {
        try #require(try SimulationFile(path: directory.simulationPath).read())
    }
}
