import Foundation
import Testing
import UpgradeCore
import UpgradeTestSupport

@Suite("A cluster that is led back by its snapshot")
struct RestoreTests {
    @Test("half way through a hop: killed while the API is away, refused a cleanup, resumed; the upgrade is over then")
    func killed() async throws {
        let workshop = try Workshop(Workshop.small(pace: "100ms"))
        let upgrade = try await killed(workshop, at: "install-node@w1 done")
        let dry = try await workshop.upgrader("restore-etcd", "--dry-run")
        #expect(dry.code == 0, "\(dry.errors)")
        #expect(dry.output.contains("plan for small: 1.13 → 1.12, 1 hop"), "\(dry.output)")
        #expect(dry.output.contains("\nlost: everything written to the API since "), "\(dry.output)")
        #expect(dry.output.contains("upgrader-swap-etcd /var/lib/upgrader/restore/"), "\(dry.output)")
        #expect(!dry.output.contains(Redaction.mark), "a command of ours has no secret to hide: \(dry.output)")
        #expect(try workshop.run == upgrade, "a dry run leaves nothing")
        let program = try workshop.start("restore-etcd", "--hop", "1.12-1.13", "--reason", "ticket 9")
        try await program.expect("does put what was restored", then: SIGKILL)
        _ = try await program.wait()
        let restore = try workshop.run
        try #require(restore != upgrade)
        let cleanup = try await workshop.upgrader("cleanup", restore.path)
        #expect(cleanup.code == 10 && cleanup.errors.contains("cannot be given up"), "\(cleanup.errors)")
        #expect(cleanup.errors.contains("`upgrader resume \(restore.path)`"), "\(cleanup.errors)")
        try await leadsOn(upgrade, restore, workshop)
        let early = try await workshop.upgrader("resume", upgrade.path)
        #expect(early.code == 14 && early.errors.contains("ends the restore first"), "\(early.errors)")
        let resumed = try await workshop.upgrader("resume")
        #expect(resumed.code == 0, "\(resumed.errors)")
        #expect(
            resumed.errors.contains("done: small is back on 1.12, with the data of the snapshot"),
            "\(resumed.errors)"
        )
        let cluster = try #require(try SimulationFile(path: upgrade.simulationPath).read())
        for node in cluster.nodes.values {
            #expect(node.kubeletVersion?.description == "1.12.10" && !node.isCordoned, "\(node.name)")
        }
        for (name, host) in cluster.hosts {
            #expect(host.units.values.allSatisfy { $0.isActive && !$0.isMasked }, "\(name)")
            for package in ["kubernetes-master", "kubernetes-node"] {
                if let found = host.packages[package] {
                    #expect(found.version.text == "1.12.10-1", "\(package) of \(name)")
                }
            }
        }
        let late = try await workshop.upgrader("resume", upgrade.path)
        #expect(late.code == 14 && late.errors.contains("`upgrader run` begins a new one"), "\(late.errors)")
        let again = try await workshop.upgrader("restore-etcd", upgrade.path)
        #expect(again.code == 14, "\(again.errors)")
        try await isOver(upgrade, by: restore, workshop)
        let fresh = try await workshop.upgrader("run", Workshop.playbook)
        #expect(!fresh.errors.contains("has stopped before its end"), "\(fresh.errors)")
    }

    /// While etcd is taken apart, whoever asks or begins something else is told to end the restore, and nothing else.
    private func leadsOn(_ upgrade: RunDirectory, _ restore: RunDirectory, _ workshop: Workshop) async throws {
        let simulation = SimulationFile(path: upgrade.simulationPath)
        let before = try simulation.read()
        let resume = "/\(restore.run)`"
        for arguments in [
            ["run", Workshop.playbook], ["run", Workshop.playbook, "--dry-run"],
            ["rollback", "w1", upgrade.path, "--yes"],
            ["rollback", "w1"], ["restore-etcd", upgrade.path], ["cleanup", upgrade.path, "--takeover"],
            ["cleanup", "--from-marks", Workshop.playbook, "--takeover"],
        ] {
            let result = try await Program(Program.upgrader, arguments, in: workshop.scratch.path).wait()
            #expect(result.code == 14, "\(arguments): \(result.errors)")
            #expect(
                result.errors.contains("/\(restore.run) is unfinished\nwhy:   it restores etcd to before "),
                "\(arguments): \(result.errors)"
            )
            #expect(result.errors.contains("\(resume) ends it; it cannot be given up"), "\(result.errors)")
        }
        #expect(try simulation.read() == before, "nothing was changed")
        let why = try await workshop.upgrader("why", restore.path)
        let choices = why.output.components(separatedBy: "what can be done now:\n").last ?? ""
        #expect(choices.hasPrefix("  upgrader resume \(restore.path)\n"), "\(why.output)")
        #expect(
            !why.output.contains("upgrader cleanup") && !why.errors.contains(upgrade.path),
            "\(why.output)\(why.errors)"
        )
        let ours = why.output.components(separatedBy: "of this run, on the cluster:").last ?? ""
        #expect(ours.contains("unit etcd on etcd1") && !ours.contains("systemctl"), "\(why.output)")
        for command in ["why", "status"] {
            let other = try await workshop.upgrader(command, upgrade.path)
            #expect(!other.output.contains("upgrader resume \(upgrade.path)"), "\(other.output)")
            #expect(other.output.contains("leads etcd back to before it, and is unfinished"), "\(other.output)")
            #expect(!(other.output + other.errors).contains("upgrader cleanup"), "\(other.output)\(other.errors)")
            #expect(
                other.errors.contains("\(restore.path) is unfinished") && other.errors.contains(resume),
                "\(other.errors)"
            )
        }
    }

    /// Nobody who asks is told to resume what was led back.
    private func isOver(_ upgrade: RunDirectory, by restore: RunDirectory, _ workshop: Workshop) async throws {
        for run in [upgrade, restore] {
            let why = try await workshop.upgrader("why", run.path)
            #expect(why.code == 0 && why.output.contains("begins a new upgrade, from what runs then"), "\(why.output)")
            #expect(!why.output.contains("upgrader resume"), "\(why.output)")
        }
        let why = try await workshop.upgrader("why", upgrade.path)
        #expect(why.output.contains("over: \(restore.path) has led etcd back to before it"), "\(why.output)")
        let status = try await workshop.upgrader("status", upgrade.path)
        #expect(status.output.contains("\nover:     \(restore.path) has led etcd back"), "\(status.output)")
        #expect(!status.output.contains("\nnext:"), "\(status.output)")
        let own = try await workshop.upgrader("status", restore.path)
        #expect(own.output.contains("\nrestore:  takes back what \(upgrade.run) had begun"), "\(own.output)")
    }

    @Test("before data was moved it can be given up, and the upgrade goes on")
    func givenUp() async throws {
        let workshop = try Workshop(Workshop.small(pace: "100ms"))
        let upgrade = try await killed(workshop, at: "install-node@w1 done")
        let program = try workshop.start("restore-etcd")
        try await program.expect("does stop and mask etcd on etcd1", then: SIGKILL)
        _ = try await program.wait()
        let restore = try workshop.run
        let cleanup = try await workshop.upgrader("cleanup", restore.path)
        #expect(cleanup.code == 0, "\(cleanup.errors)")
        let units = try #require(try SimulationFile(path: upgrade.simulationPath).read()).hosts.values.flatMap(
            \.units.values
        )
        #expect(units.allSatisfy { $0.isActive && !$0.isMasked })
        let anew = try await workshop.upgrader("restore-etcd", "--dry-run", upgrade.path)
        #expect(anew.code == 0 && anew.output.contains("plan for small: 1.13 → 1.12"), "\(anew.output)\(anew.errors)")
        // All of the hop begins anew, its preflight too, which counts on the room of every node.
        let given = try await workshop.upgrader("cleanup", upgrade.path)
        #expect(given.code == 0 && given.output.contains("w1"), "\(given.output)\(given.errors)")
        let on = try await workshop.upgrader("resume", upgrade.path)
        #expect(on.code == 0, "\(on.errors)")
        let late = try await workshop.upgrader("resume", restore.path)
        #expect(late.code == 10 && late.errors.contains("was resumed and has done"), "\(late.errors)")
        // It is the newest run all the same, and what it is past is said.
        let status = try await workshop.upgrader("status")
        let over = "\nover:     superseded: \(upgrade.run) was resumed and has done "
        #expect(status.output.contains(over) && !status.output.contains("\nnext:"), "\(status.output)")
        let why = try await workshop.upgrader("why")
        #expect(why.output.contains("superseded: \(upgrade.run) was resumed"), "\(why.output)")
        #expect(
            why.output.contains("  upgrader why \(upgrade.path.replacing(workshop.scratch.path + "/", with: ""))\n")
        )
        for refused in ["upgrader resume", "upgrader cleanup", "upgrader run"] {
            #expect(!why.output.contains(refused), "\(why.output)")
        }
        let again = try await workshop.upgrader("resume")
        #expect(
            again.code == 10 && again.errors.contains(" is superseded\nwhy:   \(upgrade.run) was"),
            "\(again.errors)"
        )
        #expect(again.errors.contains("`upgrader status state/small/\(upgrade.run)`"), "\(again.errors)")
    }

    @Test("what a restore has stopped is not started by marks alone, though the directories are lost")
    func lost() async throws {
        let workshop = try Workshop(Workshop.small(pace: "100ms"))
        let upgrade = try await killed(workshop, at: "install-node@w1 done")
        let program = try workshop.start("restore-etcd")
        try await program.expect("does stop and mask etcd on etcd1", then: SIGKILL)
        _ = try await program.wait()
        let restore = try workshop.run
        // The simulated cluster itself is kept in the directory of its first run.
        for file in workshop.files where file.hasPrefix("state/") && !file.hasSuffix("simulation.json") {
            let path = "\(workshop.scratch.path)/\(file)"
            var isDirectory: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), !isDirectory.boolValue else {
                continue
            }
            try FileManager.default.removeItem(atPath: path)
        }
        let refused = try await workshop.upgrader("cleanup", "--from-marks", Workshop.playbook, "--takeover")
        #expect(refused.code == 10 && refused.errors.contains("by the run \(restore.run)"), "\(refused.errors)")
        let units = try #require(try SimulationFile(path: upgrade.simulationPath).read()).hosts.values.flatMap(
            \.units.values
        )
        #expect(units.contains { $0.isMasked })
    }

    @Test("what is not as it was proven is refused with the reason, and nothing changes")
    func refused() async throws {
        let workshop = try Workshop(Workshop.small(pace: "100ms"))
        let upgrade = try await killed(workshop, at: "install-node@w1 done")
        let file = SimulationFile(path: upgrade.simulationPath)
        let before = try #require(try file.read())
        let path = try #require(before.hosts["etcd1"]?.snapshots.keys.first)
        for (what, change) in [
            ("does not verify", { $0.snapshots[path] = nil }),
            ("is gone", { $0.files[path] = nil }),
            ("restored and read back", { $0.files[path]?.sha256 = "0" }),
            ("restored and read back", { $0.snapshots[path]?.proof = nil }),
            ("cannot be restored by this program: wal", { $0.restore = EtcdRestoreState(obstacle: "wal") }),
        ] as [(String, (inout ClusterState.SimulatedHost) -> Void)] {
            var changed = before
            var host = try #require(changed.hosts["etcd1"])
            change(&host)
            changed.hosts["etcd1"] = host
            try file.write(changed)
            let result = try await workshop.upgrader("restore-etcd")
            #expect(result.code == 10 && result.errors.contains(what), "\(what): \(result.errors)")
            #expect(try file.read() == changed, "\(what)")
        }
        try file.write(before)
        let hop = try await workshop.upgrader("restore-etcd", "--hop", "1.15-1.16")
        #expect(hop.code == 64, "\(hop.errors)")
        #expect(try workshop.run == upgrade)
    }

    /// A run that was killed at a line.
    private func killed(_ workshop: Workshop, at line: String) async throws -> RunDirectory {
        let program = try workshop.start("run", Workshop.playbook)
        try await program.expect(line, then: SIGKILL)
        _ = try await program.wait()
        return try workshop.run
    }
}
