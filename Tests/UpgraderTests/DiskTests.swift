import Foundation
import Testing
import UpgradeCore
import UpgradeTestSupport

@Suite("A disk that refuses, as the operator sees it")
struct DiskTests {
    @Test("a file in the place of the state directory is refused")
    func file() async throws {
        let workshop = try Workshop(Workshop.small())
        try workshop.scratch.write(Data(), to: "state")
        try workshop.expect(try await workshop.upgrader("run", Workshop.playbook), golden: "state-is-a-file")
    }

    @Test("a document that does not fit on its disk is no success; a reader that has gone is none of ours")
    func documents() async throws {
        let workshop = try Workshop(Workshop.small())
        let check = "exec \"$0\" versions check playbook.yaml --on 2019-08-01 --format json"
        func end(_ redirection: String) async throws -> Program.Result {
            let arguments = ["-c", "\(check) \(redirection)", Program.upgrader]
            return try await Program("/bin/sh", arguments, in: workshop.scratch.path).wait()
        }
        let full = try await end(">/dev/full")
        #expect(full.code == 64)
        #expect(full.errors.hasPrefix("error: standard output could not be written\nwhy:   No space left on device\n"))
        #expect(try await end(">&-").code == 0)
    }

    @Test(
        "a state directory that cannot be written is refused before the run begins",
        .enabled(if: getuid() == 0, needsRoot)
    )
    func readOnly() async throws {
        let workshop = try Workshop(Workshop.small())
        let disk = try await Disk(workshop, "ro,size=1m")
        try workshop.expect(try await workshop.upgrader("run", Workshop.playbook), golden: "state-read-only")
        try await disk.unmount()
    }

    @Test(
        "a disk that fills up stops the run before its next act; with room again it resumes",
        .enabled(if: getuid() == 0, needsRoot)
    )
    func full() async throws {
        let workshop = try Workshop(Workshop.small(pace: "60ms"))
        let disk = try await Disk(workshop, "size=4m")
        let program = try workshop.start("run", Workshop.playbook)
        try await program.expect("did cordon w1.example.org", then: SIGSTOP)
        let filler = disk.path + "/filler"
        _ = try await Program("/bin/sh", ["-c", "cat /dev/zero > '\(filler)'"], in: workshop.scratch.path).wait()
        program.signal(SIGCONT)
        let result = try await program.wait()
        #expect(result.code == 11)
        let errors = workshop.normalized(result.errors)
        #expect(errors.contains("No space left on device"))
        #expect(errors.contains("upgrader resume state/small/RUN`"), "\(errors)")
        let lines = errors.split(separator: "\n").suffix(5).map { $0.prefix(7) }
        #expect(lines == ["error: ", "why:   ", "ran:   ", "state: ", "next:  "])
        let begun = try await workshop.upgrader("run", Workshop.playbook, "--state", "state/other")
        try workshop.expect(begun, golden: "state-full")
        try FileManager.default.removeItem(atPath: filler)
        let resumed = try await workshop.upgrader("resume")
        #expect(resumed.code == 0, "\(resumed.errors)")
        let installs = try workshop.cluster.applied.filter { if case .install = $0 { true } else { false } }
        #expect(Set(installs).count == installs.count, "a package was installed twice")
        try await disk.unmount()
    }
}

private let needsRoot: Comment = "mounts a small file system of its own, which only root may"

/// A small file system in memory at the place of the state directory, unmounted with its last owner.
private final class Disk: Sendable {
    let path: String

    init(_ workshop: Workshop, _ options: String) async throws {
        path = workshop.scratch.path + "/state"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        let mount = try await Program("/bin/mount", ["-t", "tmpfs", "-o", options, "none", path], in: "/").wait()
        guard mount.code == 0 else { throw Program.Failure(description: "mount: \(mount.errors)") }
    }

    deinit {
        umount2(path, Int32(MNT_DETACH))
    }

    func unmount() async throws {
        try #require(umount2(path, 0) == 0)
    }
}
