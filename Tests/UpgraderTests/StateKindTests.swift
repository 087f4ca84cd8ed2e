import Foundation
import Testing
import UpgradeCore
import UpgradeTestSupport

@Suite("Something else in the place of a run's file, or of its directory")
struct StateKindTests {
    @Test(
        "a pipe or a directory is named as what it is by every command, and put back, not removed",
        arguments: ["journal.jsonl", "simulation.json"]
    )
    func kinds(file: String) async throws {
        let workshop = try await Workshop.interrupted()
        let path = "\(try workshop.run.path)/\(file)"
        let commands = file == "journal.jsonl" ? ["status", "cleanup", "resume"] : ["cleanup", "resume"]
        try FileManager.default.moveItem(atPath: path, toPath: path + ".kept")
        for (kind, make) in [
            ("a pipe", { mkfifo($0, 0o600) }), ("a directory", { mkdir($0, 0o700) }),
        ] as [(String, (String) -> Int32)] {
            try #require(make(path) == 0)
            for command in commands {
                let result = try await Program(Program.upgrader, [command], in: workshop.scratch.path)
                    .wait(deadline: .seconds(30))
                #expect(result.code == 64, "\(command), \(kind): \(result.errors)")
                #expect(result.errors.contains("why:   it is \(kind), not a file\n"), "\(command): \(result.errors)")
                #expect(result.errors.contains("next:  put the file itself back there"), "\(command): \(result.errors)")
            }
            try FileManager.default.removeItem(atPath: path)
        }
        try FileManager.default.moveItem(atPath: path + ".kept", toPath: path)
        #expect(try await workshop.upgrader("resume").code == 0)
    }

    @Test("a host in the place of a directory is told how it is typed")
    func hosts() async throws {
        let workshop = try await Workshop.interrupted()
        let run = "state/small/\(try workshop.run.run)"
        for (arguments, next) in [
            (["cleanup", "w2"], "`upgrader cleanup \(run) w2`"),
            (["cleanup", "w2.example.org"], "`upgrader cleanup \(run) w2.example.org`"),
            (["rollback", "w1", "--to", "drain@w1"], "`upgrader rollback --to drain@w1 \(run)`"),
            (["rollback", "w1", "w2"], "`upgrader rollback w2 \(run)`"),
            (["cleanup", "w9"], "begin one with `upgrader run PLAYBOOK`"),
        ] {
            let result = try await Program(Program.upgrader, arguments, in: workshop.scratch.path).wait()
            #expect(result.code == 64 && result.errors.contains(next), "\(arguments): \(result.errors)")
        }
    }
}
